"""A REST API in front of an endpoint, by the unmodified CDK: deployed, called, updated with a new model, destroyed."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from tests.end_to_end.conftest import LocalCloud

APP = """
import aws_cdk as cdk
from constructs_lib import ApiKeyAuthorization, JsonRows, ModelData, SklearnEndpoint, SklearnModel, SklearnRestApi

def synthesize(version):
    app = cdk.App(outdir=f"cdk.out-{version}")
    stack = cdk.Stack(app, "Fronted")
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(f"model-{version}"))
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    SklearnRestApi(
        stack,
        "RestApi",
        endpoint=endpoint,
        authorization=ApiKeyAuthorization(),
        request_schema=JsonRows(features=2),
        cloud_watch_role=True,
    )
    app.synth()

for version in (1, 2):
    synthesize(version)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    for label in (1, 2):
        (tmp_path / f"model-{label}").mkdir()
        model = DummyClassifier(strategy="constant", constant=label).fit(np.zeros((2, 2)), [1, 2])
        joblib.dump(model, tmp_path / f"model-{label}" / "model.joblib")
    return tmp_path


def post(url: str, body: bytes, **headers: str) -> tuple[int, Any]:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_an_api_follows_its_endpoint_to_a_new_model_and_goes_with_its_stack(local_cloud: LocalCloud, project: Path):
    def deploy(version: int) -> str:
        app = f"cdk.out-{version}"
        local_cloud.cdk(
            "deploy", "--app", app, "--require-approval", "never", "--outputs-file", "out.json", cwd=project
        )
        outputs = json.loads((project / "out.json").read_text(encoding="utf-8"))["Fronted"]
        address = next(value for name, value in outputs.items() if name.startswith("RestApiUrl"))
        api_id = address.removeprefix("https://").partition(".")[0]
        assert address == f"https://{api_id}.execute-api.us-east-1.amazonaws.com/prod/predict"
        key_id = next(value for name, value in outputs.items() if name.startswith("RestApiApiKeyId"))
        keys["x-api-key"] = gateway.get_api_key(apiKey=key_id, includeValue=True)["value"]
        return f"{local_cloud.url}/restapis/{api_id}/prod/_user_request_/predict"

    def count() -> list[int]:
        lists = (gateway.get_rest_apis(), gateway.get_api_keys(), gateway.get_usage_plans())
        return [len(found["items"]) for found in lists]

    gateway = local_cloud.client("apigateway")
    before = count()
    keys: dict[str, str] = {}
    local_cloud.run("python", "app.py", cwd=project)
    url = deploy(1)
    assert post(url, b"[[0.0, 0.0]]", **keys) == (200, [1])
    assert post(url, b"[[0.0, 0.0]]")[0] == 403
    status, told = post(url, b"[[0.0]]", **keys)
    assert (status, told["error"]["type"]) == (400, "BAD_REQUEST_BODY")
    assert deploy(2) == url
    assert post(url, b"[[0.0, 0.0]]", **keys) == (200, [2])
    local_cloud.cdk("destroy", "--app", "cdk.out-2", "--force", cwd=project)
    assert count() == before
    assert post(url, b"[[0.0, 0.0]]", **keys)[0] == 403
