"""Requests and answers between an event of Lambda and the endpoint, as data in, data out.

An event is what a function URL sends (payload format 2.0), or any with ``body``, ``headers`` and ``isBase64Encoded``,
such as that of a REST API, or one written by hand.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

# What Lambda lets a function answer, in bytes of JSON.
MAX_ANSWER_BYTES = 6 * 1024 * 1024
# Below this, whatever is in it, an answer in JSON is not longer.
_SURELY_FITS = MAX_ANSWER_BYTES // 6
# By the header of a request: the parameter of InvokeEndpoint.
_OPTIONS = {
    "accept": "Accept",
    "x-amzn-sagemaker-custom-attributes": "CustomAttributes",
    "x-amzn-sagemaker-inference-id": "InferenceId",
    "x-amzn-sagemaker-target-model": "TargetModel",
    "x-amzn-sagemaker-target-variant": "TargetVariant",
}
# By the member of InvokeEndpoint's answer: the header of ours.
_TOLD = {
    "CustomAttributes": "x-amzn-sagemaker-custom-attributes",
    "InvokedProductionVariant": "x-amzn-invoked-production-variant",
}
_TEXTS = ("application/json", "application/jsonlines", "application/x-jsonlines", "application/xml")


class Refusal(Exception):  # noqa: N818  named as the answer, not as an error of the program
    """A request that is not answered with a prediction.

    Parameters
    ----------
    status
        HTTP status.
    kind
        ``type`` of the error.
    message
        For the caller.
    headers
        Of the answer, beside its content type.
    body
        An error in JSON that the container wrote; None: one is made of `kind` and `message`.
    """

    def __init__(
        self, status: int, kind: str, message: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.answer = Answer(
            status=status,
            body=json.dumps({"error": {"type": kind, "message": message}}).encode() if body is None else body,
            content_type="application/json",
            headers=headers or {},
        )


@dataclass(frozen=True)
class Request:
    """What the endpoint is asked.

    Attributes
    ----------
    content_type
        Empty where the caller gives none.
    options
        Further parameters of InvokeEndpoint, by name.
    """

    body: bytes
    content_type: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the caller is answered.

    Attributes
    ----------
    headers
        Beside the content type.
    """

    status: int
    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


def read_request(event: Any) -> Request:
    """Read an event.

    Raises
    ------
    Refusal
        It is none, or its method is not POST.

    Example
    -------
    >>> read_request({"body": "0.1,3", "headers": {"Content-Type": "text/csv", "Accept": "application/json"}})
    Request(body=b'0.1,3', content_type='text/csv', options={'Accept': 'application/json'})
    >>> read_request({"body": [[0.1, 3]]})
    Request(body=b'[[0.1, 3]]', content_type='application/json', options={})
    """
    if not isinstance(event, dict):
        raise Refusal(400, "MalformedEvent", "the event is no JSON object; give one with body and headers")
    method = _method(event)
    if method != "POST":
        raise Refusal(405, "MethodNotAllowed", f"the method is {method}; send rows with POST", {"Allow": "POST"})
    given = event.get("headers") or {}
    if not isinstance(given, dict):
        raise Refusal(400, "MalformedEvent", "headers of the event are no JSON object; give texts by name")
    headers = {str(name).lower(): str(value) for name, value in given.items()}
    body = event.get("body")
    plain = body is not None and not isinstance(body, str)
    return Request(
        body=json.dumps(body).encode() if plain else _read_text(body or "", event.get("isBase64Encoded") is True),
        content_type=headers.get("content-type") or ("application/json" if plain else ""),
        options={option: headers[name] for name, option in _OPTIONS.items() if headers.get(name)},
    )


def read_answer(invoked: Any, body: bytes) -> Answer:
    """Make an answer of InvokeEndpoint's, whose body has been read."""
    return Answer(
        status=200,
        body=body,
        content_type=invoked.get("ContentType") or "application/octet-stream",
        headers={header: invoked[member] for member, header in _TOLD.items() if invoked.get(member)},
    )


def write_answer(answer: Answer) -> dict[str, Any]:
    """Write an answer as Lambda takes it: a body that is no text in base64.

    Example
    -------
    >>> write_answer(Answer(200, b"[1]", "application/json"))["body"]
    '[1]'
    >>> write_answer(Answer(200, b"[1]", "application/x-npy"))["body"]
    'WzFd'
    """
    text = _as_text(answer)
    written = {
        "statusCode": answer.status,
        "headers": {"Content-Type": answer.content_type, **answer.headers},
        "body": base64.b64encode(answer.body).decode() if text is None else text,
        "isBase64Encoded": text is None,
    }
    if len(answer.body) > _SURELY_FITS and (size := len(json.dumps(written))) > MAX_ANSWER_BYTES:
        message = f"the answer has {size:,} bytes, and Lambda lets {MAX_ANSWER_BYTES:,} pass; send fewer rows at once"
        return write_answer(Refusal(502, "AnswerTooLarge", message).answer)
    return written


def _method(event: dict[str, Any]) -> str:
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, dict) else None
    return str((http if isinstance(http, dict) else {}).get("method") or event.get("httpMethod") or "POST")


def _read_text(body: str, encoded: bool) -> bytes:
    try:
        return base64.b64decode(body, validate=True) if encoded else body.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Refusal(400, "MalformedBody", f"the body of the event cannot be read: {error}") from None


def _as_text(answer: Answer) -> str | None:
    kind = answer.content_type.partition(";")[0].strip().lower()
    if not (kind.startswith("text/") or kind in _TEXTS or kind.endswith("+json")):
        return None
    try:
        return answer.body.decode()
    except UnicodeDecodeError:
        return None
