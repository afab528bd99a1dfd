"""Translates what botocore raises into this package's exceptions, with the container's own words in them."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from endpoint_client.exceptions import (
    AccessDenied,
    ConfigurationError,
    EndpointClientError,
    EndpointNotFound,
    EndpointTimeout,
    EndpointUnreachable,
    InputRejected,
    InvalidRequest,
    ModelError,
    ModelNotReady,
    PayloadTooLarge,
    ServiceError,
    ServiceUnavailable,
    Throttled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.exceptions import BotoCoreError, ClientError

_Error = TypeVar("_Error", bound=EndpointClientError)

# A container's error page may be long; an exception's text should fit a terminal.
MESSAGE_CHARACTERS = 2000
# How SageMaker repeats what a container said.
_RECEIVED = re.compile(r'error \((?P<status>\d+)\) from \S+ with message "(?P<original>.*)"\. See ', re.DOTALL)


@contextmanager
def translated(*, endpoint_name: str, region: str, first_row: int = 0) -> Iterator[None]:
    """Raise what botocore raises inside as this package's exceptions; the parameters are `from_client_error`'s."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise from_client_error(error, endpoint_name=endpoint_name, region=region, first_row=first_row) from error
    except BotoCoreError as error:
        raise from_boto_error(error, endpoint_name=endpoint_name, region=region) from error


def from_client_error(
    error: ClientError, *, endpoint_name: str, region: str, first_row: int = 0
) -> EndpointClientError:
    """Translate an answer of the service.

    Parameters
    ----------
    error : botocore.exceptions.ClientError
    endpoint_name, region : str
        Named in messages: a wrong region is the commonest reason of "not found".
    first_row : int
        The caller's row that stood first in this request; added to the container's row number.
    """
    translated_error = _from_answer(error, endpoint_name, region, first_row)
    return _about(translated_error, endpoint_name=endpoint_name, region=region, action=error.operation_name)


def _from_answer(error: ClientError, endpoint_name: str, region: str, first_row: int) -> EndpointClientError:
    response: Mapping[str, Any] = error.response
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", "")) or code or "the service gave no reason"
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    facts: dict[str, Any] = {
        "code": code,
        "status": status,
        "request_id": str(response.get("ResponseMetadata", {}).get("RequestId", "")),
    }
    if code == "ModelError":
        return _model_error(response, message, facts, first_row)
    if status == 413:
        return PayloadTooLarge(
            f"the service refused the request as too large: {message}; lower max_payload_bytes, so that the input is "
            "sent in smaller requests"
        )
    if code in _NOT_VALID and re.search(r"\bEndpoint\b.*\bnot found|Could not find endpoint", message):
        return EndpointNotFound(
            f"endpoint {endpoint_name!r} does not exist in {region}: {message} Check the name, the region and "
            "the account of the credentials; `aws sagemaker list-endpoints` lists what is there",
            **facts,
        )
    if status in {401, 403}:
        return AccessDenied(
            f"the credentials in use may not invoke endpoint {endpoint_name!r} in {region}: {message}", **facts
        )
    return _BY_CODE.get(code, _by_status(status))(message, **facts)


def from_storage_error(error: ClientError, location: str, remedy: str | None = None) -> EndpointClientError:
    """Translate an answer of S3 about an object of an asynchronous request, or about another with its remedy."""
    return _about(_from_storage_answer(error, location, remedy), action=error.operation_name)


def _from_storage_answer(error: ClientError, location: str, remedy: str | None) -> EndpointClientError:
    response: Mapping[str, Any] = error.response
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    message = str(response.get("Error", {}).get("Message", "")) or code
    if status in {401, 403}:
        remedy = remedy or (
            "for an answer that is not there yet, S3 says so only to who has s3:ListBucket on its prefix "
            "(grant_invoke_async gives all that is needed)"
        )
        return AccessDenied(
            f"the credentials in use may not reach {location}: {message}; {remedy}",
            code=code,
            status=status,
        )
    return _BY_CODE.get(code, _by_status(status))(f"{location}: {message}", code=code, status=status)


def from_failure(body: bytes, *, endpoint_name: str) -> ModelError:
    """Translate what an asynchronous endpoint wrote in place of an answer."""
    text = body.decode("utf-8", "replace")
    received = _RECEIVED.search(text)
    original = text if received is None else received["original"]
    facts: dict[str, Any] = {"status": 0 if received is None else int(received["status"])}
    reason = _reason(original)
    facts["error_type"] = str(reason.get("type") or "")
    facts |= {name: reason[name] for name in ("row", "column") if isinstance(reason.get(name), int)}
    message = str(reason.get("message") or original) or f"endpoint {endpoint_name!r} wrote an empty error"
    kind = InputRejected if 400 <= facts["status"] < 500 else ModelError
    return _about(kind(message[:MESSAGE_CHARACTERS], **facts), endpoint_name=endpoint_name)


def from_boto_error(error: BotoCoreError, *, endpoint_name: str, region: str) -> EndpointClientError:
    """Translate a failure before, or instead of, an answer."""
    return _about(_from_failure_to_call(error, endpoint_name, region), endpoint_name=endpoint_name, region=region)


def _about(error: _Error, *, endpoint_name: str = "", region: str = "", action: str = "") -> _Error:
    error.endpoint_name, error.region, error.action = endpoint_name, region, action
    return error


def _from_failure_to_call(error: BotoCoreError, endpoint_name: str, region: str) -> EndpointClientError:
    from botocore import exceptions

    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return ConfigurationError(
            f"no usable AWS credentials to invoke endpoint {endpoint_name!r}: {error}; configure them "
            "(`aws configure`, AWS_PROFILE, a role) or pass session=boto3.Session(...)"
        )
    if isinstance(error, exceptions.ReadTimeoutError):
        return EndpointTimeout(
            f"endpoint {endpoint_name!r} in {region} gave no answer in time: {error}; a model has 60 s for a request: "
            "send fewer rows at once (max_payload_bytes) or use a faster instance type"
        )
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError | exceptions.IncompleteReadError):
        return EndpointUnreachable(f"endpoint {endpoint_name!r} in {region} cannot be reached: {error}")
    return EndpointClientError(f"the request to endpoint {endpoint_name!r} could not be made: {error}")


def _model_error(response: Mapping[str, Any], message: str, facts: dict[str, Any], first_row: int) -> ModelError:
    facts["status"] = int(response.get("OriginalStatusCode") or facts["status"])
    facts["log_stream"] = str(response.get("LogStreamArn") or "")
    original = str(response.get("OriginalMessage") or message)
    reason = _reason(original)
    text = str(reason.get("message") or original)
    row, column = reason.get("row"), reason.get("column")
    if isinstance(row, int):
        if first_row:
            text = f"{text} (row {row + first_row} of the whole input: its request starts at row {first_row})"
        facts["row"] = row + first_row
    if isinstance(column, int):
        facts["column"] = column
    facts["error_type"] = str(reason.get("type") or "")
    kind = InputRejected if 400 <= facts["status"] < 500 and facts["status"] != 424 else ModelError
    return kind(text[:MESSAGE_CHARACTERS], **facts)


def _reason(original: str) -> Mapping[str, Any]:
    """Give the ``error`` object of our runtime's error body; empty for another server's page.

    The image's multi-model server writes a traceback below it.
    """
    try:
        reason = json.JSONDecoder().raw_decode(original)[0]["error"]
    except (ValueError, TypeError, KeyError):
        return {}
    return reason if isinstance(reason, dict) else {}


def _by_status(status: int) -> type[ServiceError]:
    if status == 429:
        return Throttled
    if status >= 500:
        return ServiceUnavailable
    return InvalidRequest if status == 400 else ServiceError


# Codes of InvokeEndpoint and of every AWS service, from botocore's model of sagemaker-runtime.
_BY_CODE: dict[str, type[ServiceError]] = {
    "ModelNotReadyException": ModelNotReady,
    "ThrottlingException": Throttled,
    "Throttling": Throttled,
    "TooManyRequestsException": Throttled,
    "ServiceUnavailable": ServiceUnavailable,
    "InternalFailure": ServiceUnavailable,
    "InternalDependencyException": ServiceUnavailable,
    # Of a stream that has begun.
    "InternalStreamFailure": ServiceUnavailable,
    "ModelStreamError": ModelError,
    "ValidationError": InvalidRequest,
    "ValidationException": InvalidRequest,
}
_NOT_VALID = {"ValidationError", "ValidationException"}
