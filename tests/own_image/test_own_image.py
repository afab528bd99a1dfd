"""`runtime/Dockerfile` built and run for real, on Debian's Python in place of the registry's base image.

What stands for SageMaker is podman: `serve`, root at the start, a model that only root may read, SIGTERM at the end.
"""

import io
import json
import os
import pickle
import tarfile
import threading
import time
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import joblib
import numpy as np
import pytest
from aws_cdk.assertions import Template
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from constructs_lib import ModelData, SklearnImage, SklearnModel
from tests.own_image import tools
from tests.own_image.conftest import BASE, RUNTIME, StartContainer

ROWS, LABELS = load_wine(return_X_y=True)
MODEL = make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, LABELS)
# Bytes above the base image: the wheels without their tests, and what Python compiles of them.
MOST_BYTES = 270_000_000


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    joblib.dump(MODEL, folder / "model.joblib")
    return folder


def inspected(image: str) -> Any:
    (found,) = json.loads(tools.run("podman", "image", "inspect", image))
    return found


def test_the_image_is_small_and_says_what_sagemaker_asks_for(image):
    found = inspected(image)
    assert found["Config"]["Labels"]["com.amazonaws.sagemaker.capabilities.accept-bind-to-port"] == "true"
    assert found["Config"]["Entrypoint"] == ["python", "-m", "sklearn_runtime.server"]
    assert "User" not in found["Config"]
    assert found["Size"] - inspected(BASE)["Size"] < MOST_BYTES


def test_its_answers_are_scikit_learns_and_it_is_root_no_more(start: StartContainer, model):
    container = start(model)
    container.wait()
    npy = io.BytesIO()
    np.save(npy, ROWS)
    csv = "\n".join(",".join(map(repr, row)) for row in ROWS.tolist())
    bodies = {
        "application/x-npy": npy.getvalue(),
        "application/json": json.dumps(ROWS.tolist()).encode(),
        "text/csv": csv.encode(),
    }
    expected = MODEL.predict(ROWS).tolist()
    assert {kind: json.loads(container.invoke(body, kind)) for kind, body in bodies.items()} == dict.fromkeys(
        bodies, expected
    )
    workers = container.execute("cat /proc/1/task/1/children").split()
    assert len(workers) >= 1
    user = container.execute("id -u sklearn").strip()
    for pid in ("1", *workers):
        assert container.execute(f"grep ^Uid /proc/{pid}/status").split() == ["Uid:", user, user, user, user]
    assert container.execute("which cc gcc g++ ld make; echo none").split() == ["none"]
    assert container.execute("find / -xdev -name tests -path '*-packages/*' | wc -l").strip() == "0"
    written = container.execute("touch /opt/ml/model/x 2>&1; touch /x 2>&1; true")
    assert written.count("Read-only file system") == 2
    assert container.stop() < 25
    assert container.exit_status == 0


def test_a_model_that_was_changed_is_refused_before_it_is_unpickled(start: StartContainer, model):
    digest = str(ModelData.from_directory(model).sha256)

    class Evil:
        def __reduce__(self) -> Any:
            return os.system, ("echo it was unpickled",)

    (model / "model.joblib").write_bytes(pickle.dumps(Evil()))
    container = start(model, SKLEARN_RUNTIME_MODEL_SHA256=digest, SKLEARN_RUNTIME_FAILURE_PAUSE="0")
    assert container.wait_for_end() == 1
    log = container.log()
    assert digest in log
    assert "it was unpickled" not in log


def test_what_the_constructs_deploy_runs_in_it(start: StartContainer, model, tmp_path):
    (tmp_path / "hooks.py").write_text(
        "def predict_fn(rows, model):\n    return model.predict_proba(rows).max(axis=1).round(3)\n", encoding="utf-8"
    )
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    stack = cdk.Stack(app, "Own", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    image = SklearnImage.from_asset(RUNTIME, sklearn_version="1.9.1")
    data = ModelData.from_directory(model)
    SklearnModel(stack, "Model", model_data=data, image=image, entry_point=tmp_path / "hooks.py")
    (deployed,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Model").values()
    environment = deployed["Properties"]["PrimaryContainer"]["Environment"]
    archive = next((tmp_path / "cdk.out").rglob("asset.*.tar.gz"))
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    container = start(tmp_path / "unpacked", **environment)
    container.wait()
    expected = MODEL.predict_proba(ROWS[:2]).max(axis=1).round(3).tolist()
    assert json.loads(container.invoke(json.dumps(ROWS[:2].tolist()).encode(), "application/json")) == expected


def test_a_request_that_is_under_way_is_answered_before_it_ends(start: StartContainer, model):
    (model / "code").mkdir()
    (model / "code" / "hooks.py").write_text(
        "import time\ndef predict_fn(rows, model):\n    time.sleep(2)\n    return model.predict(rows)\n",
        encoding="utf-8",
    )
    container = start(model, SKLEARN_RUNTIME_PROGRAM="hooks.py")
    container.wait()
    answers: list[bytes] = []
    body = json.dumps(ROWS[:1].tolist()).encode()
    request = threading.Thread(target=lambda: answers.append(container.invoke(body, "application/json")))
    request.start()
    time.sleep(0.5)
    assert 1 < container.stop() < 25
    request.join()
    assert answers == [b"[0]"]
    assert container.exit_status == 0


def test_it_does_not_train(image):
    options = ["--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"]
    with pytest.raises(AssertionError, match="invalid choice: 'train'"):
        tools.run("podman", "run", *options, image, "train")


def test_there_are_wheels_of_everything_for_arm64():
    requirements = RUNTIME / "requirements.txt"
    wheels = tools.download_wheels(requirements, "aarch64", "3.12")
    # pip fails where one is missing.
    assert all("aarch64" in wheel.name or wheel.name.endswith("-any.whl") for wheel in wheels.glob("*.whl"))
    assert list(wheels.glob("scikit_learn-*.whl"))
