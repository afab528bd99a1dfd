"""HTTP answers of Lambda, and the bodies of requests to it."""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Environ = Mapping[str, Any]
    StartResponse = Callable[[str, list[tuple[str, str]]], Any]

# Bytes of a request.
MAX_REQUEST_BYTES = 6 * 1024 * 1024
_CHUNK_BYTES = 1 << 20


class Answer(NamedTuple):
    """An HTTP answer; a header may come more than once."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        """Send it."""
        phrase = HTTPStatus(self.status).phrase if self.status in HTTPStatus._value2member_map_ else "Unknown"
        own = [("Content-Length", str(len(self.body))), ("x-amzn-RequestId", str(uuid.uuid4()))]
        start_response(f"{self.status} {phrase}", [*self.headers, *own])
        return [self.body]


class LambdaError(Exception):
    """An error of the service itself.

    Parameters
    ----------
    status
        HTTP status.
    code
        Its name; None for what has none.
    message
        Text.
    members
        Further members of its shape.
    """

    def __init__(self, status: int, code: str | None, message: str, /, **members: Any) -> None:
        super().__init__(message)
        self.status = status
        self._code = code
        self._members = {"Message": message, **members}

    def answer(self) -> Answer:
        """Give it as an HTTP answer."""
        headers = [("Content-Type", "application/json")]
        if self._code is not None:
            headers.append(("x-amzn-ErrorType", self._code))
        return Answer(self.status, headers, json.dumps(self._members).encode())


def json_answer(status: int, content: Any) -> Answer:
    """Give a JSON answer."""
    return Answer(status, [("Content-Type", "application/json")], json.dumps(content).encode())


def read_body(environ: Environ) -> bytes:
    """Read a request's body.

    Raises
    ------
    LambdaError
        It is longer than Lambda takes.
    """
    length = int(environ.get("CONTENT_LENGTH") or 0)
    stream = environ["wsgi.input"]
    if length <= MAX_REQUEST_BYTES:
        body: bytes = stream.read(length)
        return body
    # Read to the end, else the caller sees a broken connection instead of the message.
    while length > 0:
        length -= len(stream.read(min(length, _CHUNK_BYTES))) or length
    raise too_large(MAX_REQUEST_BYTES)


def too_large(most: int) -> LambdaError:
    """Make the error of a request that is too long."""
    message = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
    return LambdaError(413, "RequestTooLargeException", message, Type="User")
