"""How InvokeEndpoint says that something went wrong, in AWS's words.

Shapes: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from local_sagemaker.containers.container_client import ContainerResponse
from local_sagemaker.data_plane_errors import DataPlaneError, InvocationTimeoutError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity

_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)


class Answer(NamedTuple):
    """An HTTP response to the caller."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class InvocationError(Exception):
    """An error response of the service itself.

    Parameters
    ----------
    status
        HTTP status.
    code
        Error type, or None where AWS gives none and clients show the status instead.
    message
        Text.
    members
        Further members of the error's shape.
    """

    def __init__(self, status: int, code: str | None, message: str, **members: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.members = {"Message": message, "message": message, **members}

    def answer(self) -> Answer:
        """Give it as an HTTP response."""
        headers = {"Content-Type": "application/json"}
        if self.code is not None:
            headers["x-amzn-ErrorType"] = self.code
        return Answer(self.status, headers, json.dumps(self.members).encode())


def model_error(endpoint: EndpointIdentity, cause: ContainerResponse | DataPlaneError) -> InvocationError:
    """Make a ModelError.

    Parameters
    ----------
    endpoint
        Which endpoint.
    cause
        The container's error response, or why there is none.
    """
    if isinstance(cause, ContainerResponse):
        status, text = cause.status, cause.body.decode("utf-8", "replace")
        told = f'with message "{text}"'
    elif isinstance(cause, InvocationTimeoutError):
        status, text = 0, _TIMED_OUT
        told = f'with message "{text}"'
    else:
        status, text = 500, ""
        told = "and could not load the entire response body"
    side = "client" if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR else "server"
    console = f"https://{endpoint.region}.console.aws.amazon.com/cloudwatch/home?region={endpoint.region}"
    message = (
        f"Received {side} error ({status}) from primary {told}. See {console}#logEventViewer:"
        f"group={endpoint.log_group} in account {endpoint.account_id} for more information."
    )
    return InvocationError(
        424,
        "ModelError",
        message,
        OriginalStatusCode=status,
        OriginalMessage=text,
        LogStreamArn=endpoint.log_group_arn,
    )
