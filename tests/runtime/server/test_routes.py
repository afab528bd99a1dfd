"""A request's headers are read as SageMaker sends them, and whatever fails is a JSON error."""

import doctest
import json

import pytest

from sklearn_runtime.body_parts import BodyParts
from sklearn_runtime.server import routes as module
from sklearn_runtime.server.http_response import Answer
from sklearn_runtime.server.routes import error_type, respond, route_of


class Recorder:
    """A service that says what it was given."""

    def invoke(self, body, content_type, accept, custom_attributes=None):
        return 200, "text/plain", repr((body, content_type, accept, custom_attributes)).encode()

    def execution_parameters(self):
        return None


class Broken:
    """A service that breaks its promise not to raise."""

    def __init__(self, error):
        self.error = error

    def invoke(self, *_):
        raise self.error

    def execution_parameters(self):
        raise self.error


def invoke(headers, service=None, body=b"1"):
    return respond(service or Recorder(), route_of("POST", "/invocations", headers), body)


def test_a_body_in_parts_with_a_type_that_cannot_be_sent_is_closed():
    closed = []

    def parts():
        try:
            yield b"1"
        finally:
            closed.append(True)

    class Parted(Recorder):
        def invoke(self, *_):
            return 200, "text/plain\r\nX: y", BodyParts(parts())

    assert invoke({}, Parted()).status == 500
    assert closed == [True]


@pytest.mark.parametrize(
    ("headers", "given"),
    [
        ({}, (None, None, None)),
        ({"content-type": "text/csv", "accept": "a/b"}, ("text/csv", "a/b", None)),
        ({"content-type": "text/csv", "contenttype": "application/x-npy"}, ("application/x-npy", None, None)),
        ({"x-amzn-sagemaker-content-type": "a/b", "content-type": "c/d"}, ("a/b", None, None)),
        ({"x-amzn-sagemaker-accept": "a/b", "accept": "c/d"}, (None, "a/b", None)),
        ({"x-amzn-sagemaker-custom-attributes": "method=predict"}, (None, None, "method=predict")),
        ({"content-encoding": "identity"}, (None, None, None)),
        ({"content-type": ""}, ("", None, None)),
    ],
)
def test_the_headers_that_sagemaker_uses_reach_the_service(headers, given):
    assert invoke(headers).body == repr((b"1", *given)).encode()


@pytest.mark.parametrize(
    ("headers", "status", "kind"),
    [
        ({"x-amzn-sagemaker-custom-attributes": "\u00e4"}, 400, "InvalidCustomAttributes"),
        ({"x-amzn-sagemaker-custom-attributes": "a" * 1025}, 400, "InvalidCustomAttributes"),
        ({"content-encoding": "gzip"}, 415, "UnsupportedContentEncoding"),
    ],
)
def test_a_header_that_cannot_be_taken_is_refused(headers, status, kind):
    answer = invoke(headers)
    assert (answer.status, error_type(answer)) == (status, kind)


def test_custom_attributes_may_be_as_long_as_the_api_lets_them():
    assert invoke({"x-amzn-sagemaker-custom-attributes": "a" * 1024}).status == 200


@pytest.mark.parametrize("error", [RuntimeError("broken"), SystemExit("broken"), MemoryError("broken")])
@pytest.mark.parametrize(("method", "path"), [("POST", "/invocations"), ("GET", "/execution-parameters")])
def test_a_service_that_raises_is_a_json_error_and_a_traceback_in_the_log(error, method, path, caplog):
    answer = respond(Broken(error), route_of(method, path, {}), b"")
    assert answer.status == 500
    assert json.loads(answer.body)["error"] == {
        "type": type(error).__name__,
        "message": "broken",
        "row": None,
        "column": None,
    }
    assert caplog.records[0].exc_info is not None


def test_without_execution_parameters_the_path_does_not_exist():
    assert respond(Recorder(), route_of("GET", "/execution-parameters", {}), b"").status == 404


def test_the_error_type_is_read_from_a_json_error_only():
    assert error_type(invoke({"content-encoding": "gzip"})) == "UnsupportedContentEncoding"
    for body in (b"", b"<html>", b"[]", b'{"error": 1}', b'{"error": {"type": 1}}', b"\xff"):
        assert error_type(Answer(500, None, body)) is None
    assert error_type(Answer(200, None, b'{"error": {"type": "a"}}')) is None


def test_an_empty_header_counts_for_less_than_a_filled_one():
    assert route_of("POST", "/invocations", {"contenttype": "", "content-type": "text/csv"}).content_type == "text/csv"


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, ""),
        ({"content-type": "application/json"}, ""),
        ({"content-type": "Text/CSV; header=absent"}, ""),
        ({"content-type": "application/x-npy"}, ""),
        ({"content-type": "application/jsonlines"}, ""),
        ({"content-type": "application/octet-stream"}, ""),
        ({"x-amzn-sagemaker-custom-attributes": "trace=1"}, ""),
        ({"x-amzn-sagemaker-custom-attributes": "method=predict_proba"}, "predict_proba"),
        ({"x-amzn-sagemaker-custom-attributes": "method=__class__"}, ""),
        ({"content-type": "application/x-npz"}, None),
        ({"content-type": "application/x-parquet"}, None),
    ],
)
def test_requests_are_compared_by_method_where_their_length_says_what_they_hold(headers, key):
    assert route_of("POST", "/invocations", headers).cost_key == key


@pytest.mark.parametrize(
    ("method", "path", "headers", "predicts"),
    [
        ("POST", "/invocations", {}, True),
        ("POST", "/invocations", {"content-encoding": "gzip"}, False),
        ("GET", "/invocations", {}, False),
        ("GET", "/ping", {}, False),
        ("GET", "/execution-parameters", {}, False),
        ("GET", "/other", {}, False),
    ],
)
def test_the_model_is_asked_for_an_invocation_only(method, path, headers, predicts):
    assert route_of(method, path, headers).predicts is predicts


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(module).failed == 0
