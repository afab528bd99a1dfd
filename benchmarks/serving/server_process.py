"""A server that runs: started in a session of its own, waited for, and ended with everything that it started."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.serving.cpu_time import ProcessTimes, cpu_seconds, members, read_processes
from benchmarks.serving.protocol import Request

__all__ = ["Launch", "ServerFailedError", "ServerProcess", "free_port", "last_lines", "running"]

START_SECONDS = 120
STOP_SECONDS = 20
ANSWER_SECONDS = 120


class ServerFailedError(RuntimeError):
    """The server ended, or was not ready in time; the message has the last lines of its log."""


class Launch(NamedTuple):
    """How to start a server that listens on the port that it was made for.

    Attributes
    ----------
    folder
        Working directory, the server's alone; its log is written there too.
    environment
        The whole environment, nothing is inherited.
    """

    command: list[str]
    environment: Mapping[str, str]
    folder: Path


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_lines(log: str, count: int = 2) -> str:
    """The end of a log in one line, for a table.

    Example
    -------
    >>> last_lines("starting\\n\\nTraceback\\nValueError: no\\n")
    'Traceback | ValueError: no'
    """
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return " | ".join(lines[-count:])[-300:] or "its log is empty"


class ServerProcess:
    """A started server."""

    def __init__(self, launch: Launch, port: int) -> None:
        self.port = port
        self.ready_seconds = 0.0
        self._log = launch.folder / "server.log"
        self._started = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                launch.command,
                env=dict(launch.environment),
                cwd=launch.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # ctrl-C at the terminal is the benchmark's; it then ends the servers in order.
                start_new_session=True,
            )

    def wait_until_ready(self, path: str) -> None:
        """Wait for the first 200.

        Raises
        ------
        ServerFailedError
        """
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self._get(path) == 200:
                    self.ready_seconds = time.monotonic() - self._started
                    return
            if self._process.poll() is not None:
                raise ServerFailedError(f"it ended with status {self._process.returncode}: {self._end_of_log()}")
            if time.monotonic() - self._started > START_SECONDS:
                raise ServerFailedError(f"it was not ready within {START_SECONDS} s: {self._end_of_log()}")
            time.sleep(0.02)

    def _get(self, path: str) -> int:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            client.request("GET", path)
            return client.getresponse().status
        finally:
            client.close()

    def connect(self) -> http.client.HTTPConnection:
        """A client of its own."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)

    def post(self, request: Request) -> tuple[int, bytes]:
        """Status and body of the answer, over a new connection."""
        client = self.connect()
        try:
            client.request("POST", request.path, request.body, dict(request.headers))
            response = client.getresponse()
            return response.status, response.read()
        finally:
            client.close()

    def cpu_seconds(self) -> float:
        """What the server has used of the processors so far."""
        return cpu_seconds(self._process.pid)

    def stop(self) -> None:
        """End the server in order; what outlives that is killed, each process by its own id."""
        tree = members(self._process.pid, read_processes())
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        tree += members(self._process.pid, read_processes())
        while left := _still_running(tree):
            for process in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.01)
        self._process.wait(STOP_SECONDS)

    def _end_of_log(self) -> str:
        return last_lines(self._log.read_text(encoding="utf-8", errors="replace"))


def _still_running(processes: Iterable[ProcessTimes]) -> list[ProcessTimes]:
    started = {(process.pid, process.started) for process in processes}
    return [one for one in read_processes() if (one.pid, one.started) in started and not one.ended]


@contextmanager
def running(launch: Launch, port: int, ready_path: str) -> Iterator[ServerProcess]:
    """A server that is ready, ended afterwards whatever happens.

    Raises
    ------
    ServerFailedError
    """
    server = ServerProcess(launch, port)
    try:
        server.wait_until_ready(ready_path)
        yield server
    finally:
        # An impatient second ctrl-C waits until the server has ended.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            server.stop()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
