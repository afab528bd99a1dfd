"""One client connection: requests in, responses out in the same order, and a deadline for every wait."""

import asyncio
import contextlib
import functools
import socket
import struct
from time import monotonic
from typing import TYPE_CHECKING, Dict, Optional, cast

from sklearn_runtime.body_parts import BodyParts
from sklearn_runtime.server.http_head import ProtocolError
from sklearn_runtime.server.http_request import IDLE, IN_BODY, IN_HEAD, Request, RequestReader
from sklearn_runtime.server.http_response import Answer, encode_head, encode_head_of_parts
from sklearn_runtime.server.response_stream import ResponseStream
from sklearn_runtime.server.routes import error_answer, route_of
from sklearn_runtime.settings import Settings

if TYPE_CHECKING:
    from sklearn_runtime.server.worker import Worker

__all__ = ["Connection", "timeouts_of"]

RUNNING, WRITING, CLOSING = "running", "writing", "closing"

#: How long input is read and thrown away after the last response. Closing at once would reset the connection and could
#: destroy the response on its way (RFC 9112, 9.6).
LINGER_SECONDS = 2.0

#: Longer bodies are handed over by themselves: joining them to the head would copy them.
_JOIN_BYTES = 64 * 1024

_NO_LINGER = struct.pack("ii", 1, 0)

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.BufferedProtocol):
    """Reads one connection's requests and has each answered before the next is looked at.

    While a request runs in the thread, or the client does not read its response, nothing more is read from it: a client
    cannot make the server hold more than one request and one read's worth of bytes. For the same reason the end of a
    client's stream is seen only after the last response to it was sent.
    """

    def __init__(self, worker: "Worker") -> None:
        settings = worker.settings
        self._worker = worker
        self._reader = RequestReader(settings.max_header_bytes, settings.max_body_bytes)
        self._transport: asyncio.Transport
        self._running = False
        self._in_turn = False
        self._writing = False
        self._closing = False
        self._paused = False
        self._stream: Optional[ResponseStream] = None
        self._phase: Optional[str] = None
        #: When to give up the present wait, in the event loop's time.
        self.deadline = float("inf")

    @property
    def idle(self) -> bool:
        """Whether no byte of a request is here."""
        return self._phase == IDLE

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        # Told of every byte that the client has not read, so that each has a deadline.
        self._transport.set_write_buffer_limits(high=0)
        self._worker.opened(self)
        self._settle()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        # One buffer for all connections: it is read before the loop turns to another.
        return self._worker.receive_buffer

    def buffer_updated(self, nbytes: int) -> None:
        if not self._closing:
            self._reader.feed(self._worker.receive_buffer[:nbytes])
            self._advance()

    def pause_writing(self) -> None:
        self._writing = True
        if self._stream is not None:
            self._settle()

    def resume_writing(self) -> None:
        self._writing = False
        if self._stream is not None:
            self._stream.go_on()
        self._advance()

    def connection_lost(self, exc: Optional[Exception]) -> None:  # noqa: ARG002
        if self._stream is not None:
            self._stream.give_up()
        self._worker.closed(self)

    # What the worker calls.

    def expire(self) -> None:
        """The deadline has passed."""
        if self._phase == IN_HEAD:
            self._refuse(ProtocolError(408, "the header did not come in time"))
        elif self._phase == IN_BODY:
            self._refuse(ProtocolError(408, "the body did not come in time"))
        elif self._phase == IDLE:
            self._transport.close()
        else:
            self._transport.abort()
        self._settle()

    # Requests.

    def _advance(self) -> None:
        while not (self._running or self._in_turn or self._writing or self._closing):
            try:
                event = self._reader.next_event()
            except ProtocolError as refusal:
                self._refuse(refusal)
                break
            if event is None or self._transport.is_closing():
                break
            self._phase = None
            if isinstance(event, Request):
                self._answer(event)
            else:
                self._transport.write(_CONTINUE)
        self._settle()

    def _answer(self, request: Request) -> None:
        worker, head = self._worker, request.head
        if head.route is None:
            head.route = route_of(head.method, head.path, head.headers)
        dispatcher, started = worker.dispatcher, monotonic()
        if dispatcher.runs_in_thread(request):
            self._running = True
            future = dispatcher.answer_in_thread(request)
            future.add_done_callback(functools.partial(self._answered, request, started))
        elif worker.may_wait_a_turn and dispatcher.goes_together(request):
            # Nothing is read before it is answered: there is no need to pause reading.
            self._in_turn = True
            worker.turn.add(request, self._answered_in_turn)
        else:
            self._send(request, dispatcher.answer(request), started)

    def _answered(self, request: Request, started: float, future: "asyncio.Future[Answer]") -> None:
        self._running = False
        answer = future.result()
        if isinstance(answer.body, BodyParts):
            self._begin(request, answer, answer.body, started)
        else:
            self._send(request, answer, started)
        self._advance()

    def _begin(self, request: Request, answer: Answer, parts: BodyParts, started: float) -> None:
        """Send an answer in parts: nothing else is read or answered before its end."""
        worker, head = self._worker, request.head
        chunked = head.minor_version > 0
        keep_alive = chunked and head.keep_alive and not worker.draining

        def end(whole: bool) -> None:
            self._stream, self._running = None, False
            worker.access_log.request(head.route, answer, monotonic() - started, len(request.body))
            if not whole:
                self._break_off(chunked)
            elif not keep_alive or worker.draining:
                self._close()
            self._advance()

        self._running = True
        self._stream = ResponseStream(
            parts,
            worker.dispatcher,
            self._transport.write,
            is_taken=lambda: not self._writing,
            chunked=chunked,
            end=end,
        )
        self._stream.start(encode_head_of_parts(answer, None if keep_alive else "close", worker.date, chunked))

    def _break_off(self, chunked: bool) -> None:
        """Close so that the client cannot take what it has for the whole."""
        if not chunked:
            # No last chunk is missing: a reset, in place of the end that a whole body has.
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.close()

    def _answered_in_turn(self, request: Request, started: float, answer: Answer) -> None:
        self._in_turn = False
        if not self._transport.is_closing():
            self._send(request, answer, started)
        self._advance()

    def _send(self, request: Request, answer: Answer, started: float) -> None:
        worker, head = self._worker, request.head
        keep_alive = head.keep_alive and not worker.draining
        connection = "close" if not keep_alive else ("keep-alive" if head.minor_version == 0 else None)
        self._write(answer, connection, with_body=head.method != "HEAD")
        worker.access_log.request(head.route, answer, monotonic() - started, len(request.body))
        if not keep_alive:
            self._close()

    def _refuse(self, refusal: ProtocolError) -> None:
        answer = error_answer(refusal.status, type(refusal).__name__, str(refusal))
        self._write(answer, "close")
        self._worker.access_log.request(None, answer, 0.0, 0)
        self._close()

    def _write(self, answer: Answer, connection: Optional[str], with_body: bool = True) -> None:
        head = encode_head(answer, connection, self._worker.date)
        if not with_body:
            self._transport.write(head)
        elif len(answer.body) <= _JOIN_BYTES:
            self._transport.write(head + answer.body)
        else:
            self._transport.write(head)
            self._transport.write(answer.body)

    def _close(self) -> None:
        """Close once the response is sent and the client has closed too, or has had time to."""
        self._closing = True
        if not self._transport.is_closing():
            with contextlib.suppress(OSError):  # the client has reset the connection
                self._transport.write_eof()

    def _settle(self) -> None:
        """Bring deadline and reading in line with the state."""
        transport = self._transport
        if transport.is_closing():
            return
        if self._writing:
            phase = WRITING
        elif self._running or self._in_turn:
            phase = RUNNING
        elif self._closing:
            phase = CLOSING
        else:
            phase = self._reader.phase
        if phase != self._phase:
            self._phase = phase
            self.deadline = monotonic() + self._worker.timeouts[phase]
        pause = self._running or self._writing
        if pause != self._paused:
            self._paused = pause
            if pause:
                transport.pause_reading()
            else:
                transport.resume_reading()


def timeouts_of(settings: Settings) -> Dict[str, float]:
    """Seconds that each kind of wait may last."""
    return {
        IDLE: settings.keep_alive_timeout,
        IN_HEAD: settings.header_timeout,
        IN_BODY: settings.body_timeout,
        RUNNING: float("inf"),
        WRITING: settings.write_timeout,
        CLOSING: LINGER_SECONDS,
    }
