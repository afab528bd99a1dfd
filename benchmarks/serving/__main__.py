"""Serving speed of ours, of AWS's stock server and of the peers, side by side: ``python -m benchmarks.serving``.

Prints tables of ratios and writes .cache/bench/serving.json. Takes half an hour; ``--quick`` takes some minutes.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.serving import document, machine, wrk
from benchmarks.serving.aws_container import nginx_is_installed
from benchmarks.serving.results import Results
from benchmarks.serving.rounds import Rounds
from benchmarks.serving.servers import SERVERS
from benchmarks.serving.tables import make_tables
from benchmarks.serving.workload import CELLS, CONCURRENCY, LARGE_ROWS, make_workload

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / ".cache" / "bench" / "serving.json"
WRK_MISSING = "wrk is missing: install it (Debian: apt-get update && apt-get install wrk nginx-light)"
MOST_OF_OTHERS = 0.05
NGINX_MISSING = "nginx is missing: the stock server is measured without (Debian: apt-get install nginx-light)"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all servers (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="for each cell (default %(default)s)")
    names = [server.name for server in SERVERS]
    parser.add_argument("--only", action="append", choices=names, metavar="SERVER", help=f"one of {', '.join(names)}")
    parser.add_argument("--quick", action="store_true", help="1 round, 1 s, fewer large requests, 3 concurrencies")
    parser.add_argument("--last", action="store_true", help="measure nothing: show the figures of the last run")
    parser.add_argument("--write-docs", action="store_true", help="also write docs/benchmarks.md and its picture")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.seconds = 1, 1
    if options.rounds < 1 or options.seconds < 1:
        parser.error("give at least 1 round and 1 second")
    if options.only and options.write_docs:
        parser.error("the manual shows every server: leave --only out")
    return options


def measure(options: argparse.Namespace, console: Console) -> Results:
    """Run it."""
    results = Results()
    results.machine.update(machine.describe())
    concurrency = CONCURRENCY[::2] if options.quick else CONCURRENCY
    cells = [cell for cell in CELLS if not options.quick or cell.rows < LARGE_ROWS or cell.format == "csv"]
    results.run.update(
        rounds=options.rounds,
        seconds=options.seconds,
        concurrency=[[cell.connections, cell.name] for cell in concurrency],
    )
    # Short names: nginx and gunicorn meet at a unix socket below it.
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        Path(name).chmod(0o755)
        console.print("fitting the models")
        rounds = Rounds(results, make_workload(), Path(name), options.seconds, console.print)
        servers = rounds.install([one for one in SERVERS if not options.only or one.name in options.only])
        rounds.measure_import(options.rounds)
        rounds.measure_all(servers, list(dict.fromkeys((*cells, *concurrency))), options.rounds)
        rounds.match_all(servers)
        rounds.measure_multi_model(options.rounds)
    return results


def show(results: Results, console: Console) -> None:
    """Print every table."""
    for table in make_tables(results):
        shown = RichTable(title=table.title, title_justify="left")
        for number, column in enumerate(table.header):
            shown.add_column(column, justify="right" if number else "left", no_wrap=not number)
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)
    console.print(", ".join(f"{name} {value}" for name, value in results.machine.items()))
    if results.others > MOST_OF_OTHERS:
        console.print(f"{results.others:.0%} of the processors went to other programs: these figures say little")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Measure, print, write."""
    options = parse()
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    signal.signal(signal.SIGTERM, _interrupt)
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    if options.last:
        results = Results.read(RESULTS)
    else:
        if wrk.version() is None:
            console.print(WRK_MISSING)
            return 1
        if not nginx_is_installed():
            console.print(NGINX_MISSING)
        try:
            results = measure(options, console)
        except KeyboardInterrupt:
            console.print("interrupted; every server is ended")
            return 130
        results.write(RESULTS)
    show(results, console)
    if options.write_docs:
        document.write(results, RESULTS, ROOT / "docs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
