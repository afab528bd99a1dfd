"""Errors of InvokeEndpoint have AWS's types, texts and members."""

import json

import pytest

from local_sagemaker.containers.container_client import ContainerResponse
from local_sagemaker.data_plane_errors import DataPlaneError, InvocationTimeoutError, UnreachableError
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.invocations.invocation_errors import InvocationError, model_error

ENDPOINT = EndpointIdentity("churn", "123456789012", "eu-west-1")


def test_an_error_without_a_type_is_shown_by_its_status():
    answer = InvocationError(413, None, "too much").answer()
    assert answer.status == 413
    assert "x-amzn-ErrorType" not in answer.headers
    assert json.loads(answer.body) == {"Message": "too much", "message": "too much"}


@pytest.mark.parametrize(
    ("cause", "status", "start"),
    [
        (
            ContainerResponse(400, {}, b"bad row"),
            400,
            'Received client error (400) from primary with message "bad row".',
        ),
        (ContainerResponse(599, {}, b"\xff"), 599, 'Received server error (599) from primary with message "\ufffd".'),
        (
            InvocationTimeoutError("60 s"),
            0,
            'Received server error (0) from primary with message "Your invocation timed',
        ),
        (
            UnreachableError("gone"),
            500,
            "Received server error (500) from primary and could not load the entire response",
        ),
    ],
)
def test_a_model_error_says_what_the_container_did(cause: ContainerResponse | DataPlaneError, status: int, start: str):
    error = model_error(ENDPOINT, cause)
    assert (error.status, error.code) == (424, "ModelError")
    assert error.members["OriginalStatusCode"] == status
    assert error.members["LogStreamArn"] == ENDPOINT.log_group_arn
    assert error.members["Message"].startswith(start)
    assert error.answer().headers["x-amzn-ErrorType"] == "ModelError"
