"""The whole way on this machine (`make demo`): train, `cdk deploy` to a local cloud, predict over HTTP, destroy."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import joblib
import numpy as np
import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from endpoint_client import Predictor
from local_sagemaker.training.scripts import run_training_script

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STACK = "BreastCancer"
CONTENT_TYPES = ("application/x-npy", "application/json", "text/csv")
WARM_UP_REQUESTS = 20

# A pipe has no width; wide enough for the longest resource name.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)


class StepFailed(RuntimeError):  # noqa: N818  named for what happened
    """A step of the demo did not succeed; the message is for the user."""


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Show a spinner while a step runs, and its seconds when it has succeeded."""
    began = time.perf_counter()
    with console.status(f"{title} ..."):
        yield
    console.print(f"[green]✓[/] {title:<58} {time.perf_counter() - began:5.1f} s")


def stop(process: subprocess.Popen[str], seconds: float = 30) -> None:
    """End a process and those that it started, by the id of its own group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command, showing only finished resources; all that it wrote is shown when it fails."""
    shown = shlex.join(word.name if isinstance(word, Path) else word for word in command)
    lines: list[str] = []
    with subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # A group of its own: Ctrl-C reaches this program only, which then ends the command and what that has started.
        start_new_session=True,
    ) as process:
        try:
            for line in process.stdout or ():
                lines.append(line)
                event = re.search(r"\| (\w+_(?:COMPLETE|FAILED)) +\| (AWS::\S+) +\| (.*)", line)
                if event:
                    console.print(f"    [dim]{event[1]:<24} {event[2]:<34} {event[3].split()[0]}[/]", no_wrap=True)
        except BaseException:
            stop(process)
            raise
    if process.returncode != 0:
        raise StepFailed(f"{shown} ended with exit status {process.returncode}:\n\n{''.join(lines)}")


class Cloud:
    """A local cloud in a process of its own.

    Attributes
    ----------
    url : str
    environment : dict
        Endpoint, region and dummy credentials, as ``python -m local_sagemaker env`` prints them.
    """

    def __init__(self, log: Path) -> None:
        self.log = log
        with log.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local_sagemaker", "up", "--port", "0"],
                cwd=ROOT,
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stream,
                start_new_session=True,
            )
        try:
            lines = iter(self.process.stdout or ())
            ready = next((line for line in lines if line.startswith("ready ")), None)
            if ready is None:
                raise StepFailed(f"the local cloud did not start:\n\n{log.read_text()}")
            self.url = ready.split()[1]
            self.port = self.url.rpartition(":")[2]
            exports = subprocess.run(
                [sys.executable, "-m", "local_sagemaker", "env", "--port", self.port],
                text=True,
                stdout=subprocess.PIPE,
                check=True,
            ).stdout
        except BaseException:
            self.stop()
            raise
        words = [word for line in exports.splitlines() for word in shlex.split(line) if "=" in word]
        self.environment = dict(word.split("=", 1) for word in words)

    def stop(self) -> None:
        stop(self.process)
        if self.process.stdout:
            self.process.stdout.close()


def train(work: Path) -> None:
    """Train under the SageMaker script contract, and put the model where app.py takes it from."""
    result = run_training_script(
        "train.py",
        source_dir=HERE,
        hyperparameters={"C": 0.5},
        channels={"train": work / "data" / "train"},
        base_dir=work / "ml",
        log=lambda line: console.print(f"    [dim]{line}[/]"),
    )
    shutil.rmtree(ROOT / "model", ignore_errors=True)
    shutil.copytree(result.model_dir, ROOT / "model")


def measure(endpoint_name: str, held_out: pd.DataFrame) -> Table:
    """Predict the held-out rows in each content type: all at once for the accuracy, one by one for the latency."""
    labels = held_out["target"].to_numpy()
    features = held_out.drop(columns="target")
    expected = joblib.load(ROOT / "model" / "model.joblib").predict(features)
    table = Table("content type", box=box.SIMPLE_HEAD)
    for title in ("accuracy", "rows", "requests", "p50 ms", "p99 ms"):
        table.add_column(title, justify="right")
    for content_type in CONTENT_TYPES:
        with Predictor(endpoint_name, content_type=content_type, accept=content_type) as predictor:
            predicted = predictor.predict(features)
            rows = [features.iloc[[number]] for number in range(len(features))]
            one_by_one, milliseconds = [], []
            for row in rows[:WARM_UP_REQUESTS] + rows:
                began = time.perf_counter()
                one_by_one.append(predictor.predict(row)[0])
                milliseconds.append((time.perf_counter() - began) * 1000)
        if not (np.array_equal(predicted, expected) and np.array_equal(one_by_one[WARM_UP_REQUESTS:], expected)):
            raise StepFailed(f"{content_type}: the endpoint does not predict what the model predicts in this process")
        p50, p99 = np.percentile(milliseconds[WARM_UP_REQUESTS:], [50, 99])
        accuracy = f"{np.mean(predicted == labels):.3f}"
        table.add_row(content_type, accuracy, str(len(rows)), str(len(rows) + 1), f"{p50:.1f}", f"{p99:.1f}")
    return table


def deployed() -> Table:
    """What the stack holds, as CloudFormation lists it."""
    table = Table("resource type", "name", box=box.SIMPLE_HEAD)
    pages: Any = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            name = resource["PhysicalResourceId"].rpartition("/")[2]
            table.add_row(resource["ResourceType"], name)
    return table


def next_commands(cloud: Cloud | None) -> str:
    """What to try now: with the cloud that still runs, or from the start."""
    if cloud is None:
        return (
            "[bold]next[/]\n"
            '  export PATH="$PWD/.venv/bin:$PWD/node_modules/.bin:$PATH"\n'
            "  python -m local_sagemaker up                      # a local cloud, in a terminal of its own\n"
            '  eval "$(python -m local_sagemaker env)"           # point the AWS tools at it\n'
            "  npx cdk bootstrap && npx cdk deploy               # the same app.py goes to AWS with your credentials\n"
            "  python examples/breast_cancer/demo.py --keep      # this demo, leaving everything up to try"
        )
    return (
        f"[bold]the cloud is still up at {cloud.url}[/] (its log: {cloud.log})\n"
        '  export PATH="$PWD/.venv/bin:$PWD/node_modules/.bin:$PATH"\n'
        f'  eval "$(python -m local_sagemaker env --port {cloud.port})"\n'
        f"  sklearn-endpoint status stack:{STACK}\n"
        f"  aws sagemaker list-endpoints\n"
        f"  npx cdk destroy --force\n"
        f"  kill {cloud.process.pid}                          # stops it with all its endpoints"
    )


def demo(work: Path, *, keep: bool) -> None:
    """Run every step; whatever happens, the cloud is stopped unless it is to be kept."""
    cdk = ROOT / "node_modules" / ".bin" / "cdk"
    if not cdk.exists():
        raise StepFailed(f"{cdk.relative_to(ROOT)} does not exist: run `make setup` first")
    # The CDK starts `python app.py`, and Node: both are this environment's.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    with step("write the data as CSV, a quarter of the rows held out"):
        run(sys.executable, HERE / "prepare_data.py", work / "data")
    with step("train under the SageMaker script contract"):
        train(work)
    with step("start the local cloud"):
        cloud = Cloud((work if not keep else Path(tempfile.gettempdir())) / "local-cloud.log")
    try:
        os.environ |= cloud.environment
        outputs = work / "outputs.json"
        assembly = work / "cdk.out"
        events = ("--progress", "events")
        account = f"aws://{os.environ['CDK_DEFAULT_ACCOUNT']}/{os.environ['CDK_DEFAULT_REGION']}"
        with step(f"cdk bootstrap {account}"):
            # Outside the checkout: a bootstrap needs no app, and would synthesize one that it finds.
            run(cdk, "bootstrap", account, *events, cwd=work)
        with step("cdk deploy"):
            run(cdk, "deploy", "--output", assembly, "--require-approval", "never", "--outputs-file", outputs, *events)
        (endpoint_name,) = {value for name, value in json.loads(outputs.read_text())[STACK].items() if "Name" in name}
        with step("predict the held-out rows as NPY, JSON and CSV"):
            measured, resources = measure(endpoint_name, pd.read_csv(work / "data" / "test" / "test.csv")), deployed()
        console.print(measured, resources)
        if not keep:
            with step("cdk destroy"):
                # The assembly that was deployed: nothing to synthesize again.
                run(cdk, "destroy", "--app", assembly, "--force", *events)
    except BaseException as error:
        cloud.stop()
        if isinstance(error, Exception) and (lines := cloud.log.read_text().splitlines()):
            console.print("the end of the local cloud's log:", *lines[-20:], sep="\n", style="dim", markup=False)
        raise
    if not keep:
        with step("stop the local cloud"):
            cloud.stop()
    console.print(next_commands(cloud if keep else None))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the local cloud and the stack up")
    keep = parser.parse_args().keep
    # A terminated demo cleans up as an interrupted one does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="sklearn-demo-") as work:
        try:
            demo(Path(work), keep=keep)
        except KeyboardInterrupt:
            console.print("interrupted")
            return 130
        except Exception as error:  # noqa: BLE001 - whatever failed, its reason is what the user needs
            console.print(f"[red]✗[/] {type(error).__name__}: ", end="")
            console.print(str(error), markup=False)
            return 1
    console.print(f"\n[green]done in {time.perf_counter() - began:.0f} s[/]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
