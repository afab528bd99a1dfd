"""Copies of requests for a shadow variant: nobody waits for its answers, which are compared and dropped."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING

from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.invocations.data_capture import MOST_WAITING_BYTES
from local_sagemaker.invocations.transcripts import Transcript

if TYPE_CHECKING:
    from local_sagemaker.invocations.data_capture import DataCapture
    from local_sagemaker.invocations.exchanges import Exchange
    from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics

# Copies under way or waiting; more are left out, so that a slow shadow never fills the memory.
MOST_COPIES = 64
_THREADS = 4


class Shadowing:
    """Sends copies of requests to shadow variants.

    Parameters
    ----------
    metrics
        Where the copies are counted, as requests of the shadow variant, and which answers differed.
    capture
        Where they are captured, where the endpoint's requests are.
    """

    def __init__(self, metrics: InvocationMetrics, capture: DataCapture) -> None:
        self._metrics = metrics
        self._capture = capture
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="shadow")
        self._room = threading.Semaphore(MOST_COPIES)

    def send(self, exchange: Exchange, answer: Transcript) -> None:
        """Begin to send a copy, unless too many are under way.

        Parameters
        ----------
        exchange
            The request, for the shadow variant.
        answer
            What the production variant gave for it.
        """
        if self._room.acquire(blocking=False):
            self._executor.submit(self._send, exchange, answer).add_done_callback(lambda _: self._room.release())

    def close(self) -> None:
        """Wait for the copies that are under way; those that wait are left out."""
        self._executor.shutdown(cancel_futures=True)

    def _send(self, exchange: Exchange, answer: Transcript) -> None:
        started = time.monotonic()
        try:
            own = _read(exchange)
        except DataPlaneError:
            status, differs = 0, True
        else:
            status, differs = own.status, own.differs_from(answer)
            if status < HTTPStatus.BAD_REQUEST:
                self._capture.record(exchange, own.response)
        if not exchange.variant:
            return  # an update took the shadow variant away meanwhile
        self._metrics.record(
            exchange.call.endpoint,
            exchange.variant,
            status=status,
            model_latency=exchange.model_latency,
            overhead_latency=max(time.monotonic() - started - exchange.model_latency, 0.0),
            load=exchange.load,
        )
        self._metrics.record_difference(exchange.call.endpoint, exchange.variant, differs=differs)


def _read(exchange: Exchange) -> Transcript:
    """Read an answer, which may be longer than what one wants to have in memory."""
    with exchange.open() as stream:
        transcript = Transcript(stream.status, stream.headers, MOST_WAITING_BYTES if exchange.capture_target else 0)
        while part := stream.read():
            transcript.add(part)
    return transcript
