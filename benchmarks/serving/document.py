"""Writes docs/benchmarks.md and its picture from a run's results."""

import subprocess
from pathlib import Path

from benchmarks.serving import environments
from benchmarks.serving.results import Results
from benchmarks.serving.tables import make_tables, markdown

__all__ = ["render", "write"]

PICTURE = "serving.svg"
_INTRODUCTION = """# Benchmarks

`make bench` measures everything on this page on your machine, side by side in one run; `python -m benchmarks.serving
--write-docs` also writes this page.
"""
_METHOD = """## How it is measured

- Every server runs alone, with 2 workers, on the loopback interface of the machine that also runs the client; the
  client takes its share of the processors, so **CPU for a request** says more than requests a second. It is the
  user and system time of the server's whole process tree, nginx included.
- Rounds over all servers: {rounds}, {seconds:g} s a cell, the median over the rounds. 16 connections unless a row says
  otherwise, kept open by wrk, one thread. 100,000 rows: one request after another over one connection.
- Before a cell is measured, the server's answer to the very body is compared with scikit-learn's in-process answer.
  Where it differs the table says so in place of a figure. The servers' table shows how many of 1,000 distinct rows,
  sent by 64 threads, were answered with their own prediction, for each format.
- **AWS stock server**: the code of the scikit-learn 1.9-0 image: nginx, gunicorn with gevent workers, Flask and the
  hooks' defaults, from its start-up code on. Deviations: Python {python} where the image has 3.12, this machine's
  nginx ({nginx}), and the image's own small module of defaults, which is not on PyPI, is written anew.
- **our hooks in it**: the same server with `server="stock"` of the constructs, fast paths included. **our server**:
  the constructs' default, started by the same start-up code, with nothing but the libraries of that image; **orjson**
  where that is installed too. In both, as in the peers, scikit-learn's own `predict` answers
  (`SKLEARN_RUNTIME_FAST=false`); **fast paths** is the default, in which few rows are answered without it, with the
  same bits.
- The peers are started as their manuals say, each in an environment of its own from a hashed lock, and asked in
  their native JSON. All have `OMP_NUM_THREADS=1` and `OPENBLAS_NUM_THREADS=1`.
- Models: LogisticRegression, RandomForest of 100 full trees, HistGradientBoosting, each fitted on 20,000 rows of 30
  features in three classes.

Machine: {machine}. While a cell was measured, programs that are no part of the benchmark took {others} of the
processors (median over all measurements).
"""


def render(results: Results) -> str:
    """The page's text."""
    machine = ", ".join(f"{name} {value}" for name, value in results.machine.items())
    method = _METHOD.format(
        rounds=results.run["rounds"],
        seconds=results.run["seconds"],
        python=results.machine["Python"],
        nginx=results.machine["nginx"],
        machine=machine,
        others=f"{results.others:.0%}",
    )
    tables = [markdown(table) for table in make_tables(results)]
    picture = f"![Throughput and p99 latency against concurrency]({PICTURE})\n"
    return "\n".join([_INTRODUCTION, picture, method, "## Serving\n", "\n\n".join(tables)]) + "\n"


def write(results: Results, json_file: Path, folder: Path) -> None:
    """Write page and picture.

    Raises
    ------
    EnvironmentFailedError
        matplotlib could not be installed.
    """
    (folder / "benchmarks.md").write_text(render(results), encoding="utf-8")
    environments.make("picture")
    program = Path(__file__).with_name("picture.py")
    subprocess.run([environments.python("picture"), str(program), str(json_file), str(folder / PICTURE)], check=True)
