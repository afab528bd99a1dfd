"""Rows per second of a transform job beside loops over an endpoint, all with the same model on the local cloud.

`python -m benchmarks.transform [--rows N]` prints one run; `--write-docs` also writes docs/transform.md. Endpoint and
job run the same server with one worker on this machine; on AWS instances start for minutes, and several work at once.
"""

import argparse
import io
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.ensemble import RandomForestClassifier

from benchmarks.serving import machine
from endpoint_client import Predictor
from tests.local_sagemaker.cloud import Cloud, running_cloud, with_runtime
from tests.local_sagemaker.transform.transform_cloud import TransformCloud

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 10
# Of a loop that sends one row at a time, which would take too long for all.
FEW = 2_000
HEADER = ["predicted by", "rows", "seconds", "rows per second", "over the job"]
INTRODUCTION = """# Rows per second of a transform job

`python -m benchmarks.transform --write-docs` measures this on your machine and writes this page: one run on the local
cloud, a random forest of 20 trees, one file of CSV with {columns} columns. Endpoint and job run the same server with
one worker.

- **a transform job**: from CreateTransformJob to its end: the container's start, reading and writing S3, and
  everything between. Its records go in as few requests as hold them.
- **the same with ids joined**: the first column is kept from the model (`$[1:]`), and written with the prediction.
- **a loop, one row a request** and **a loop, 1,000 rows a request**: boto3's `invoke_endpoint`, on an endpoint that
  is up.
- **`Predictor.predict`**: one call for all rows, which it splits and sends in NPY.

What it does not show: on AWS a job's instances start for some minutes first, and cost nothing after it."""


def measure(rows: int) -> list[tuple[str, int, float]]:
    """Predict the same rows in each way; give name, rows and seconds."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(rows, COLUMNS))
    forest = RandomForestClassifier(n_estimators=20, random_state=0).fit(features[:500], features[:500].sum(axis=1) > 0)
    found = []
    with running_cloud() as cloud:
        transform = TransformCloud(cloud, forest)
        name = cloud.make_endpoint(cloud.make_config(cloud.make_model(with_runtime(forest))))
        plain = transform.put(_csv(features), "plain/rows.csv")
        ids = transform.put(_csv(np.column_stack([np.arange(rows), features])), "ids/rows.csv")
        joined = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
        for label, call in (
            ("a transform job", lambda: _run(transform, plain)),
            ("the same with ids joined", lambda: _run(transform, ids, processing=joined)),
            ("a loop, one row a request", lambda: _loop(cloud, name, features[:FEW], 1)),
            ("a loop, 1,000 rows a request", lambda: _loop(cloud, name, features, 1000)),
            ("`Predictor.predict`", lambda: _predict(cloud, name, features)),
        ):
            found.append((label, min(rows, FEW) if "one row" in label else rows, _seconds(call)))
    return found


def _run(transform: TransformCloud, uri: str, **options: Any) -> None:
    described = transform.transform(uri, **options)
    if described["TransformJobStatus"] != "Completed":
        raise SystemExit(described["FailureReason"])


def _loop(cloud: Cloud, name: str, features: np.ndarray, count: int) -> None:
    for start in range(0, len(features), count):
        cloud.invoke(name, _csv(features[start : start + count]), ContentType="text/csv", Accept="text/csv")


def _predict(cloud: Cloud, name: str, features: np.ndarray) -> None:
    os.environ["AWS_ENDPOINT_URL"] = cloud.url
    Predictor(name, session=boto3.Session("test", "test", region_name="us-east-1")).predict(features)


def _csv(features: np.ndarray) -> bytes:
    text = io.BytesIO()
    np.savetxt(text, features, delimiter=",", fmt="%.17g")
    return text.getvalue()


def _seconds(call: Callable[[], None]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def lines(found: list[tuple[str, int, float]]) -> list[list[str]]:
    """Give the table's rows."""
    first = found[0][1] / found[0][2]
    return [
        [name, f"{rows:,}", f"{seconds:.2f}", f"{rows / seconds:,.0f}", f"{rows / seconds / first:.2f}"]
        for name, rows, seconds in found
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="of the file (default %(default)s)")
    parser.add_argument("--write-docs", action="store_true", help="also write docs/transform.md")
    arguments = parser.parse_args()
    found = lines(measure(arguments.rows))
    table = Table(*HEADER)
    for row in found:
        table.add_row(*row)
    Console().print(table)
    if arguments.write_docs:
        rendered = "\n".join(f"| {' | '.join(row)} |" for row in [HEADER, ["---"] * len(HEADER), *found])
        told = "Machine: " + ", ".join(f"{name} {value}" for name, value in machine.describe().items()) + "."
        text = "\n\n".join([INTRODUCTION.format(columns=COLUMNS), told, rendered])
        (ROOT / "docs" / "transform.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
