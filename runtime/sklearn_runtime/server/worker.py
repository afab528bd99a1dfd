"""One worker process: an event loop that accepts connections and has their requests answered."""

import asyncio
import functools
import logging
import signal
import socket
import sys
from time import monotonic, time
from typing import Any, Dict, Set

from sklearn_runtime.server.connection import Connection, timeouts_of
from sklearn_runtime.server.dispatcher import Dispatcher
from sklearn_runtime.server.http_response import http_date
from sklearn_runtime.server.log_stream import standard_stream
from sklearn_runtime.server.logs import AccessLog
from sklearn_runtime.server.turn import Turn
from sklearn_runtime.server.worker_loads import WorkerLoads
from sklearn_runtime.settings import Settings

__all__ = ["Worker"]

#: How long a connection that waits for its next request is still answered after SIGTERM: the request may be on its way.
DRAIN_GRACE_SECONDS = 0.5

#: How long a connection is left to a worker that has fewer. A worker that is busy for longer does not hold it up.
TURN_SECONDS = 0.001

#: How long the loop waits for the interpreter's lock while a thread computes in Python, a few times a request; the
#: interpreter's own 5 ms made a ping during the reading of 60 MB of JSON take up to 42 ms.
SWITCH_SECONDS = 0.001

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
        The loaded model.
    listener
        A listening, non-blocking socket.
    master_lifeline
        File descriptor that becomes readable when the master is gone.
    loads
        The connections of all workers.
    place
        This worker's place among them.
    """

    def __init__(
        self,
        settings: Settings,
        service: Any,
        listener: socket.socket,
        master_lifeline: int,
        loads: WorkerLoads,
        place: int,
    ) -> None:
        self.settings = settings
        self.timeouts = timeouts_of(settings)
        self.receive_buffer = memoryview(bytearray(_RECEIVE_BYTES))
        self.draining = False
        self.date = b""
        self.loop = asyncio.new_event_loop()
        self.dispatcher = Dispatcher(settings, service, self.loop)
        self.turn = Turn(self.dispatcher.answer_together, self.loop.call_soon)
        self.access_log = AccessLog(settings.log_level, self.loop.call_later, standard_stream(1))
        self._listener = listener
        self._master_lifeline = master_lifeline
        self._connections: Set[Connection] = set()
        self._opening: Dict[Connection, "asyncio.Future[Any]"] = {}
        self._accepting = False
        self._leaves_turn = self._has_left_turn = False
        self._loads, self._place = loads, place
        self._tick_seconds = max(0.01, min(1.0, *(timeout / 4 for timeout in self.timeouts.values())))

    def run(self) -> None:
        """Serve until SIGTERM and the last response after it, or until the drain timeout."""
        sys.setswitchinterval(SWITCH_SECONDS)
        asyncio.set_event_loop(self.loop)
        self.loop.add_signal_handler(signal.SIGTERM, self.drain)
        self.loop.add_reader(self._master_lifeline, self._master_died)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the master forked with its signals blocked
        self._tick()
        self._room_changed()
        self.dispatcher.measure()
        self.loop.run_forever()
        self.access_log.close()

    # Connections.

    def opened(self, connection: Connection) -> None:
        """Count a connection in; at the limit, no more are accepted."""
        self._opening.pop(connection, None)
        self._connections.add(connection)

    def closed(self, connection: Connection) -> None:
        """Count a connection out."""
        self._connections.discard(connection)
        self._room_changed()

    @property
    def may_wait_a_turn(self) -> bool:
        """Whether a request may be answered in the loop's next turn: a client that is alone waits for nobody."""
        return len(self._connections) > 1

    def _accept_more(self, more: bool) -> None:
        if more and not self._accepting and not self._leaves_turn and not self.draining:
            self._accepting = True
            self.loop.add_reader(self._listener, self._accept_in_turn)
        elif self._accepting and not more:
            self._accepting = False
            self.loop.remove_reader(self._listener)

    def _accept_in_turn(self) -> None:
        """Accept one connection, or leave it a moment to a worker that has fewer."""
        least = self._loads.least_of_others(self._place)
        if least is None or self._has_left_turn or self._connection_count() <= least:
            self._has_left_turn = False
            self._accept()
        else:
            self._leaves_turn = True
            self._accept_more(False)
            self.loop.call_later(TURN_SECONDS, self._turn_left)

    def _turn_left(self) -> None:
        self._leaves_turn, self._has_left_turn = False, True
        self._room_changed()

    def _accept(self) -> bool:
        """Accept one connection."""
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
        connection = Connection(self)
        opening = self.loop.create_task(self.loop.connect_accepted_socket(lambda: connection, client))
        self._opening[connection] = opening
        opening.add_done_callback(functools.partial(self._opening_done, connection))
        self._room_changed()
        return True

    def _opening_done(self, connection: Connection, _: "asyncio.Future[Any]") -> None:
        self._opening.pop(connection, None)
        self._room_changed()

    def _room_changed(self) -> None:
        self._loads.set(self._place, self._connection_count())
        self._accept_more(self._has_room())
        if self.draining and not self._connections and not self._opening:
            self.loop.stop()

    def _connection_count(self) -> int:
        return len(self._connections) + len(self._opening)

    def _has_room(self) -> bool:
        return self._connection_count() < self.settings.max_connections

    # Time.

    def _tick(self) -> None:
        now = monotonic()
        self.date = http_date(time())
        standard_stream(2).flush()
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
