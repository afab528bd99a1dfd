"""The WSGI application says what our server says, for whoever runs it under another server."""

import io
import json
import os
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from sklearn_runtime import serving
from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings


@pytest.fixture(scope="module")
def fitted():
    return DecisionTreeClassifier(random_state=0).fit(*load_iris(return_X_y=True))


@pytest.fixture(scope="module")
def base(tmp_path_factory, fitted):
    base = tmp_path_factory.mktemp("ml")
    (base / "model").mkdir()
    joblib.dump(fitted, base / "model" / "model.joblib")
    return base


@pytest.fixture(scope="module")
def application(base):
    settings = Settings.from_environ({"SAGEMAKER_BASE_DIR": str(base), "SKLEARN_RUNTIME_MAX_BODY_BYTES": "10000"})
    return serving.Application(InferenceService.load(settings), settings)


def call(application, method, path, body=b"", **environ):
    started = []
    request = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": io.BytesIO(body), **environ}
    answer = b"".join(application(request, lambda status, fields: started.append((status, dict(fields)))))
    [(status, headers)] = started
    assert int(headers["Content-Length"]) == len(answer)
    return status, headers, answer


def test_ping_is_answered(application):
    assert call(application, "GET", "/ping")[0] == "200 OK"


def test_a_prediction_is_scikit_learn_s(application, fitted):
    rows = load_iris().data[::10]
    body = json.dumps(rows.tolist()).encode()
    headers = {"CONTENT_TYPE": "application/json", "HTTP_ACCEPT": "application/json", "CONTENT_LENGTH": str(len(body))}
    status, fields, answer = call(application, "POST", "/invocations", body, **headers)
    assert (status, fields["Content-Type"]) == ("200 OK", "application/json")
    np.testing.assert_array_equal(json.loads(answer), fitted.predict(rows))


def test_custom_attributes_choose_the_method(application, fitted):
    rows = load_iris().data[:3]
    body = json.dumps(rows.tolist()).encode()
    headers = {"CONTENT_LENGTH": str(len(body)), "HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES": "method=predict_proba"}
    answer = call(application, "POST", "/invocations", body, **headers)[2]
    np.testing.assert_array_equal(json.loads(answer), fitted.predict_proba(rows))


def test_a_body_in_parts_is_given_as_it_is_made(tmp_path, fitted):
    (tmp_path / "model" / "code").mkdir(parents=True)
    joblib.dump(fitted, tmp_path / "model" / "model.joblib")
    program = "def output_fn(prediction, content_type):\n    yield 'one,'\n    yield 2\n"
    (tmp_path / "model" / "code" / "hooks.py").write_text(program, encoding="utf-8")
    environ = {"SAGEMAKER_BASE_DIR": str(tmp_path), "SKLEARN_RUNTIME_PROGRAM": "hooks.py"}
    settings = Settings.from_environ(environ)
    started = []
    request = {"REQUEST_METHOD": "POST", "PATH_INFO": "/invocations", "wsgi.input": io.BytesIO(b"5,3.5,1.4,0.2")}
    application = serving.Application(InferenceService.load(settings), settings)
    request.update(CONTENT_LENGTH="13", CONTENT_TYPE="text/csv")
    answer = application(request, lambda *head: started.append(head))
    sys.modules.pop("sklearn_runtime_program", None)
    assert started == [("200 OK", [("Content-Type", "application/json")])]
    parts = iter(answer)
    assert next(parts) == b"one,"
    # What is raised here makes a server of WSGI cut the connection off: the client cannot take it for the whole.
    with pytest.raises(TypeError, match="the hook gave a part of type"):
        next(parts)


def test_a_chunked_body_is_read_to_its_end(application):
    status, _, answer = call(
        application,
        "POST",
        "/invocations",
        b"[[1, 2, 3, 4]]",
        HTTP_TRANSFER_ENCODING="chunked",
        CONTENT_TYPE="application/json",
    )
    assert (status, json.loads(answer)) == ("200 OK", [2])


@pytest.mark.parametrize("headers", [{"CONTENT_LENGTH": "10001"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_a_body_that_is_too_long_is_refused(application, headers):
    status, _, answer = call(application, "POST", "/invocations", b"x" * 10001, **headers)
    assert status == "413 Request Entity Too Large"
    assert json.loads(answer)["error"]["type"] == "PayloadTooLarge"


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [("PUT", "/ping", "405 Method Not Allowed", "GET, HEAD"), ("GET", "/other", "404 Not Found", None)],
)
def test_other_methods_and_paths_are_refused(application, method, path, status, allow):
    answer = call(application, method, path)
    assert (answer[0], answer[1].get("Allow")) == (status, allow)


def test_the_model_is_loaded_when_the_application_is_asked_for(base):
    program = (
        "import sys; from sklearn_runtime import serving; assert 'sklearn' not in sys.modules;"
        "from sklearn_runtime.serving import main; assert main is serving.main and 'sklearn' in sys.modules"
    )
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(base)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_the_module_has_no_other_name():
    with pytest.raises(AttributeError, match="has no attribute 'application'"):
        _ = serving.application
