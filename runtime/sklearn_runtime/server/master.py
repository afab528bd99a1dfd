"""The master process: forks the workers, replaces one that dies, and ends them in an orderly way."""

import contextlib
import logging
import os
import select
import signal
import socket
import sys
import time
from typing import Any, Dict, Iterator, Optional, Tuple

from sklearn_runtime.server.worker import Worker
from sklearn_runtime.server.worker_loads import WorkerLoads
from sklearn_runtime.settings import Settings

__all__ = ["Master"]

#: A worker that dies younger than this is replaced later and later, up to the longest pause.
_YOUNG_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 10.0

#: What the workers have, beyond their own drain timeout, before they are killed.
_KILL_GRACE_SECONDS = 1.0

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
_log = logging.getLogger("sklearn_runtime")


class Master:
    """Keeps a number of workers running on one listening socket.

    Parameters
    ----------
    settings
        Limits and timeouts.
    service : InferenceService
        The loaded model. Workers share its memory, since they are forked.
    listener
        A listening, non-blocking socket.
    workers
        How many.
    """

    def __init__(self, settings: Settings, service: Any, listener: socket.socket, workers: int) -> None:
        self._settings = settings
        self._service = service
        self._listener = listener
        #: By process id: the worker's place, and when it was started.
        self._started: Dict[int, Tuple[int, float]] = {}
        #: By place: when a worker is to be started there.
        self._due: Dict[int, float] = dict.fromkeys(range(workers), time.monotonic())
        self._loads = WorkerLoads(workers)
        self._early_deaths = 0
        self._drain_until: Optional[float] = None
        # The workers hold the reading end: it becomes readable when this process is gone, however it went.
        self._lifeline, self._lifeline_held = os.pipe()

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT.

        Returns
        -------
        int
            Exit status: 0 after an orderly end, 128 + the signal where a second one cut it short.
        """
        # Signals arrive as bytes in a pipe. Waiting for them with sigwait would lose those that the system gives to
        # another thread, such as one of BLAS.
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for handled in _SIGNALS:
            signal.signal(handled, lambda *_: None)
        while True:
            self._fork_due()
            if self._drain_until is not None and not self._started:
                return 0
            select.select([reader], [], [], self._pause())
            for number in _read_signals(reader):
                if number in (signal.SIGTERM, signal.SIGINT):
                    if self._drain_until is not None:
                        self._signal_workers(signal.SIGKILL)
                        return 128 + number
                    self._drain()
            self._reap()
            if self._drain_until is not None and time.monotonic() >= self._drain_until:
                _log.error("%d workers did not stop in time and are killed", len(self._started))
                self._signal_workers(signal.SIGKILL)
                self._drain_until = float("inf")

    def _pause(self) -> Optional[float]:
        """Seconds until something is due, whatever signals come."""
        due = min(self._due.values(), default=float("inf")) if self._drain_until is None else self._drain_until
        return None if due == float("inf") else max(0.0, due - time.monotonic())

    def _fork_due(self) -> None:
        now = time.monotonic()
        if self._drain_until is None:
            for place in [place for place, due in self._due.items() if due <= now]:
                del self._due[place]
                self._fork(place)

    def _fork(self, place: int) -> None:
        # A signal that reached the child while it still has this process's pipe would be taken for this process's own.
        with _signals_blocked():
            pid = os.fork()
            if pid == 0:
                self._work(place)
        self._started[pid] = place, time.monotonic()

    def _work(self, place: int) -> None:
        """The child's whole life; does not return."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            # A terminal sends SIGINT to every process; only the master says when to stop.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(self._lifeline_held)
            Worker(self._settings, self._service, self._listener, self._lifeline, self._loads, place).run()
            status = 0
        except BaseException:  # noqa: BLE001  the child must not go on with the master's work
            _log.exception("a worker failed")
        finally:
            logging.shutdown()
            sys.stdout.flush()
            os._exit(status)

    def _reap(self) -> None:
        for pid, (place, started) in list(self._started.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            del self._started[pid]
            self._loads.remove(place)
            if self._drain_until is not None:
                continue
            now = time.monotonic()
            self._early_deaths = self._early_deaths + 1 if now - started < _YOUNG_SECONDS else 0
            pause = _pause_after(self._early_deaths)
            self._due[place] = now + pause
            _log.error("worker %d ended with %s: replaced in %.1f s", pid, _describe(status), pause)

    def _drain(self) -> None:
        self._drain_until = time.monotonic() + self._settings.drain_timeout + _KILL_GRACE_SECONDS
        self._listener.close()
        self._signal_workers(signal.SIGTERM)

    def _signal_workers(self, number: int) -> None:
        for pid in self._started:
            os.kill(pid, number)  # a worker's id stays its own until this process has reaped it


def _read_signals(reader: int) -> bytes:
    try:
        return os.read(reader, 4096)
    except BlockingIOError:
        return b""


@contextlib.contextmanager
def _signals_blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _pause_after(early_deaths: int) -> float:
    """Seconds to wait before the next worker, when that many in a row died young."""
    if not early_deaths:
        return 0.0
    return float(min(_FIRST_PAUSE_SECONDS * 2 ** min(early_deaths - 1, 10), _LONGEST_PAUSE_SECONDS))


def _describe(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    return f"exit status {os.WEXITSTATUS(status)}"
