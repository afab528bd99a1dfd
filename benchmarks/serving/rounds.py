"""Measures every cell of every server in turn, round after round, so that noise hits all alike."""

import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.serving import environments
from benchmarks.serving.matching import count_right
from benchmarks.serving.measurement import measure, settle
from benchmarks.serving.multi_model import HOOKS, MULTI_MODEL_CELLS, measure_multi_model
from benchmarks.serving.protocol import SAGEMAKER
from benchmarks.serving.results import Results, Sample
from benchmarks.serving.server_process import ServerFailedError, ServerProcess, free_port, running
from benchmarks.serving.servers import Server
from benchmarks.serving.workload import LARGE_ROWS, LINEAR, MATCHING, Cell, Workload
from benchmarks.serving.wrk import WrkFailedError

__all__ = ["Rounds", "cells_of"]

Say = Callable[[str], None]


def cells_of(server: Server, cells: Sequence[Cell]) -> list[Cell]:
    """The cells that a server is asked: a peer gets small JSON for the one model.

    Example
    -------
    >>> from benchmarks.serving.servers import SERVERS
    >>> from benchmarks.serving.workload import CELLS
    >>> [(cell.rows, cell.format) for cell in cells_of(SERVERS[-1], CELLS)]
    [(1, 'json'), (1000, 'json')]
    """
    if server.protocol is SAGEMAKER:
        return list(cells)
    return [
        cell
        for cell in cells
        if cell.model == LINEAR and cell.format in server.protocol.formats and cell.rows < LARGE_ROWS
    ]


class Rounds:
    """A run.

    Parameters
    ----------
    results
        Where the figures go; servers that cannot be measured have their problem in it.
    folder
        An empty one; every start of a server gets a folder of its own below it.
    seconds
        How long a cell is measured, each time.
    say
        Takes lines that tell how far the run is.
    """

    def __init__(self, results: Results, workload: Workload, folder: Path, seconds: float, say: Say) -> None:
        self._results = results
        self._workload = workload
        self._folder = folder
        self._seconds = seconds
        self._say = say
        self._starts = 0
        self._saved: dict[tuple[str, str], Path] = {}

    def install(self, servers: Sequence[Server]) -> list[Server]:
        """Make the environments; gives the servers whose own could be made."""
        installed = []
        for server in servers:
            self._say(f"{server.title}: environment")
            try:
                for name in server.environments:
                    environments.make(name)
                shown = environments.versions(server.environments[0], ["scikit-learn", "numpy"])
                shown |= environments.versions(server.environments[-1], server.distributions)
            except (environments.EnvironmentFailedError, subprocess.CalledProcessError, OSError) as error:
                self._results.add_server(server.name, server.title, {}, str(error))
                self._say(f"{server.title}: {error}")
                continue
            self._results.add_server(server.name, server.title, shown, None)
            installed.append(server)
        return installed

    def measure_all(self, servers: Sequence[Server], cells: Sequence[Cell], rounds: int) -> None:
        """Every cell of every server, ``rounds`` times."""
        for number in range(rounds):
            for model in dict.fromkeys(cell.model for cell in cells):
                for server in servers:
                    wanted = [cell for cell in cells_of(server, cells) if cell.model == model]
                    if wanted:
                        self._say(f"round {number + 1} of {rounds}, {model}: {server.title}")
                        self._measure(server, model, wanted)

    def match_all(self, servers: Sequence[Server]) -> None:
        """1,000 distinct rows from 64 threads."""
        rows = self._workload.numbered_rows()
        for server in servers:
            self._say(f"each answer to its own request: {server.title}")
            try:
                with self._started(server, MATCHING) as process:
                    for format_ in sorted(server.protocol.formats):
                        right = count_right(process, server.protocol, rows, format_)
                        self._results.server(server.name)["matching"][format_] = right
            except ServerFailedError as error:
                self._failed(server, error)

    def measure_multi_model(self, rounds: int) -> None:
        """The hooks in the multi-model server's handler."""
        self._say("multi-model")
        try:
            measure_multi_model(self._results, self._workload, rounds, self._seconds, self._new_folder())
        except ServerFailedError as error:
            self._say(f"  {error}")
            for cell in MULTI_MODEL_CELLS:
                self._results.add(cell.name, HOOKS, "failed")

    def measure_import(self, rounds: int) -> None:
        """Seconds of the floor of any start: Python, scikit-learn and the model."""
        folder = self._new_folder()
        model = str(self._workload.save(LINEAR, folder))
        command = [str(environments.python("aws")), "-c", "import sys, joblib; joblib.load(sys.argv[1])", model]
        times = []
        for _ in range(rounds):
            started = time.monotonic()
            subprocess.run(command, check=True, cwd=folder)
            times.append(time.monotonic() - started)
        self._results.run["import_seconds"] = statistics.median(times)

    def _measure(self, server: Server, model: str, cells: Sequence[Cell]) -> None:
        try:
            with self._started(server, model) as process:
                if model == LINEAR:
                    self._results.server(server.name)["ready_seconds"].append(process.ready_seconds)
                settle(process, server.protocol, self._workload, self._folder)
                for cell in cells:
                    try:
                        sample = measure(process, server.protocol, cell, self._workload, self._seconds, self._folder)
                    except WrkFailedError as error:
                        sample = str(error)
                    self._results.add(cell.name, server.name, sample)
                    self._say(f"  {cell.name}: {_shown(sample)}")
        except ServerFailedError as error:
            self._failed(server, error)
            for cell in cells:
                self._results.add(cell.name, server.name, "did not start")

    def _failed(self, server: Server, error: ServerFailedError) -> None:
        self._results.server(server.name)["problem"] = str(error)
        self._say(f"  {error}")

    @contextmanager
    def _started(self, server: Server, model: str) -> Iterator[ServerProcess]:
        folder = self._new_folder()
        saved = self._saved_model(server, model)
        port = free_port()
        with running(server.launch(folder, saved, port), port, server.protocol.ready_path) as process:
            yield process

    def _saved_model(self, server: Server, model: str) -> Path:
        if (server.name, model) not in self._saved:
            folder = self._new_folder()
            plain = self._workload.save(model, folder)
            self._saved[server.name, model] = plain if server.save is None else server.save(folder, plain)
        return self._saved[server.name, model]

    def _new_folder(self) -> Path:
        self._starts += 1
        folder = self._folder / str(self._starts)
        folder.mkdir()
        return folder


def _shown(sample: Sample | str) -> str:
    if isinstance(sample, str):
        return sample
    return f"{sample.requests_per_second:,.1f} req/s, p99 {sample.p99_ms:.1f} ms, {sample.cpu_us:,.0f} us CPU"
