"""Answers a request: which path and method there is, and which headers the model is given.

The same function serves our server and the WSGI module, so both speak SageMaker's contract alike.
"""

import functools
import json
import logging
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from sklearn_runtime.body_parts import BodyParts
from sklearn_runtime.content_types import CSV, JSON, JSON_LINES, NPY, OCTET_STREAM, parse_media_type
from sklearn_runtime.errors import error_body
from sklearn_runtime.methods import METHODS, requested_method
from sklearn_runtime.server.http_response import Answer, is_field_value

__all__ = [
    "EXECUTION_PARAMETERS",
    "INVOCATIONS",
    "PING",
    "Route",
    "error_answer",
    "error_type",
    "respond",
    "respond_together",
    "route_of",
]

PING, INVOCATIONS, EXECUTION_PARAMETERS = "/ping", "/invocations", "/execution-parameters"
_ALLOWED = {PING: "GET, HEAD", INVOCATIONS: "POST", EXECUTION_PARAMETERS: "GET, HEAD"}

#: InvokeEndpoint's own limit of CustomAttributes.
CUSTOM_ATTRIBUTES_MOST = 1024

#: In these a body holds at most as many cells as bytes; the others are packed, and may hold any number.
_PLAIN_TYPES = (JSON, CSV, NPY, JSON_LINES, OCTET_STREAM)

_PONG = Answer(200, "application/json", b"")
_log = logging.getLogger("sklearn_runtime")
_may_be_sent = functools.lru_cache(maxsize=64)(is_field_value)


class Route(NamedTuple):
    """What the head of a request asks for; the same for every request with that head.

    Attributes
    ----------
    content_type : str or None
        The type of the body.
    accept : str or None
        The types that the client takes.
    refusal : Answer or None
        The answer, where the head alone decides it.
    predicts : bool
        Whether the model is asked.
    cost_key : str or None
        The method of the model that is asked for, empty for that of the settings; requests with the same key take the
        same time for bodies of the same length. None where the length says nothing.
    """

    method: str
    path: str
    content_type: Optional[str]
    accept: Optional[str]
    custom_attributes: Optional[str]
    refusal: Optional[Answer]
    predicts: bool
    cost_key: Optional[str]


def route_of(method: str, path: str, headers: Mapping[str, str]) -> Route:
    """Read what a head asks for.

    Parameters
    ----------
    method, path
        As in the request line, without the query.
    headers
        Names in lower case.

    Example
    -------
    >>> route_of("POST", "/invocations", {"content-type": "text/csv"}).content_type
    'text/csv'
    >>> route_of("GET", "/invocations", {}).refusal.status
    405
    """
    content_type, attributes = _content_type(headers), headers.get("x-amzn-sagemaker-custom-attributes")
    refusal = _refusal(method, path, headers)
    return Route(
        method=method,
        path=path,
        content_type=content_type,
        accept=headers.get("x-amzn-sagemaker-accept") or headers.get("accept"),
        custom_attributes=attributes,
        refusal=refusal,
        predicts=refusal is None and path == INVOCATIONS,
        cost_key=_cost_key(content_type, attributes),
    )


def _content_type(headers: Mapping[str, str]) -> Optional[str]:
    # The AWS image's own server lets a header called ContentType win; asynchronous and streaming calls send the types
    # in headers of SageMaker's own.
    return headers.get("contenttype") or headers.get("x-amzn-sagemaker-content-type") or headers.get("content-type")


def _refusal(method: str, path: str, headers: Mapping[str, str]) -> Optional[Answer]:
    allowed = _ALLOWED.get(path)
    if allowed is None:
        return error_answer(404, "NotFound", f"no such path: give one of {', '.join(_ALLOWED)}")
    if method not in allowed.split(", "):
        return error_answer(405, "MethodNotAllowed", f"{path} takes {allowed}", allowed)
    attributes = headers.get("x-amzn-sagemaker-custom-attributes", "")
    if path == INVOCATIONS and not (attributes.isascii() and len(attributes) <= CUSTOM_ATTRIBUTES_MOST):
        return error_answer(
            400, "InvalidCustomAttributes", f"custom attributes take at most {CUSTOM_ATTRIBUTES_MOST} ASCII characters"
        )
    if path == INVOCATIONS and headers.get("content-encoding", "").lower() not in ("identity", ""):
        return error_answer(415, "UnsupportedContentEncoding", "send the body without Content-Encoding")
    return None


def _cost_key(content_type: Optional[str], attributes: Optional[str]) -> Optional[str]:
    name = parse_media_type(content_type or OCTET_STREAM).name
    if name not in _PLAIN_TYPES:
        return None
    method = requested_method(attributes)
    return method if method in METHODS else ""


def error_answer(status: int, kind: str, message: str, allow: Optional[str] = None) -> Answer:
    """An error with the JSON body that every error of the runtime has."""
    return Answer(status, "application/json", error_body(kind, message), allow)


def respond(service: Any, route: Route, body: Union[bytes, bytearray]) -> Answer:
    """Answer one request.

    Parameters
    ----------
    service : InferenceService
        The loaded model.
    route
        What its head asks for.
    body
        The whole request body.

    Returns
    -------
    Answer
        Never an exception: what goes wrong is a status of 400 or more with a JSON body.
    """
    if route.refusal is not None:
        return route.refusal
    if route.path == PING:
        return _PONG
    try:
        if route.path == EXECUTION_PARAMETERS:
            answer = _execution_parameters(service)
        else:
            answer = Answer(*service.invoke(body, route.content_type, route.accept, route.custom_attributes))
    except (Exception, SystemExit) as error:  # noqa: BLE001  a server outlives whatever one request does
        _log.exception("the request could not be answered")
        return error_answer(500, type(error).__name__, str(error))
    if answer.content_type is not None and not _may_be_sent(answer.content_type):
        if isinstance(answer.body, BodyParts):
            answer.body.close()
        return error_answer(
            500, "InvalidContentType", f"output_fn gave the content type {answer.content_type!r}: give printable ASCII"
        )
    return answer


def respond_together(service: Any, requests: Sequence[Tuple[Route, Union[bytes, bytearray]]]) -> List[Answer]:
    """Answer several requests for predictions, see `InferenceService.invoke_together`; in their order."""
    asked = [(body, route.content_type, route.accept, route.custom_attributes) for route, body in requests]
    return [Answer(*response) for response in service.invoke_together(asked)]


def _execution_parameters(service: Any) -> Answer:
    response = service.execution_parameters()
    if response is None:
        return error_answer(404, "NotFound", "the program defines no execution_parameters_fn")
    return Answer(*response)


def error_type(answer: Answer) -> Optional[str]:
    """The ``type`` in an error body, for the log."""
    if answer.status < 400:
        return None
    try:
        kind = json.loads(answer.body)["error"]["type"]
    except (ValueError, KeyError, TypeError):
        return None
    return kind if isinstance(kind, str) else None
