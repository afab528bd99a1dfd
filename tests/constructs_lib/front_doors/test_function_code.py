"""The handler of a front function, called as Lambda calls it, on endpoints of the local cloud."""

import base64
import importlib
import io
import json
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from sklearn.linear_model import LogisticRegression

from constructs_lib.front_doors.function_code import exchange, failures, hooks, index
from constructs_lib.front_doors.function_code.exchange import MAX_ANSWER_BYTES, Answer
from tests.local_sagemaker.cloud import Cloud, running_cloud, scripted, with_runtime

CONTEXT = SimpleNamespace(aws_request_id="request-1")
ROWS = [[0.0], [1.0]]
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def endpoint(cloud: Cloud) -> str:
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(with_runtime(model))))


@pytest.fixture(scope="module")
def raw_endpoint(cloud: Cloud) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("raw"))))


@pytest.fixture
def ask(cloud: Cloud, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Call the handler; `environment` is the function's beside the defaults."""

    def call(event: Any, **environment: str) -> dict[str, Any]:
        settings = {
            "AWS_ENDPOINT_URL": cloud.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            index.ENDPOINT: endpoint,
            index.READ_TIMEOUT: "10",
            **environment,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return index.handler(event, CONTEXT)

    forget()
    yield call
    forget()


def forget() -> None:
    index._client.cache_clear()
    index._hooks.cache_clear()


@pytest.fixture
def with_module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a module of the user's; gives the variable that names it."""

    def make(**defined: Any) -> dict[str, str]:
        module = ModuleType("front_of_a_test")
        vars(module).update(defined)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        return {index.MODULE: module.__name__}

    return make


def error_of(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])["error"]


def test_json_goes_to_the_endpoint_and_its_answer_back(ask, cloud, endpoint):
    answer = ask({"body": json.dumps(ROWS), "headers": JSON})
    assert answer == {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "x-amzn-invoked-production-variant": "AllTraffic"},
        "body": cloud.invoke(endpoint, json.dumps(ROWS).encode(), ContentType="application/json"),
        "isBase64Encoded": False,
    }


def test_an_event_may_have_json_as_it_is(ask):
    assert ask({"body": ROWS})["body"] == "[0,1]"


def test_a_binary_body_comes_and_goes_in_base64(ask):
    packed = io.BytesIO()
    np.save(packed, np.array(ROWS))
    answer = ask(
        {
            "body": base64.b64encode(packed.getvalue()).decode(),
            "isBase64Encoded": True,
            "headers": {"Content-Type": "application/x-npy", "Accept": "application/x-npy"},
        }
    )
    assert answer["isBase64Encoded"] is True
    assert np.load(io.BytesIO(base64.b64decode(answer["body"]))).tolist() == [0, 1]


def test_custom_attributes_reach_the_model(ask):
    headers = {"Content-Type": "text/csv", "X-Amzn-SageMaker-Custom-Attributes": "method=predict_proba"}
    answer = ask({"body": "0.0\n1.0\n", "headers": headers})
    assert answer["body"].count(",") == 3


def test_the_containers_error_is_the_callers_with_status_and_body(ask, capsys):
    answer = ask({"body": "[[1, 2, 3]]", "headers": JSON})
    assert answer["statusCode"] == 400
    assert error_of(answer)["type"] == "InvalidRows"
    assert set(error_of(answer)) == {"type", "message", "row", "column"}
    assert json.loads(capsys.readouterr().out) == {"request_id": "request-1", "status": 400, "type": "ModelError"}


def test_an_error_that_is_no_json_gets_the_form(ask, raw_endpoint):
    answer = ask({"body": "status 418"}, **{index.ENDPOINT: raw_endpoint})
    assert answer["statusCode"] == 418
    assert error_of(answer) == {"type": "ModelError", "message": "as you wish"}


def test_what_sagemaker_refuses_is_400(ask):
    answer = ask({"body": "[[0]]", "headers": {**JSON, "x-amzn-sagemaker-target-variant": "Other"}})
    assert answer["statusCode"] == 400
    assert "Variant Other of endpoint" in error_of(answer)["message"]


def test_an_endpoint_that_is_not_there_is_no_fault_of_the_callers(ask):
    answer = ask({"body": "[[0]]", "headers": JSON}, **{index.ENDPOINT: "nothing"})
    assert answer["statusCode"] == 502
    assert error_of(answer)["message"] == "the endpoint cannot be asked; the function's log says why"


def test_a_cloud_that_cannot_be_reached_is_503(ask):
    answer = ask({"body": "[[0]]"}, AWS_ENDPOINT_URL="http://localhost:1")
    assert (answer["statusCode"], error_of(answer)["type"]) == (503, "EndpointUnreachable")
    assert answer["headers"]["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("event", "status", "kind"),
    [
        (None, 400, "MalformedEvent"),
        ({"headers": "none"}, 400, "MalformedEvent"),
        ({"body": "?", "isBase64Encoded": True}, 400, "MalformedBody"),
        ({"body": "\ud800"}, 400, "MalformedBody"),
        ({"requestContext": {"http": {"method": "GET"}}}, 405, "MethodNotAllowed"),
        ({"httpMethod": "DELETE", "requestContext": {"stage": "prod"}}, 405, "MethodNotAllowed"),
        ({}, 400, "ModelError"),
    ],
)
def test_an_event_that_is_no_request_is_answered_with_the_reason(ask, capsys, event, status, kind):
    answer = ask(event)
    assert answer["statusCode"] == status
    assert json.loads(capsys.readouterr().out)["type"] == kind


def test_the_users_module_changes_request_and_answer(ask, with_module):
    def before(body, content_type):
        assert (body, content_type) == (b"17", "text/plain")
        return b"[[1.0]]", "application/json"

    def after(body, content_type):
        assert content_type == "application/json"
        return b"label " + body, "text/plain"

    answer = ask({"body": "17", "headers": {"content-type": "text/plain"}}, **with_module(before=before, after=after))
    assert (answer["body"], answer["headers"]["Content-Type"]) == ("label [1]", "text/plain")


class UnknownCustomerError(Exception):
    status = 404


@pytest.mark.parametrize(
    ("where", "error", "status"),
    [
        ("before", ValueError("no such row"), 400),
        ("after", ValueError("no such row"), 500),
        ("before", KeyError("secret"), 500),
        ("before", UnknownCustomerError("17"), 404),
        ("after", UnknownCustomerError("17"), 404),
    ],
)
def test_what_the_users_module_raises_is_answered_and_not_logged(ask, with_module, capsys, where, error, status):
    def hook(body, content_type):
        raise error

    answer = ask({"body": "[[0]]", "headers": JSON}, **with_module(**{where: hook}))
    assert answer["statusCode"] == status
    assert error_of(answer) == {"type": type(error).__name__, "message": str(error)}
    log = capsys.readouterr().out
    assert "test_function_code.py:" in log
    assert str(error) not in log


class OddError(Exception):
    status = 200


def test_a_status_that_is_no_error_is_not_believed(ask, with_module):
    def before(body, content_type):
        raise OddError

    assert ask({"body": "[[0]]"}, **with_module(before=before))["statusCode"] == 500


def test_a_hook_that_gives_something_else_is_told(ask, with_module):
    answer = ask({"body": "[[0]]"}, **with_module(before=lambda *_: "text"))
    assert answer["statusCode"] == 500
    assert "let it give back (body, content_type)" in error_of(answer)["message"]


def test_an_answer_that_lambda_would_not_let_pass_is_an_error(ask, with_module):
    long = with_module(after=lambda *_: (b"x" * MAX_ANSWER_BYTES, "text/plain"))
    answer = ask({"body": "[[0]]"}, **long)
    assert (answer["statusCode"], error_of(answer)["type"]) == (502, "AnswerTooLarge")


def test_a_long_answer_that_fits_passes(ask, with_module):
    fits = with_module(after=lambda *_: (b"x" * (MAX_ANSWER_BYTES - 1000), "text/plain"))
    assert ask({"body": "[[0]]"}, **fits)["statusCode"] == 200


def test_text_that_is_no_utf_8_goes_in_base64():
    assert exchange.write_answer(Answer(200, b"\xff", "text/csv"))["isBase64Encoded"] is True


class FlakyClient:
    """Stands for a connection that was closed while the function slept: a real one closes when it likes."""

    def __init__(self, failing: int, error: Exception) -> None:
        self.calls = 0
        self._failing, self._error = failing, error

    def invoke_endpoint(self, **_: Any) -> Any:
        self.calls += 1
        if self.calls <= self._failing:
            raise self._error
        return {"Body": io.BytesIO(b"[0]"), "ContentType": "application/json"}


@pytest.mark.parametrize(
    ("failing", "error", "calls", "status"),
    [
        (1, ConnectionClosedError(endpoint_url="x"), 2, 200),
        (1, EndpointConnectionError(endpoint_url="x"), 2, 200),
        (2, ConnectionClosedError(endpoint_url="x"), 2, 503),
        (1, ReadTimeoutError(endpoint_url="x"), 1, 504),
    ],
)
def test_only_a_request_that_did_not_arrive_is_sent_again(monkeypatch, failing, error, calls, status):
    client = FlakyClient(failing, error)
    monkeypatch.setattr(index, "_client", lambda: client)
    monkeypatch.setenv(index.ENDPOINT, "churn")
    assert index.handler({"body": "[[0]]"}, CONTEXT)["statusCode"] == status
    assert client.calls == calls


@pytest.mark.parametrize(
    ("code", "http_status", "status", "later"),
    [
        ("ThrottlingException", 400, 429, True),
        ("ModelNotReadyException", 429, 429, True),
        ("", 429, 429, True),
        ("413", 413, 413, False),
        ("ValidationError", 400, 400, False),
        ("ServiceUnavailable", 503, 503, True),
        ("InternalFailure", 500, 503, True),
        ("AccessDeniedException", 403, 502, False),
        ("", 403, 502, False),
    ],
)
def test_errors_of_the_service_have_their_status(code, http_status, status, later):
    said = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": http_status}}
    refused = failures.refusal(ClientError(said, "InvokeEndpoint"))  # type: ignore[arg-type]
    assert refused.status == status
    assert ("Retry-After" in refused.answer.headers) is later
    assert json.loads(refused.answer.body)["error"]["type"]


@pytest.mark.parametrize(
    ("original", "status", "told"),
    [
        ('{"error": {"type": "InvalidRows"}}\nTraceback', 400, {"type": "InvalidRows"}),
        ('{"error": "text"}', 502, {"type": "ModelError", "message": '{"error": "text"}'}),
        ("", 0, {"type": "ModelError", "message": "the container gave no reason"}),
    ],
)
def test_errors_of_a_container_keep_their_form(original, status, told):
    said = {"Error": {"Code": "ModelError"}, "OriginalStatusCode": status, "OriginalMessage": original}
    refused = failures.refusal(ClientError(said, "InvokeEndpoint"))  # type: ignore[arg-type]
    assert refused.status == (status or 502)
    assert json.loads(refused.answer.body)["error"] == told


def test_client_and_module_are_ready_before_the_first_call(ask, with_module, monkeypatch):
    ask({"body": "[[0]]"})
    started: list[str] = []
    module = with_module(before=None)
    monkeypatch.setenv(index.MODULE, module[index.MODULE])
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "front")
    monkeypatch.setattr(boto3, "client", lambda service, **_: started.append(service))
    importlib.reload(index)
    assert started == ["sagemaker-runtime"]
    assert index._hooks.cache_info().currsize == 1


def test_without_a_hook_nothing_changes():
    assert hooks.run(None, b"1", "text/csv", invalid=400) == (b"1", "text/csv")
