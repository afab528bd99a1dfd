"""One worker process: an event loop that accepts connections and answers requests, large ones in a thread."""

import asyncio
import logging
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any, Set

from .connection import Connection, timeouts_of
from .http_request import Request
from .http_response import Answer
from .logs import AccessLog
from .routes import PING, respond
from .settings import Settings

__all__ = ["Worker"]

#: A model whose small requests take longer than this, on average, is asked in the thread: /ping must not wait for it.
LOOP_BUDGET_SECONDS = 0.02

#: How long a connection that waits for its next request is still answered after SIGTERM: the request may be on its way.
DRAIN_GRACE_SECONDS = 0.5

#: Pause after the system had no file descriptor for another connection.
ACCEPT_PAUSE_SECONDS = 0.5

_RECEIVE_BYTES = 256 * 1024
_log = logging.getLogger("sklearn_runtime")


class Worker:
    """Serves one loaded model on a listening socket that other workers share.

    Parameters
    ----------
    settings
        Limits and timeouts.
    service : InferenceService
        The loaded model; it is called from the loop's thread and from one other.
    listener
        A listening, non-blocking socket.
    master_lifeline
        File descriptor that becomes readable when the master is gone.
    """

    def __init__(self, settings: Settings, service: Any, listener: socket.socket, master_lifeline: int) -> None:
        self.settings = settings
        self.timeouts = timeouts_of(settings)
        self.receive_buffer = memoryview(bytearray(_RECEIVE_BYTES))
        self.draining = False
        self.date = b""
        self.loop = asyncio.new_event_loop()
        self.executor = ThreadPoolExecutor(max_workers=1)
        self.access_log = AccessLog(settings.log_level, self.loop.call_later)
        self._service = service
        self._listener = listener
        self._master_lifeline = master_lifeline
        self._connections: Set[Connection] = set()
        self._opening: Set["asyncio.Future[Any]"] = set()
        self._accepting = False
        self._seconds = 0.0
        self._tick_seconds = max(0.01, min(1.0, *(timeout / 4 for timeout in self.timeouts.values())))

    def run(self) -> None:
        """Serve until SIGTERM and the last response after it, or until the drain timeout."""
        asyncio.set_event_loop(self.loop)
        self.loop.add_signal_handler(signal.SIGTERM, self.drain)
        self.loop.add_reader(self._master_lifeline, self._master_died)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the master forked with its signals blocked
        self._tick()
        self._accept_more(True)
        self.loop.run_forever()
        self.access_log.flush()

    # Requests.

    def runs_in_thread(self, request: Request) -> bool:
        """Whether the request could keep the loop from answering others."""
        if request.head.path == PING:
            return False
        return (
            len(request.body) > self.settings.large_body_bytes
            or self._service.may_block
            or self._seconds > LOOP_BUDGET_SECONDS
        )

    def respond(self, request: Request) -> Answer:
        """Answer a request, in whichever thread this is, and learn how long small ones take."""
        head = request.head
        started = self.loop.time()
        answer = respond(self._service, head.method, head.path, head.headers, request.body)
        if head.path != PING and len(request.body) <= self.settings.large_body_bytes:
            seconds = self.loop.time() - started
            self._seconds = max(seconds, self._seconds + (seconds - self._seconds) / 8)
        return answer

    # Connections.

    def opened(self, connection: Connection) -> None:
        """Count a connection in; at the limit, no more are accepted."""
        self._connections.add(connection)

    def closed(self, connection: Connection) -> None:
        """Count a connection out."""
        self._connections.discard(connection)
        self._room_changed()

    def _accept_more(self, more: bool) -> None:
        if more and not self._accepting and not self.draining:
            self._accepting = True
            self.loop.add_reader(self._listener, self._accept)
        elif self._accepting and not more:
            self._accepting = False
            self.loop.remove_reader(self._listener)

    def _accept(self) -> bool:
        """Accept one connection: taking all that wait would starve the other workers."""
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False  # another worker was quicker, or the client left
        except OSError as error:
            _log.error("cannot accept a connection: %s", error)
            self._accept_more(False)
            self.loop.call_later(ACCEPT_PAUSE_SECONDS, self._accept_more, True)
            return False
        client.setblocking(False)
        opening = self.loop.create_task(self.loop.connect_accepted_socket(lambda: Connection(self), client))
        self._opening.add(opening)
        opening.add_done_callback(self._opening_done)
        self._accept_more(self._has_room())
        return True

    def _opening_done(self, opening: "asyncio.Future[Any]") -> None:
        self._opening.discard(opening)
        self._room_changed()

    def _room_changed(self) -> None:
        self._accept_more(self._has_room())
        if self.draining and not self._connections and not self._opening:
            self.loop.stop()

    def _has_room(self) -> bool:
        return len(self._connections) + len(self._opening) < self.settings.max_connections

    # Time.

    def _tick(self) -> None:
        now = self.loop.time()
        self.date = formatdate(usegmt=True).encode("ascii")
        for connection in [connection for connection in self._connections if connection.deadline <= now]:
            connection.expire()
        self.loop.call_later(self._tick_seconds, self._tick)

    # The end.

    def drain(self) -> None:
        """Take no more connections, answer what is here, stop."""
        if self.draining:
            return
        while self._accept():
            pass  # whoever is in the listen queue has been let in
        self.draining = True
        self._accept_more(False)
        self._listener.close()
        self.loop.call_later(DRAIN_GRACE_SECONDS, self._close_idle)
        self.loop.call_later(self.settings.drain_timeout, self._give_up)
        self._room_changed()

    def _close_idle(self) -> None:
        for connection in list(self._connections):
            if connection.idle:
                connection.expire()

    def _give_up(self) -> None:
        _log.error("%d connections were cut off: the drain timeout has passed", len(self._connections))
        self.loop.stop()

    def _master_died(self) -> None:
        self.loop.remove_reader(self._master_lifeline)
        _log.error("the master process is gone: this worker stops too")
        self.drain()
