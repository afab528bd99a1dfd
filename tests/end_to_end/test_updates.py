"""Updates of a deployed endpoint under load: blue/green, rollback and a weight change lose no request."""

import json
import threading
from collections import Counter
from pathlib import Path
from typing import Self

import joblib
import numpy as np
import pytest
from botocore.config import Config
from sklearn.dummy import DummyClassifier

from tests.end_to_end.conftest import LocalCloud

CONNECTIONS = 8
ENDPOINT = "updates"

APP = """
import aws_cdk as cdk
from constructs_lib import InstanceVariant, ModelData, SklearnEndpoint, SklearnEndpointConfig, SklearnModel

def synthesize(version, model, weight=1.0, entry_point=None):
    app = cdk.App(outdir=version)
    stack = cdk.Stack(app, "Updates")
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model), entry_point=entry_point)
    config = SklearnEndpointConfig(stack, "Config", variants=[InstanceVariant(model=model, weight=weight)])
    SklearnEndpoint(stack, "Endpoint", config=config, endpoint_name="updates")
    app.synth()

synthesize("first", "one")
synthesize("second", "two")
synthesize("broken", "two", entry_point="broken.py")
synthesize("lighter", "one", weight=0.5)
"""


class Load:
    """Eight clients, one connection each and no retry, that predict until they are told to stop."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.answers: Counter[str] = Counter()
        self.sent = 0
        self.errors: list[str] = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.work) for _ in range(CONNECTIONS)]

    def work(self) -> None:
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=1)
        client = self.cloud.client("sagemaker-runtime", config=config)
        # The pause leaves some of two cores to the deployments.
        while not self.stopping.wait(0.05):
            with self.lock:
                self.sent += 1
            try:
                response = client.invoke_endpoint(
                    EndpointName=ENDPOINT, Body=b"[[0.0, 0.0]]", ContentType="application/json"
                )
                answer = str(json.loads(response["Body"].read()))
            except Exception as error:  # noqa: BLE001  whatever it is, it is a lost request
                with self.lock:
                    self.errors.append(repr(error))
                continue
            with self.lock:
                self.answers[answer] += 1

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)


def write_model(folder: Path, name: str, label: int) -> None:
    (folder / name).mkdir()
    rows = np.zeros((2, 2))
    model = DummyClassifier(strategy="constant", constant=label).fit(rows, [1, 2])
    joblib.dump(model, folder / name / "model.joblib")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "broken.py").write_text(
        "def model_fn(model_dir):\n    raise RuntimeError('the weights are not there')\n", encoding="utf-8"
    )
    write_model(tmp_path, "one", 1)
    write_model(tmp_path, "two", 2)
    return tmp_path


def test_two_updates_a_rollback_and_a_weight_change_lose_no_request(local_cloud: LocalCloud, project: Path):
    def deploy(version: str, *, check: bool = True) -> str:
        arguments = ["deploy", "--app", version, "--require-approval", "never"]
        return local_cloud.cdk(*arguments, cwd=project, check=check).stdout

    def config_name() -> str:
        name: str = sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"]
        return name

    sagemaker = local_cloud.client("sagemaker")
    # All versions at once: most of a synth is loading the CDK.
    local_cloud.run("python", "app.py", cwd=project)
    deploy("first")
    with Load(local_cloud) as load:
        deploy("second")
        deploy("first")
        before = config_name()
        failed = deploy("broken", check=False)
        assert config_name() == before
        deploy("lighter")
        after = sagemaker.describe_endpoint(EndpointName=ENDPOINT)
    local_cloud.cdk("destroy", "--app", "lighter", "--force", cwd=project)

    assert load.errors == []
    assert sum(load.answers.values()) == load.sent > 100
    assert set(load.answers) == {"[1]", "[2]"}
    assert "the weights are not there" in failed
    assert "UPDATE_ROLLBACK_COMPLET" in failed  # the command line cuts its columns
    assert after["EndpointConfigName"] != before
    assert after["ProductionVariants"][0]["CurrentWeight"] == 0.5
