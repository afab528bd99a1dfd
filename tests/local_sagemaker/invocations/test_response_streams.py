"""The body of WSGI that a stream is: it holds the container until the stream has ended, however it ends."""

import time
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from local_sagemaker.data_plane_errors import InvocationTimeoutError, UnreachableError
from local_sagemaker.invocations.event_messages import model_stream_error, payload_part
from local_sagemaker.invocations.response_streams import Ending, ResponseStream
from local_sagemaker.invocations.transcripts import Transcript


class Stream:
    """A stream of the given parts, and what is seen of it."""

    def __init__(self, first: bytes, *parts: bytes | Exception, seconds: float = 100.0, caller: bool = True) -> None:
        self.parts = list(parts)
        self.seen: list[Any] = []
        self.transcript = Transcript(200, {}, 100)
        held = ExitStack()
        held.callback(self.seen.append, "given back")
        self.body = ResponseStream(
            SimpleNamespace(read=self.read, deadline=time.monotonic() + seconds),  # type: ignore[arg-type]
            first,
            {"Other": "kept"},
            transcript=self.transcript,
            held=held,
            ended=self.seen.append,
            caller=self if caller else None,  # type: ignore[arg-type]
        )

    def settimeout(self, seconds: float) -> None:
        """Be the caller's connection."""
        self.seen.append(round(seconds))

    def read(self) -> bytes:
        part = self.parts.pop(0)
        if isinstance(part, Exception):
            raise part
        return part


def test_each_part_is_an_event_and_the_rest_of_the_time_is_the_callers():
    stream = Stream(b"one", b"two", b"")
    assert list(stream.body) == [payload_part(b"one"), payload_part(b"two")]
    assert stream.seen == [100, 100, "given back", Ending.WHOLE]
    stream.body.close()
    assert len(stream.seen) == 4
    response = stream.transcript.response
    assert response is not None
    assert response.body == b"onetwo"


def test_the_time_of_a_caller_without_a_connection_is_not_limited():
    stream = Stream(b"one", b"", caller=False)
    assert list(stream.body) == [payload_part(b"one")]
    assert stream.seen == ["given back", Ending.WHOLE]


def test_nothing_is_no_event():
    stream = Stream(b"")
    assert list(stream.body) == []
    assert stream.seen == ["given back", Ending.WHOLE]


def test_headers_say_that_it_is_a_stream():
    assert Stream(b"").body.headers == {"Content-Type": "application/vnd.amazon.eventstream", "Other": "kept"}


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (UnreachableError("gone"), "StreamBroken", "closed the connection before it had sent the whole"),
        (InvocationTimeoutError("late"), "ModelInvocationTimeExceeded", "did not complete sending the inference"),
    ],
)
def test_a_stream_that_breaks_off_says_why(error, code, message):
    stream = Stream(b"one", error, seconds=-1)
    first, last = stream.body
    assert first == payload_part(b"one")
    (text,) = [text for text in _texts() if message in text]
    assert last == model_stream_error(code, text)
    # Its last message has a few seconds of its own.
    assert stream.seen == [5, "given back", Ending.BROKEN, 5]


def _texts() -> list[str]:
    from local_sagemaker.invocations import response_streams

    return [response_streams._TOO_LATE, response_streams._BROKEN]


@pytest.mark.parametrize("begun", [False, True])
def test_one_that_is_given_up_gives_the_container_back(begun):
    stream = Stream(b"one", b"two", b"")
    events = iter(stream.body)
    if begun:
        next(events)
    stream.seen.clear()
    stream.body.close()
    assert stream.seen == ["given back", Ending.LEFT]
