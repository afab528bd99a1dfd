"""A function in front of an endpoint, deployed by the unmodified command line, answers at its URL."""

import json
import urllib.request
from pathlib import Path

import joblib
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from sklearn.linear_model import LogisticRegression

from tests.end_to_end.conftest import LocalCloud

APP = """
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnEndpoint, SklearnFunction, SklearnModel

def synthesize(folder):
    app = cdk.App(outdir=folder)
    stack = cdk.Stack(app, "Fronted")
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory("model"))
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="fronted")
    SklearnFunction(
        stack, "Front", endpoint=endpoint, entry_point=f"{folder}.py", function_name="front", architecture="x86_64"
    )
    app.synth()

synthesize("first")
synthesize("second")
"""
AFTER = """
def after(body, content_type):
    return b"%s " + body, "text/plain"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    for name in ("first", "second"):
        (tmp_path / f"{name}.py").write_text(AFTER % name, encoding="utf-8")
    (tmp_path / "model").mkdir()
    joblib.dump(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), tmp_path / "model" / "model.joblib")
    return tmp_path


def ask(url: str) -> str:
    headers = {"Content-Type": "application/json"}
    request = AWSRequest("POST", url, data=b"[[0.0], [1.0]]", headers=headers)
    SigV4Auth(Credentials("local", "local"), "lambda", "us-east-1").add_auth(request)
    sent = urllib.request.Request(url, data=b"[[0.0], [1.0]]", headers=dict(request.headers.items()))
    with urllib.request.urlopen(sent, timeout=60) as answer:
        text: str = answer.read().decode()
    return text


def test_it_answers_at_the_url_of_the_output_and_with_new_code_after_an_update(local_cloud: LocalCloud, project: Path):
    def deploy(folder: str) -> str:
        arguments = ["--app", folder, "--require-approval", "never", "--outputs-file", "outputs.json"]
        local_cloud.cdk("deploy", *arguments, cwd=project)
        outputs = json.loads((project / "outputs.json").read_text(encoding="utf-8"))["Fronted"]
        (url,) = [value for name, value in outputs.items() if name.startswith("FrontFunctionUrl")]
        return str(url)

    local_cloud.run("python", "app.py", cwd=project)
    url = deploy("first")
    assert ask(url) == "first [0,1]"
    assert deploy("second") == url
    assert ask(url) == "second [0,1]"
    called = local_cloud.client("lambda").invoke(FunctionName="front", Payload=json.dumps({"body": [[0.0]]}))
    assert json.loads(called["Payload"].read())["body"] == "second [0]"
    local_cloud.cdk("destroy", "--app", "second", "--force", cwd=project)
    assert local_cloud.client("lambda").list_functions()["Functions"] == []
