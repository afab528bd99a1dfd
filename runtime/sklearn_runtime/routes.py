"""Answers a request: which path and method there is, and which headers the model is given.

The same function serves our server and the WSGI module, so both speak SageMaker's contract alike.
"""

import json
import logging
from typing import Any, Mapping, Optional

from .errors import error_body
from .http_response import Answer, is_field_value

__all__ = ["EXECUTION_PARAMETERS", "INVOCATIONS", "PING", "content_type_of", "error_answer", "respond"]

PING, INVOCATIONS, EXECUTION_PARAMETERS = "/ping", "/invocations", "/execution-parameters"
_ALLOWED = {PING: "GET, HEAD", INVOCATIONS: "POST", EXECUTION_PARAMETERS: "GET, HEAD"}

#: InvokeEndpoint's own limit of CustomAttributes.
CUSTOM_ATTRIBUTES_MOST = 1024

_PONG = Answer(200, "application/json", b"")
_log = logging.getLogger("sklearn_runtime")


def error_answer(status: int, kind: str, message: str, allow: Optional[str] = None) -> Answer:
    """An error with the JSON body that every error of the runtime has."""
    return Answer(status, "application/json", error_body(kind, message), allow)


def content_type_of(headers: Mapping[str, str]) -> Optional[str]:
    """The type of the body. The AWS image's own server lets a header called ``ContentType`` win; so do we."""
    return headers.get("contenttype") or headers.get("x-amzn-sagemaker-content-type") or headers.get("content-type")


def accept_of(headers: Mapping[str, str]) -> Optional[str]:
    """The types that the client takes; asynchronous and streaming calls send them in a header of SageMaker's own."""
    return headers.get("x-amzn-sagemaker-accept") or headers.get("accept")


def respond(service: Any, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Answer one request.

    Parameters
    ----------
    service : InferenceService
        The loaded model.
    method, path
        As in the request line, without the query.
    headers
        Names in lower case.
    body
        The whole request body.

    Returns
    -------
    Answer
        Never an exception: what goes wrong is a status of 400 or more with a JSON body.
    """
    allowed = _ALLOWED.get(path)
    if allowed is None:
        return error_answer(404, "NotFound", f"no such path: give one of {', '.join(_ALLOWED)}")
    if method not in allowed.split(", "):
        return error_answer(405, "MethodNotAllowed", f"{path} takes {allowed}", allowed)
    if path == PING:
        return _PONG
    try:
        answer = _execution_parameters(service) if path == EXECUTION_PARAMETERS else _invoke(service, headers, body)
    except (Exception, SystemExit) as error:  # noqa: BLE001  a server outlives whatever one request does
        _log.exception("the request could not be answered")
        return error_answer(500, type(error).__name__, str(error))
    if answer.content_type is not None and not is_field_value(answer.content_type):
        return error_answer(
            500, "InvalidContentType", f"output_fn gave the content type {answer.content_type!r}: give printable ASCII"
        )
    return answer


def _execution_parameters(service: Any) -> Answer:
    response = service.execution_parameters()
    if response is None:
        return error_answer(404, "NotFound", "the program defines no execution_parameters_fn")
    return Answer(*response)


def _invoke(service: Any, headers: Mapping[str, str], body: bytes) -> Answer:
    attributes = headers.get("x-amzn-sagemaker-custom-attributes")
    if attributes is not None and not (attributes.isascii() and len(attributes) <= CUSTOM_ATTRIBUTES_MOST):
        return error_answer(
            400, "InvalidCustomAttributes", f"custom attributes take at most {CUSTOM_ATTRIBUTES_MOST} ASCII characters"
        )
    coding = headers.get("content-encoding", "identity").lower()
    if coding not in ("identity", ""):
        return error_answer(415, "UnsupportedContentEncoding", "send the body without Content-Encoding")
    return Answer(*service.invoke(body, content_type_of(headers), accept_of(headers), attributes))


def error_type(answer: Answer) -> Optional[str]:
    """The ``type`` in an error body, for the log."""
    if answer.status < 400:
        return None
    try:
        kind = json.loads(answer.body)["error"]["type"]
    except (ValueError, KeyError, TypeError):
        return None
    return kind if isinstance(kind, str) else None
