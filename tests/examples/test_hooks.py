"""The examples with hooks, served by the runtime as their endpoints serve them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SETOSA = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
VIRGINICA = {"sepal_length": 6.5, "sepal_width": 3.0, "petal_length": 5.8, "petal_width": 2.2}


def serve(example: str, program: str, base: Path) -> InferenceService:
    """Train as the README says, and lay model and code out as the archive does."""
    subprocess.run([sys.executable, EXAMPLES / example / "train.py"], cwd=base, check=True)
    shutil.copytree(EXAMPLES / example / "src", base / "model" / "code")
    environment = {"SAGEMAKER_BASE_DIR": str(base), "SKLEARN_RUNTIME_PROGRAM": program}
    return InferenceService.load(Settings.from_environ(environment))


@pytest.fixture(scope="module")
def custom_hooks(tmp_path_factory: pytest.TempPathFactory) -> InferenceService:
    return serve("custom_hooks", "hooks.py", tmp_path_factory.mktemp("ml"))


@pytest.fixture(scope="module")
def transform_hook(tmp_path_factory: pytest.TempPathFactory) -> InferenceService:
    return serve("transform_hook", "transform.py", tmp_path_factory.mktemp("ml"))


def test_a_content_type_of_its_own_is_read_by_the_hook(custom_hooks):
    body = json.dumps([SETOSA, VIRGINICA]).encode()
    response = custom_hooks.invoke(body, "application/vnd.flowers+json", "application/json")
    assert (response.status, response.content_type) == (200, "application/json")
    assert json.loads(response.body) == ["setosa", "virginica"]


@pytest.mark.parametrize("content_type", ["application/json", "text/csv"])
def test_the_runtimes_content_types_still_work(custom_hooks, content_type):
    body = {"application/json": b"[5.1, 3.5, 1.4, 0.2]", "text/csv": b"5.1,3.5,1.4,0.2\n"}[content_type]
    response = custom_hooks.invoke(body, content_type, "text/csv")
    assert (response.status, response.content_type.partition(";")[0]) == (200, "text/csv")
    assert response.body == b"setosa\n"


def test_probabilities_are_not_taken_for_species(custom_hooks):
    response = custom_hooks.invoke(b"[5.1, 3.5, 1.4, 0.2]", "application/json", None, "method=predict_proba")
    assert response.status == 200
    assert np.shape(json.loads(response.body)) == (1, 3)


def test_an_accept_that_nobody_can_write_is_refused(custom_hooks):
    assert custom_hooks.invoke(b"[5.1, 3.5, 1.4, 0.2]", "application/json", "image/png").status == 406


def test_a_whole_request_is_answered_by_one_function(transform_hook):
    body = "".join(json.dumps({"id": name} | flower) + "\n" for name, flower in (("a", SETOSA), ("b", VIRGINICA)))
    response = transform_hook.invoke(body.encode(), "application/jsonlines", "application/json")
    assert (response.status, response.content_type) == (200, "application/jsonlines")
    answers = [json.loads(line) for line in response.body.splitlines()]
    assert [(answer["id"], answer["species"]) for answer in answers] == [("a", "setosa"), ("b", "virginica")]
    assert np.all([answer["probability"] > 0.5 for answer in answers])


def test_what_the_function_refuses_is_told_to_the_caller(transform_hook):
    response = transform_hook.invoke(b"1,2", "text/csv", None)
    assert response.status == 500
    assert json.loads(response.body)["error"]["message"].endswith("is not supported: send application/jsonlines")
