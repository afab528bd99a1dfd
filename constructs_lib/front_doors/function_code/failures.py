"""What the caller is told when the endpoint gives no prediction: the container's own error, or one in its form."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from .exchange import Refusal

# Seconds after which a caller may try again.
_LATER = {"Retry-After": "1"}
_BUSY = {"ModelNotReadyException", "Throttling", "ThrottlingException", "TooManyRequestsException"}
_INVALID = {"ValidationError", "ValidationException"}
_UNAVAILABLE = {"InternalDependencyException", "InternalFailure", "ServiceUnavailable"}


def refusal(error: Exception) -> Refusal:
    """Give the answer to what botocore raises for InvokeEndpoint.

    Parameters
    ----------
    error
        A ClientError, which SageMaker answered, or a BotoCoreError: there was no answer.

    Example
    -------
    >>> said = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    >>> refusal(ClientError(said, "InvokeEndpoint")).status
    429
    """
    if isinstance(error, ClientError):
        return _of_service(error.response)
    if isinstance(error, ReadTimeoutError):
        return Refusal(504, "EndpointTimeout", "the endpoint gave no answer in time; send fewer rows at once")
    return Refusal(503, "EndpointUnreachable", f"the endpoint cannot be reached: {type(error).__name__}", _LATER)


def _of_service(response: Any) -> Refusal:
    code = str(response["Error"].get("Code", ""))
    message = str(response["Error"].get("Message", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "ModelError":
        return _of_container(response, message)
    if code in _BUSY or status == 429:
        return Refusal(429, code or "Throttled", message or "too many requests", _LATER)
    if status == 413:
        return Refusal(413, "PayloadTooLarge", f"{message or 'the body is too large'}; send fewer rows at once")
    if code in _INVALID and not re.search(r"\bEndpoint\b.*\bnot found", message):
        return Refusal(400, code, message)
    if code in _UNAVAILABLE or status >= 500:
        return Refusal(503, code or "ServiceUnavailable", message or "the service is not available", _LATER)
    # Its name and the function's rights are no business of the caller's; the log has the code.
    return Refusal(502, code or "EndpointFailed", "the endpoint cannot be asked; the function's log says why")


def _of_container(response: Any, message: str) -> Refusal:
    status = response.get("OriginalStatusCode") or 0
    original = str(response.get("OriginalMessage") or message)
    known = isinstance(status, int) and 400 <= status <= 599
    own = _own_error(original)
    return Refusal(status if known else 502, "ModelError", original or "the container gave no reason", body=own)


def _own_error(text: str) -> bytes | None:
    """Give the error in the runtime's form at the start of a text: the multi-model server puts a traceback after it."""
    try:
        found, end = json.JSONDecoder().raw_decode(text)
        return text[:end].encode() if isinstance(found["error"], dict) else None
    except (ValueError, TypeError, KeyError):
        return None
