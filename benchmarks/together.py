"""What it brings to predict requests of one turn of the loop together, and what it costs a client that is alone.

`python -m benchmarks.together [--rounds N]` compares our server with itself, each request predicted alone, in
interleaved runs; it prints the medians and writes `.cache/bench/together.json`. Needs wrk.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.serving import wrk
from benchmarks.serving.measurement import measure, settle
from benchmarks.serving.protocol import SAGEMAKER
from benchmarks.serving.results import Sample
from benchmarks.serving.server_process import Launch, free_port, running
from benchmarks.serving.workload import BOOSTING, FOREST, LINEAR, Cell, Workload, make_workload

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".cache" / "bench" / "together.json"
MODELS = (LINEAR, FOREST, BOOSTING)
CONNECTIONS = (1, 16, 64)

#: The same server, in which no request waits for the next turn.
_ALONE = """
import sys
from sklearn_runtime.server import command, worker
worker.Worker.may_wait_a_turn = property(lambda self: False)
sys.exit(command.main())
"""
SERVERS = {"alone": ["-c", _ALONE], "together": ["-m", "sklearn_runtime.server"]}


def measure_round(workload: Workload, model: str, server: str, seconds: float) -> dict[str, Sample]:
    """Start a server with 2 workers and measure each number of connections."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "model").mkdir()
        workload.save(model, folder / "model")
        port = free_port()
        command = [sys.executable, *SERVERS[server], "--bind", f"127.0.0.1:{port}", "--workers", "2"]
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT / "runtime"),
            "SAGEMAKER_BASE_DIR": name,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        found = {}
        with running(Launch(command, environment, folder), port, "/ping") as process:
            settle(process, SAGEMAKER, workload, folder)
            for connections in CONNECTIONS:
                cell = Cell(model, 1, "npy", connections)
                sample = measure(process, SAGEMAKER, cell, workload, seconds, folder)
                if not isinstance(sample, Sample):
                    raise SystemExit(f"{model}, {connections} connections: {sample}")
                found[f"{model}, {connections} connection{'s' * (connections > 1)}"] = sample
        return found


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.together", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds over both servers (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="for each cell (default %(default)s)")
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    if wrk.version() is None:
        console.print("wrk is missing: install it (Debian: apt-get update && apt-get install wrk)")
        return 1
    workload = make_workload()
    samples: dict[str, dict[str, list[Sample]]] = defaultdict(lambda: defaultdict(list))
    for number in range(options.rounds):
        for model in MODELS:
            for server in SERVERS:
                console.print(f"round {number + 1} of {options.rounds}, {model}: {server}")
                for cell, sample in measure_round(workload, model, server, options.seconds).items():
                    samples[cell][server].append(sample)
    table = Table(title="1 row NPY, 2 workers: each request alone / requests of a turn together", title_justify="left")
    for column in ("", "requests a second", "gain", "p50, ms", "p99, ms", "CPU, us"):
        table.add_column(column, justify="right" if column else "left")
    for cell, servers in samples.items():
        alone, together = (
            Sample(*map(statistics.median, zip(*servers[server], strict=True))) for server in ("alone", "together")
        )
        table.add_row(
            cell,
            f"{alone.requests_per_second:,.0f} / {together.requests_per_second:,.0f}",
            f"{together.requests_per_second / alone.requests_per_second:.2f}x",
            f"{alone.p50_ms:.2f} / {together.p50_ms:.2f}",
            f"{alone.p99_ms:.1f} / {together.p99_ms:.1f}",
            f"{alone.cpu_us:,.0f} / {together.cpu_us:,.0f}",
        )
    console.print(table)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(samples, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
