"""A smoke test runs for real after each deployment, in the function that the stack brings."""

import json
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from tests.end_to_end.conftest import LocalCloud

ENDPOINT = "smoke"

APP = """
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnEndpoint, SklearnModel, SmokeTest

def synthesize(version, label, expected):
    app = cdk.App(outdir=version)
    stack = cdk.Stack(app, "Smoke")
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(f"model-{label}"))
    test = SmokeTest(rows=[[0.0, 0.0]], expected=[expected])
    SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="smoke", smoke_test=test)
    app.synth()

synthesize("right", 1, 1)
synthesize("wrong", 2, 3)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    for label in (1, 2):
        (tmp_path / f"model-{label}").mkdir()
        model = DummyClassifier(strategy="constant", constant=label).fit(np.zeros((2, 2)), [1, 2])
        joblib.dump(model, tmp_path / f"model-{label}" / "model.joblib")
    return tmp_path


def test_a_wrong_answer_undoes_the_deployment(local_cloud: LocalCloud, project: Path):
    def deploy(version: str, *, check: bool = True) -> str:
        arguments = ["deploy", "--app", version, "--require-approval", "never"]
        return local_cloud.cdk(*arguments, cwd=project, check=check).stdout

    def answer() -> str:
        response = local_cloud.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=ENDPOINT, Body=b"[[0.0, 0.0]]", ContentType="application/json"
        )
        return str(json.loads(response["Body"].read()))

    local_cloud.run("python", "app.py", cwd=project)
    deploy("right")
    assert answer() == "[1]"
    failed = deploy("wrong", check=False)
    assert "variant AllTraffic: the answer [0] is 2 where 3 is expected" in failed
    assert "UPDATE_ROLLBACK_COMPLET" in failed  # the command line cuts its columns
    assert answer() == "[1]"
    logs = local_cloud.client("logs")
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/Smoke")["logGroups"]
    events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    lines = [event["message"] for event in events if event["message"].startswith("{")]
    # The first deployment, the second, and its way back, on which nothing is tested.
    assert [json.loads(line)["status"] for line in lines] == ["SUCCESS", "FAILED", "SUCCESS"]
    local_cloud.cdk("destroy", "--app", "right", "--force", cwd=project)
