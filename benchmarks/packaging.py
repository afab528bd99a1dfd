"""What packaging a large model costs, beside the SageMaker SDK's repack and plain tar: time, and memory at its peak.

`python -m benchmarks.packaging [--megabytes N]` prints one run and writes `.cache/bench/packaging.json`;
`--write-docs` also writes docs/packaging.md, `--last` measures nothing and takes the figures of the last run.
Each is a process of its own on the same file, one after the other, and once before they count: the file is then in the
system's cache for all of them.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression

from benchmarks.serving import machine

ROOT = Path(__file__).resolve().parent.parent
SDK = ROOT / ".venvs" / "sagemaker-sdk" / "bin" / "python"
RESULTS = ROOT / ".cache" / "bench" / "packaging.json"

OURS = """
from pathlib import Path
from constructs_lib.archive import build_archive
from constructs_lib.model_data import ModelData
data = ModelData.from_directory("model")  # the digest of the model, and its scikit-learn version
assert data.sha256 and data.sklearn_version
build_archive(data._files, Path("ours"))
"""
SYNTH = """
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnModel
app = cdk.App(outdir="synth")
SklearnModel(cdk.Stack(app, "S"), "Model", model_data=ModelData.from_directory("model"))
app.synth()
"""
REPACK = """
from types import SimpleNamespace
from sagemaker.utils import repack_model
session = SimpleNamespace(settings=None)
repack_model("hooks.py", None, None, "file://given.tar.gz", "file://repacked.tar.gz", session)
"""
TARFILE = """
import tarfile
with tarfile.open("tarfile.tar.gz", "w:gz") as tar:
    tar.add("model/model.joblib", "model.joblib")
"""
# What each leaves behind is removed before the next begins.
APPROACHES: dict[str, tuple[list[str], list[str]]] = {
    "this library: digest, version and archive": ([sys.executable, "-c", OURS], ["ours"]),
    "this library: a whole synth": ([sys.executable, "-c", SYNTH], ["synth"]),
    "tar and gzip -1": (["sh", "-c", "tar cf - model/model.joblib | gzip -1 > fast.tar.gz"], ["fast.tar.gz"]),
    "tar czf": (["tar", "czf", "plain.tar.gz", "model/model.joblib"], ["plain.tar.gz"]),
    "Python's tarfile": ([sys.executable, "-c", TARFILE], ["tarfile.tar.gz"]),
    "the SDK's repack_model": ([str(SDK), "-c", REPACK], ["repacked.tar.gz"]),
}
INTRODUCTION = """# What packaging a large model costs

`python -m benchmarks.packaging --write-docs` measures this on your machine and writes this page: one run, one process
after the other on the same fitted model, whose file is random numbers and so hardly compressible, as coefficients and
kept training rows are (the trees of a forest shrink, and take longer).

- **this library: digest, version and archive**: `ModelData.from_directory`, which reads the digest that the container
  checks and the scikit-learn version, and the deterministic `model.tar.gz`. The file is read three times; blocks that
  hardly shrink are stored, the others deflated side by side.
- **this library: a whole synth**: the same in an app with one model, with Node and the copy that the CDK makes of the
  archive.
- **tar and gzip -1**, **tar czf**, **Python's tarfile**: an archive alone; no digest, and other bytes on every machine.
- **the SDK's repack_model**: the SageMaker Python SDK unpacks a `model.tar.gz` to the disk, puts a script beside the
  model, and packs it again. It needs the archive first.

Memory is that of the largest process at its peak."""


class Cost(NamedTuple):
    """Seconds of wall time, and bytes of memory that the largest process of an approach had at its peak."""

    seconds: float
    peak: int


def write_model(folder: Path, megabytes: int) -> None:
    """Write a fitted model of about that size, in constant memory."""
    folder.mkdir()
    numbers = np.memmap(folder.parent / "numbers", mode="w+", dtype=np.float64, shape=megabytes << 17)
    generator = np.random.default_rng(0)
    for start in range(0, numbers.size, 1 << 20):
        block = numbers[start : start + (1 << 20)]
        block[:] = generator.standard_normal(block.size)
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    model.neighbours_ = numbers
    joblib.dump(model, folder / "model.joblib")
    (folder.parent / "numbers").unlink()


def measure(folder: Path, command: list[str]) -> Cost:
    """Run a command in a process of its own."""
    began = time.perf_counter()
    # Everything that it imports of ours is this checkout's.
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'runtime'}"}
    with subprocess.Popen(command, cwd=folder, env=environment) as process:
        peak = 0
        while process.poll() is None:
            peak = max([peak, *map(_peak_of, _tree(process.pid))])
            time.sleep(_LOOK_INTERVAL)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)[:200]} ended with {process.returncode}")
    return Cost(time.perf_counter() - began, peak)


def _tree(pid: int) -> list[int]:
    """Give a process and those that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _tree(int(child)))]


def _peak_of(pid: int) -> int:
    """Give the most memory that a process had so far, bytes. (Its parent's would count in getrusage's figure.)"""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def measure_all(megabytes: int, names: list[str]) -> dict[str, Any]:
    """Make a model, and package it in each way."""
    with tempfile.TemporaryDirectory(prefix="packaging-") as name:
        folder = Path(name)
        write_model(folder / "model", megabytes)
        (folder / "hooks.py").write_text("def predict_fn(rows, model): ...\n", encoding="utf-8")
        subprocess.run(["tar", "czf", "given.tar.gz", "-C", "model", "model.joblib"], cwd=folder, check=True)
        found = {}
        for approach in names:
            command, left = APPROACHES[approach]
            found[approach] = measure(folder, command)
            for path in (folder / item for item in left):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        size = (folder / "model" / "model.joblib").stat().st_size
    return {"machine": machine.describe(), "bytes": size, "costs": found}


def rows(results: dict[str, Any]) -> Iterator[list[str]]:
    """Give the table's rows: the approach, its seconds over the first one's, and its memory."""
    costs = {name: Cost(*cost) for name, cost in results["costs"].items()}
    first = next(iter(costs.values()))
    for name, cost in costs.items():
        yield [name, f"{cost.seconds:.1f}", f"{cost.seconds / first.seconds:.2f}", f"{cost.peak / 1e6:.0f}"]


# Seconds.
_LOOK_INTERVAL = 0.02
HEADER = ["packaged by", "wall, s", "over the first", "peak memory, MB"]


def render(results: dict[str, Any]) -> str:
    """Write the page."""
    lines = [HEADER, ["---"] * len(HEADER), *rows(results)]
    parts = [
        INTRODUCTION,
        "Machine: " + ", ".join(f"{name} {value}" for name, value in results["machine"].items()) + ".",
        f"## A model of {results['bytes'] / 1e9:.2f} GB",
        "\n".join(f"| {' | '.join(line)} |" for line in lines),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2048, help="of the model (default %(default)s)")
    parser.add_argument("--write-docs", action="store_true", help="also write docs/packaging.md")
    parser.add_argument("--last", action="store_true", help="measure nothing: take the figures of the last run")
    arguments = parser.parse_args()
    if not arguments.last:
        subprocess.run([sys.executable, "-m", "tests.sagemaker_sdk.environment"], cwd=ROOT, check=True)
        results = measure_all(arguments.megabytes, list(APPROACHES))
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=2), encoding="utf-8")
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    table = Table(*HEADER, title=f"A model of {results['bytes'] / 1e9:.2f} GB")
    for row in rows(results):
        table.add_row(*row)
    Console().print(table)
    if arguments.write_docs:
        (ROOT / "docs" / "packaging.md").write_text(render(results), encoding="utf-8")


if __name__ == "__main__":
    main()
