"""Errors as they come over the wire, and the few that only botocore can make."""

import threading

import numpy as np
import pytest
from botocore.exceptions import BotoCoreError, ClientError, PartialCredentialsError

import endpoint_client
from endpoint_client import ModelError, Predictor
from endpoint_client.transport.service_errors import MESSAGE_CHARACTERS, from_boto_error, from_client_error
from tests.endpoint_client.conftest import LOG_STREAM, Answer


def fails(error, features, message=None, **settings):
    """Predict once, without retries, and give the error that must come of it."""
    with (
        Predictor("ep", **({"max_attempts": 1} | settings)) as predictor,
        pytest.raises(error, match=message) as caught,
    ):
        predictor.predict(features)
    assert type(caught.value) is error
    return caught.value


def test_the_models_refusal_comes_with_reason_and_place(endpoint):
    error = fails(
        endpoint_client.InputRejected,
        [[1.0, 2.0, 3.0, 4.0], [1.0, None, 3.0, 4.0]],
        "row 1, column 1",
        accept="text/csv",
    )
    assert (error.row, error.column) == (1, 1)
    assert error.error_type == "MissingValue"
    assert (error.status, error.code, error.request_id) == (400, "ModelError", "r-1")
    assert error.log_stream == LOG_STREAM
    assert str(error).endswith(f"(status 400, request id r-1); log stream {LOG_STREAM}")


def test_a_wrong_number_of_features_is_told_in_the_models_words(endpoint):
    error = fails(endpoint_client.InputRejected, [[1.0, 2.0]], "2 .*4")
    assert error.status == 400


@pytest.mark.parametrize(
    "page", [b"<html>Internal Server Error</html>", b'{"detail": 1}', b'{"error": "no"}', b"[1]", b"null"]
)
def test_another_servers_error_page_is_the_message(endpoint, features, page):
    endpoint.container_error(500, page)
    error = fails(ModelError, features)
    assert error.message == page.decode()
    assert (error.status, error.error_type, error.row, error.column) == (500, "", None, None)


def test_an_error_in_a_hook_is_a_model_error_with_its_class(endpoint, features):
    endpoint.container_error(500, b'{"error": {"type": "KeyError", "message": "age", "row": null, "column": null}}')
    error = fails(ModelError, features, r"^age \(status 500, request id r-1\)")
    assert (error.error_type, error.row, error.column) == ("KeyError", None, None)


def test_an_endless_error_page_is_cut(endpoint, features):
    endpoint.container_error(500, b"x" * 10_000)
    assert len(fails(ModelError, features).message) == MESSAGE_CHARACTERS


@pytest.mark.parametrize(
    ("status", "code", "message", "error", "pattern"),
    [
        (403, "AccessDeniedException", "not authorized to perform: sagemaker:InvokeEndpoint", "AccessDenied",
         "may not invoke endpoint 'ep' in us-east-1: not authorized to perform: sagemaker:InvokeEndpoint"),
        (403, "ExpiredTokenException", "The security token is expired", "AccessDenied", "expired"),
        (400, "ThrottlingException", "Rate exceeded", "Throttled", "Rate exceeded"),
        (429, "TooManyRequestsException", "Too many", "Throttled", "Too many"),
        (429, "Something", "Too many", "Throttled", "Too many"),
        (429, "ModelNotReadyException", "is loading", "ModelNotReady", "is loading"),
        (503, "ServiceUnavailable", "Try later", "ServiceUnavailable", "Try later"),
        (500, "InternalFailure", "", "ServiceUnavailable", "InternalFailure"),
        (530, "InternalDependencyException", "Dependency", "ServiceUnavailable", "Dependency"),
        (502, "Bad", "Gateway", "ServiceUnavailable", "Gateway"),
        (400, "ValidationError", "Variant Canary not found", "InvalidRequest", "Variant Canary"),
        (400, "Odd", "Odd thing", "InvalidRequest", "Odd thing"),
        (409, "Conflict", "Being updated", "ServiceError", "Being updated"),
        (413, "413", "HTTP content length exceeded 6291456 bytes.", "PayloadTooLarge",
         "exceeded 6291456 bytes.*lower max_payload_bytes"),
    ],
)  # fmt: skip
def test_an_error_of_the_service_has_its_class(endpoint, features, status, code, message, error, pattern):
    endpoint.service_errors.append((status, code, message))
    caught = fails(getattr(endpoint_client, error), features, pattern)
    if isinstance(caught, endpoint_client.ServiceError):
        assert (caught.status, caught.code, caught.request_id) == (status, code, "r-1")


def test_a_request_that_the_service_could_not_serve_is_tried_again(endpoint, features):
    endpoint.service_errors += [(503, "ServiceUnavailable", "Try later"), (400, "ThrottlingException", "Rate exceeded")]
    with Predictor("ep", max_attempts=3) as predictor:
        np.testing.assert_array_equal(predictor.predict(features), endpoint.model.predict(features))
    assert len(endpoint.requests) == 3


def test_an_error_of_the_model_is_not_tried_again(endpoint, features):
    endpoint.container_error(500, b"broken")
    fails(ModelError, features, "broken", max_attempts=5)
    assert len(endpoint.requests) == 1


def test_an_answer_that_comes_too_late_is_a_timeout(endpoint, features):
    finished = threading.Event()

    def container(request):
        finished.wait(30)
        return Answer(b"[1]", "application/json")

    endpoint.container = container
    try:
        fails(endpoint_client.EndpointTimeout, features, "no answer in time: .*60 s", read_timeout=0.1)
    finally:
        finished.set()


def test_an_address_where_nothing_listens_is_named(endpoint, features, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    fails(endpoint_client.EndpointUnreachable, features, r"cannot be reached: .*http://127\.0\.0\.1:9/")


def test_missing_credentials_are_a_matter_of_configuration(endpoint, features, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    fails(endpoint_client.ConfigurationError, features, "no usable AWS credentials to invoke endpoint 'ep'")


def test_half_a_credential_is_a_matter_of_configuration_too():
    error = from_boto_error(PartialCredentialsError(provider="env", cred_var="secret"), endpoint_name="ep", region="x")
    assert type(error) is endpoint_client.ConfigurationError


def test_anything_else_of_botocore_keeps_its_reason():
    error = from_boto_error(BotoCoreError(), endpoint_name="ep", region="x")
    assert type(error) is endpoint_client.EndpointClientError
    assert "could not be made: An unspecified error occurred" in str(error)


def test_an_error_without_code_status_or_reason_is_still_told():
    error = from_client_error(ClientError({}, "InvokeEndpoint"), endpoint_name="ep", region="us-east-1")
    assert type(error) is endpoint_client.ServiceError
    assert str(error) == "the service gave no reason"
