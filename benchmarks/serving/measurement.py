"""One cell of one server that runs: its answer checked, then its speed."""

import http.client
import os
import resource
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.serving.cpu_time import busy_seconds
from benchmarks.serving.protocol import Format, Protocol, Request
from benchmarks.serving.results import Sample
from benchmarks.serving.server_process import ServerProcess
from benchmarks.serving.workload import SETTLING, Cell, Workload
from benchmarks.serving.wrk import run_load

__all__ = ["answer_problem", "measure", "settle"]

LARGE_REQUESTS_LEAST, LARGE_REQUESTS_MOST = 3, 20


def answer_problem(status: int, body: bytes, protocol: Protocol, format_: Format, expected: NDArray[Any]) -> str | None:
    """What is wrong with an answer: ``HTTP 500``, ``wrong``, or nothing."""
    if status != http.client.OK:
        return f"HTTP {status}"
    try:
        predictions = protocol.predictions(body, format_)
    except (ValueError, KeyError, TypeError, IndexError):
        return "wrong"
    return None if np.array_equal(predictions, expected) else "wrong"


def settle(server: ServerProcess, protocol: Protocol, workload: Workload, folder: Path) -> None:
    """Have every worker answer, so that each has loaded the model: AWS's load it with their first request."""
    run_load(server.port, protocol.request(workload.rows(1), SETTLING.format), SETTLING.connections, 1, folder)


def measure(
    server: ServerProcess, protocol: Protocol, cell: Cell, workload: Workload, seconds: float, folder: Path
) -> Sample | str:
    """Measure, if the answer is scikit-learn's; else say what is wrong."""
    request = protocol.request(workload.rows(cell.rows), cell.format)
    try:
        status, body = server.post(request)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    problem = answer_problem(status, body, protocol, cell.format, workload.expected(cell.model, cell.rows))
    if problem is not None:
        return problem
    return (
        _one_by_one(server, request, seconds) if not cell.connections else _load(server, request, cell, seconds, folder)
    )


class _Stopwatch:
    """What the server, and what everybody else but the client, has used of the processors since it was made."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._started = self._now()

    def _now(self) -> tuple[float, float, float, float]:
        # The only children that are waited for meanwhile are wrk's: a server's time is not in it before its end.
        own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        client = sum(one.ru_utime + one.ru_stime for one in own)
        return time.monotonic(), busy_seconds(), self._server.cpu_seconds(), client

    def read(self) -> tuple[float, float]:
        """Seconds of the server, and the share of the processors that others took."""
        elapsed, busy, server, client = (
            after - before for after, before in zip(self._now(), self._started, strict=True)
        )
        others = (busy - server - client) / (elapsed * len(os.sched_getaffinity(0)))
        # The system counts in ticks of 10 ms.
        return server, min(1.0, max(0.0, others))


def _load(server: ServerProcess, request: Request, cell: Cell, seconds: float, folder: Path) -> Sample | str:
    watch = _Stopwatch(server)
    counted = run_load(server.port, request, cell.connections, seconds, folder)
    used, others = watch.read()
    if not counted.requests:
        return "no answer in time"
    if counted.status_errors:
        return f"{counted.status_errors} of {counted.requests} failed"
    return Sample(
        counted.requests / counted.seconds,
        counted.p50_ms,
        counted.p99_ms,
        used / counted.requests * 1e6,
        counted.socket_errors,
        others,
    )


def _one_by_one(server: ServerProcess, request: Request, seconds: float) -> Sample:
    client = server.connect()
    times: list[float] = []
    watch = _Stopwatch(server)
    try:
        while len(times) < LARGE_REQUESTS_LEAST or (sum(times) < seconds and len(times) < LARGE_REQUESTS_MOST):
            started = time.perf_counter()
            client.request("POST", request.path, request.body, dict(request.headers))
            client.getresponse().read()
            times.append(time.perf_counter() - started)
    finally:
        client.close()
    used, others = watch.read()
    middle = statistics.median(times)
    return Sample(1 / middle, middle * 1e3, max(times) * 1e3, used / len(times) * 1e6, 0, others)
