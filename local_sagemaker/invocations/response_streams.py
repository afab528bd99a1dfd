"""The answer of InvokeEndpointWithResponseStream: the container's, part by part, as events of AWS's event stream."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING

from local_sagemaker.data_plane_errors import InvocationTimeoutError, UnreachableError
from local_sagemaker.invocations.event_messages import model_stream_error, payload_part

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import ExitStack

    from local_sagemaker.containers.container_stream import ContainerStream
    from local_sagemaker.invocations.transcripts import Transcript

CONTENT_TYPE = "application/vnd.amazon.eventstream"
# AWS's words.
_TOO_LATE = "Your model primary did not complete sending the inference response in the allotted time."
_BROKEN = "Your model primary closed the connection before it had sent the whole inference response."
# Seconds that the caller has to take the last message, however late it is.
_LAST_MESSAGE = 5.0


class Ending(Enum):
    """How a stream ended."""

    WHOLE = "whole"
    BROKEN = "broken"
    LEFT = "left"  # by the caller


class ResponseStream:
    """A body of WSGI that gives an event for each part of a container's answer.

    Parameters
    ----------
    source
        The container's answer, whose body has been read up to `first`.
    first
        The first part of the body.
    headers
        Of the answer, without Content-Type; the model's is X-Amzn-SageMaker-Content-Type.
    transcript
        Takes note of the parts.
    held
        What is to be closed with the stream.
    ended
        Is told once how the stream ended, when what is held is closed.
    caller
        Connection of the caller, whose time to take a part ends with the stream's; None where that is not limited.
    """

    status = 200

    def __init__(
        self,
        source: ContainerStream,
        first: bytes,
        headers: Mapping[str, str],
        *,
        transcript: Transcript,
        held: ExitStack,
        ended: Callable[[Ending], None],
        caller: socket.socket | None,
    ) -> None:
        self.headers = {**headers, "Content-Type": CONTENT_TYPE}
        self._source = source
        self._first = first
        self._transcript = transcript
        self._held = held
        self._ended: Callable[[Ending], None] | None = ended
        self._caller = caller

    def __iter__(self) -> Iterator[bytes]:
        """Give the events; one that says what went wrong is the last."""
        try:
            part = self._first
            while part:
                self._transcript.add(part)
                self._limit_sending()
                yield payload_part(part)
                part = self._source.read()
            self._end(Ending.WHOLE)
        except InvocationTimeoutError:
            yield self._break_off("ModelInvocationTimeExceeded", _TOO_LATE)
        except UnreachableError:
            yield self._break_off("StreamBroken", _BROKEN)

    def close(self) -> None:
        """Give up what has not been read."""
        self._end(Ending.LEFT)

    def _break_off(self, code: str, message: str) -> bytes:
        self._end(Ending.BROKEN)
        self._limit_sending()
        return model_stream_error(code, message)

    def _end(self, ending: Ending) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            self._held.close()
            ended(ending)

    def _limit_sending(self) -> None:
        if self._caller is not None:
            self._caller.settimeout(max(self._source.deadline - time.monotonic(), _LAST_MESSAGE))
