"""Calls per second of the client beside boto3, the SageMaker Python SDK and the wire alone, and the cost of an import.

`python -m benchmarks.client [--rounds N]` prints the medians of one run; `--write-docs` also writes docs/calls.md.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.serving import machine
from tests.sagemaker_sdk.environment import python as sdk_python

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = ROOT / "benchmarks" / "clients"
RESULTS = ROOT / ".cache" / "bench" / "client.json"
PAGE = ROOT / "docs" / "calls.md"
NAMES = {
    "floor": "the wire alone (`http.client`, no signature)",
    "fast": "`Predictor(fast=True)`",
    "predictor": "`Predictor`",
    "boto3": "boto3 and `numpy.save`",
    "sdk": "the SageMaker Python SDK v2",
}
INTRODUCTION = """# What a call costs

`python -m benchmarks.client --write-docs` measures this on your machine and writes this page: one run of {rounds}
interleaved rounds, {seconds:g} s a figure, medians. A row of 30 numbers goes as NPY to a server on the loopback
interface that answers a label at once, and comes back as an array; each client in a process of its own. Against a real
endpoint, milliseconds of network and model come on top, the same for all: what remains is the CPU that a call takes,
how many calls a process makes, and how soon a fresh one, such as a Lambda function's, makes the first.

- **calls a second**: of one thread, and of several that share a client.
- **over boto3**: calls a second and thread beside boto3's in the same rounds.
- **CPU**: of the calling thread for a call.
- **import**: of the module, beyond a bare interpreter; then the time to make a client, and to the first answer.

Machine: {machine}.
"""


@contextlib.contextmanager
def responder() -> Iterator[str]:
    """Serve, and give the URL."""
    command = [sys.executable, str(CLIENTS / "responder.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        assert process.stdin is not None
        process.stdin.close()


def measure(client: str, url: str, seconds: float) -> dict[str, Any]:
    """Run a client's calls in a process of their own."""
    python = sdk_python() if client == "sdk" else Path(sys.executable)
    environment = {
        "PATH": os.defpath,
        "HOME": os.devnull,
        "PYTHONPATH": "" if client == "sdk" else f"{ROOT}:{ROOT / 'runtime'}",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    # -I would also hide PYTHONPATH; the folder of the script must not shadow a module, and holds none that could.
    command = [str(python), "-W", "ignore", str(CLIENTS / "calls.py"), client, str(seconds)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{client}: {done.stderr.strip()}")
    # The SDK says on standard output which files configure it.
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def medians(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure."""
    return {
        name: medians([sample[name] for sample in samples])
        if isinstance(value, dict)
        else statistics.median(sample[name] for sample in samples)
        for name, value in samples[0].items()
    }


HEADER = (
    "client", "1 thread", "4 threads", "16 threads", "over boto3", "p50 / p99, us", "CPU, us", "import, ms",
    "create + first call, ms", "memory, MB",
)  # fmt: skip


def rows(results: dict[str, dict[str, Any]]) -> list[list[str]]:
    """The table, a client a line."""
    boto3 = results["boto3"]["calls_per_second"]
    table = []
    for client, found in results.items():
        rates = found["calls_per_second"]
        ratios = [rates[threads] / boto3[threads] for threads in rates]
        table.append(
            [
                NAMES[client],
                *(f"{rate:,.0f}" for rate in rates.values()),
                " / ".join(f"{ratio:.1f}x" for ratio in ratios),
                f"{found['p50_us']:,.0f} / {found['p99_us']:,.0f}",
                f"{found['cpu_us']:,.0f}",
                f"{found['import_ms']:,.0f}",
                f"{found['create_ms']:,.0f} + {found['first_call_ms']:,.0f}",
                f"{found['peak_mb']:,.0f}",
            ]
        )
    return table


def page(results: dict[str, dict[str, Any]], rounds: int, seconds: float) -> str:
    """The text of docs/calls.md."""
    described = machine.describe()
    text = INTRODUCTION.format(
        rounds=rounds,
        seconds=seconds,
        machine=", ".join(f"{name} {described[name]}" for name in ("processor", "memory", "system", "Python")),
    )
    lines = ["| " + " | ".join(HEADER) + " |", "|---" * len(HEADER) + "|"]
    return text + "\n" + "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows(results))]) + "\n"


def run(rounds: int, seconds: float, tell: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Measure every client in every round."""
    samples: dict[str, list[dict[str, Any]]] = {client: [] for client in NAMES}
    with responder() as url:
        for number in range(rounds):
            for client, found in samples.items():
                tell(f"round {number + 1} of {rounds}: {client}")
                found.append(measure(client, url, seconds))
    return {client: medians(found) for client, found in samples.items()}


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.client", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all clients (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="for each figure (default %(default)s)")
    parser.add_argument("--write-docs", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    results = run(options.rounds, options.seconds, console.print)
    table = Table(*HEADER)
    for row in rows(results):
        table.add_row(*row)
    console.print(table)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1), encoding="utf-8")
    if options.write_docs:
        PAGE.write_text(page(results, options.rounds, options.seconds), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
