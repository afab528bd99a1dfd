"""The hooks as AWS's multi-model server calls them: its own handler, without the Java server before it."""

import json
import os
import subprocess
import tarfile

import joblib
import numpy as np
import pytest

from tests.aws_image.environment import ENVIRONMENT

# What the Java server hands to the handler, and takes from it; the image's own handler adds defaults for the hooks
# that are missing, and ours miss none.
DRIVER = """
import json, sys
from types import SimpleNamespace
from sagemaker_inference.default_handler_service import DefaultHandlerService

class Context:
    def __init__(self, headers):
        self.system_properties = {"model_dir": sys.argv[1]}
        self.request_processor = [SimpleNamespace(get_request_properties=lambda: headers)]
        self.status = 200
    def set_response_content_type(self, index, content_type):
        self.content_type = content_type
    def set_response_status(self, code, phrase):
        self.status, self.phrase = code, phrase

service = DefaultHandlerService()
service.initialize(Context({}))
answers = []
for headers, body in json.load(sys.stdin):
    context = Context(headers)
    [answer] = service.handle([{"body": bytearray(body, "latin-1")}], context)
    text = answer if isinstance(answer, str) else bytes(answer).decode("latin-1")
    answers.append([context.status, text])
json.dump(answers, sys.stdout)
"""


@pytest.fixture
def handle(many_models, fitted, tmp_path):
    """Give requests to a handler process that has loaded the model, and its answers."""
    # The image's start-up code brings the code here, and SageMaker one of the models there.
    with tarfile.open(many_models.objects[many_models.environment["SAGEMAKER_SUBMIT_DIRECTORY"]]) as code:
        code.extractall(tmp_path / "ml" / "code", filter="data")
    model_dir = tmp_path / "models" / "0123" / "model"
    model_dir.mkdir(parents=True)
    joblib.dump(fitted, model_dir / "model.joblib")
    environment = {
        **many_models.environment,
        "PATH": os.defpath,
        "PYTHONPATH": str(tmp_path / "ml" / "code"),
        "SAGEMAKER_BASE_DIR": str(tmp_path / "ml"),
        "SAGEMAKER_MULTI_MODEL": "true",
    }

    def ask(*requests):
        done = subprocess.run(
            [ENVIRONMENT.python, "-c", DRIVER, str(model_dir)],
            input=json.dumps(requests),
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout[done.stdout.index("[[") :])

    return ask


def test_the_multi_model_servers_handler_calls_our_hooks(handle, rows, fitted):
    json_type = {"Content-Type": "application/json", "Accept": "application/json"}
    one_row = ",".join(map(repr, rows[0].tolist()))
    good, csv, untyped, broken, narrow, unknown = handle(
        (json_type, json.dumps(rows.tolist())),
        ({"Content-Type": "text/csv", "Accept": "text/csv"}, one_row),
        ({"Accept": "application/json"}, json.dumps(rows.tolist())),
        (json_type, "{"),
        (json_type, "[[1.0]]"),
        ({"Content-Type": "application/xml"}, "<a/>"),
    )
    for status, text in (good, untyped):
        assert status == 200
        np.testing.assert_array_equal(json.loads(text), fitted.predict(rows))
    assert csv == [200, f"{fitted.predict(rows[:1])[0]}\n"]
    for (status, text), expected, kind in (
        (broken, 400, "MalformedBody"),
        (narrow, 400, "InvalidRows"),
        (unknown, 415, "UnsupportedMediaType"),
    ):
        assert status == expected
        # A traceback stands below.
        assert json.JSONDecoder().raw_decode(text)[0]["error"]["type"] == kind
