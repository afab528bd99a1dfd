"""InvokeEndpointWithResponseStream: from the first part of a container's answer to what is noted at its end."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from local_sagemaker.containers.container_client import ContainerResponse
from local_sagemaker.invocations.data_capture import MOST_WAITING_BYTES
from local_sagemaker.invocations.invocation_errors import model_error
from local_sagemaker.invocations.response_streams import Ending, ResponseStream
from local_sagemaker.invocations.transcripts import Transcript
from local_sagemaker.monitoring.invocation_metrics import StreamTimes

if TYPE_CHECKING:
    import socket

    from local_sagemaker.containers.container_stream import ContainerStream
    from local_sagemaker.invocations.data_capture import DataCapture
    from local_sagemaker.invocations.invocation import Invocation
    from local_sagemaker.invocations.shadowing import Shadowing

# Bytes of an error answer that are read; its text is for a person.
MOST_ERROR_BYTES = 1 << 20


class StreamedInvocations:
    """Answers invocations with streams.

    Parameters
    ----------
    capture
        Where requests and answers of endpoints with data capture go; an answer that broke off does not.
    shadowing
        Sends copies to the shadow variant, of those whose answer was given to its end.
    """

    def __init__(self, capture: DataCapture, shadowing: Shadowing) -> None:
        self._capture = capture
        self._shadowing = shadowing

    def begin(self, invocation: Invocation, caller: socket.socket | None) -> ResponseStream:
        """Ask a container, and give its answer as soon as the first part is there.

        Parameters
        ----------
        invocation
            What is asked for.
        caller
            Connection of whom the answer is for; None where nobody can go away.

        Raises
        ------
        InvocationError
            The container answered with an error, or gave nothing at all.
        CallerGoneError
        """
        exchange = invocation.exchange
        with ExitStack() as held:
            with invocation.asking():
                source = held.enter_context(exchange.open(caller))
                refused = _read_error(source) if source.status >= HTTPStatus.BAD_REQUEST else None
                first = source.read() if refused is None else b""
            if refused is not None:
                held.close()
                invocation.count(refused.status)
                self._mirror(invocation, Transcript.of(refused))
                raise model_error(exchange.call.endpoint, refused)
            overhead = time.monotonic() - invocation.started - source.waited
            times = StreamTimes(source.waited, max(overhead, 0.0), broken=False)
            kept = MOST_WAITING_BYTES if exchange.capture_target else 0
            transcript = Transcript(source.status, source.headers, kept)
            return ResponseStream(
                source,
                first,
                invocation.headers(source.headers, "X-Amzn-SageMaker-Content-Type"),
                transcript=transcript,
                held=held.pop_all(),
                ended=partial(self._end, invocation, transcript, times),
                caller=caller,
            )

    def _end(self, invocation: Invocation, transcript: Transcript, times: StreamTimes, ending: Ending) -> None:
        invocation.count(transcript.status, times._replace(broken=ending is Ending.BROKEN))
        if ending is Ending.WHOLE:
            self._mirror(invocation, transcript)
            self._capture.record(invocation.exchange, transcript.response)

    def _mirror(self, invocation: Invocation, transcript: Transcript) -> None:
        if invocation.router.mirrors():
            self._shadowing.send(invocation.exchange.copy_for_shadow(), transcript)


def _read_error(source: ContainerStream) -> ContainerResponse:
    body = bytearray()
    while len(body) < MOST_ERROR_BYTES and (part := source.read()):
        body += part
    return ContainerResponse(source.status, source.headers, bytes(body))
