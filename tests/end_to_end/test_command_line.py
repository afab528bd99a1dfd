"""``python -m endpoint_client`` as a shell runs it, against models that the local cloud serves."""

import contextlib
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from tests.end_to_end.conftest import ROOT
from tests.local_sagemaker.cloud import REGION, Cloud, eventually, running_cloud, with_runtime

ROWS = 2000
# Rows from here on do as the test says: the first feature is the row's number.
LATE = 1000

HOOKS = f"""
import os, time

def predict_fn(rows, model):
    late = rows[:, 0].max() >= {LATE}
    if late and os.path.exists(os.environ["BROKEN"]):
        raise MemoryError("no room for so many")
    while late and os.path.exists(os.environ["HELD"]):
        time.sleep(0.01)
    return model.predict(rows)
"""

COMMAND = [sys.executable, "-m", "endpoint_client"]


class Done(NamedTuple):
    status: int
    out: str
    err: str


class Shell:
    """Runs the command in a folder."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": cloud.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "runtime")]),
        }

    def run(self, *words: object) -> Done:
        done = subprocess.run(
            [*COMMAND, *map(str, words)],
            cwd=self.folder,
            env=self.environment,
            text=True,
            capture_output=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def bash(self, script: str) -> Done:
        script = script.replace("sklearn-endpoint", shlex.join(COMMAND))
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            text=True,
            capture_output=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    @contextlib.contextmanager
    def running(self, *words: object) -> Iterator[subprocess.Popen[str]]:
        # A shell that starts the tests in the background has them ignore Ctrl-C, and so what they start.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(
            [*COMMAND, *map(str, words)],
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            signal.signal(signal.SIGINT, before)
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()


class Flags(NamedTuple):
    broken: Path
    held: Path


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def flags(tmp_path_factory: pytest.TempPathFactory) -> Flags:
    folder = tmp_path_factory.mktemp("flags")
    return Flags(folder / "broken", folder / "held")


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    features = np.random.default_rng(0).normal(size=(ROWS, 4))
    features[:, 0] = np.arange(ROWS)
    return features


@pytest.fixture(scope="module")
def model(features: np.ndarray) -> LogisticRegression:
    return LogisticRegression().fit(features, features[:, 1] > 0)


@pytest.fixture(scope="module")
def endpoint(cloud: Cloud, model: LogisticRegression, flags: Flags) -> str:
    """A model behind hooks that fail, or wait, while the test wants it."""
    content = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(with_runtime(model))) as packed,
        tarfile.open(fileobj=content, mode="w:gz") as tar,
    ):
        for member in packed:
            tar.addfile(member, packed.extractfile(member))
        entry = tarfile.TarInfo("code/hooks.py")
        entry.size = len(HOOKS)
        tar.addfile(entry, io.BytesIO(HOOKS.encode()))
    environment = {
        "SKLEARN_RUNTIME_PROGRAM": "hooks.py",
        "SKLEARN_RUNTIME_MODEL_SKLEARN": "1.9.0",
        "BROKEN": str(flags.broken),
        "HELD": str(flags.held),
    }
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(content.getvalue(), environment)), "churn")


@pytest.fixture
def shell(cloud: Cloud, endpoint: str, tmp_path: Path) -> Shell:
    return Shell(cloud, tmp_path)


@pytest.fixture
def labels(model: LogisticRegression, features: np.ndarray) -> np.ndarray:
    labels: np.ndarray = model.predict(features)
    return labels


def test_csv_npy_and_parquet_give_the_predictions_of_the_model(shell, features, labels):
    frame = pd.DataFrame(features, columns=list("abcd"))
    frame.insert(0, "id", [f"{number:05}" for number in range(ROWS)])
    frame.to_csv(shell.folder / "rows.csv.gz", index=False)
    frame.to_parquet(shell.folder / "rows.parquet")
    np.save(shell.folder / "rows.npy", features)
    done = shell.bash("sklearn-endpoint predict churn rows.csv.gz --id-column id > out.csv")
    assert done.status == 0, done.err
    assert "2,000 rows" in done.err
    read = pd.read_csv(shell.folder / "out.csv", dtype={"id": str})
    assert read["id"].tolist() == frame["id"].tolist()
    assert read["prediction"].tolist() == labels.tolist()
    done = shell.run("predict", "churn", "rows.npy", "-o", "out.npy", "--rows-per-request", 300, "--fast")
    assert done.status == 0, done.err
    assert (np.load(shell.folder / "out.npy") == labels).all()
    words = ["predict", "churn", "rows.parquet", "--id-column", "id", "--with-input", "-o", "out.parquet"]
    done = shell.run(*words, "--rows-per-request", 300, "--quiet")
    assert done == (0, "", "")
    pd.testing.assert_frame_equal(pd.read_parquet(shell.folder / "out.parquet"), frame.assign(prediction=labels))


def test_text_that_looks_like_a_number_stays_text_where_the_model_was_fitted_on_text(shell, cloud):
    frame = pd.DataFrame({"age": [20, 30, 40, 50] * 10, "plan": ["007", "7", "007", "x, y"] * 10})
    encoded = make_column_transformer((OneHotEncoder(), ["plan"]), remainder="passthrough")
    model = make_pipeline(encoded, LogisticRegression()).fit(frame, frame["plan"] == "007")
    cloud.make_endpoint(cloud.make_config(cloud.make_model(with_runtime(model))), "plans")
    frame.to_csv(shell.folder / "plans.csv", index=False)
    done = shell.run("predict", "plans", "plans.csv", "--method", "predict_proba", "--with-input")
    assert done.status == 0, done.err
    read = pd.read_csv(io.StringIO(done.out), dtype={"plan": str})
    assert read["plan"].tolist() == frame["plan"].tolist()
    assert (read.filter(like="predict_proba").to_numpy() == model.predict_proba(frame)).all()


@pytest.mark.parametrize("suffix", ["csv", "npy", "parquet"])
def test_after_a_failure_the_printed_command_goes_on(shell, flags, features, labels, suffix):
    np.save(shell.folder / "rows.npy", features)
    flags.broken.touch()
    try:
        done = shell.run("predict", "churn", "rows.npy", "--rows-per-request", 100, "-o", f"out.{suffix}")
    finally:
        flags.broken.unlink()
    assert done.status == 1
    assert "rows 1,000 to 1,099 of rows.npy, counted from 0, failed" in done.err
    assert "no room for so many" in done.err
    assert f"1,000 rows are in out.{suffix}.part" in done.err
    assert "Traceback" not in done.err
    assert not (shell.folder / f"out.{suffix}").exists()
    again = shell.bash(done.err.splitlines()[-1])
    assert again.status == 0, again.err
    path = shell.folder / f"out.{suffix}"
    if suffix == "npy":
        read = np.load(path)
    else:
        read = (pd.read_csv if suffix == "csv" else pd.read_parquet)(path)["prediction"].to_numpy()
    assert (read == labels).all()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_at_once_and_keeps_what_was_written(shell, flags, features, labels, number, status):
    np.save(shell.folder / "rows.npy", features)
    part = shell.folder / "out.csv.part"
    flags.held.touch()
    try:
        words = ["predict", "churn", "rows.npy", "--rows-per-request", 100, "--concurrency", 1, "-o", "out.csv"]
        with shell.running(*words) as process:
            eventually(lambda: part.exists() and part.read_bytes().count(b"\n") == 1001)
            process.send_signal(number)
            # The request on its way is held, and would be for a minute.
            _, err = process.communicate(timeout=30)
    finally:
        flags.held.unlink()
    assert process.returncode == status
    assert "interrupted" in err
    assert "Traceback" not in err
    again = shell.bash(err.splitlines()[-1])
    assert again.status == 0, again.err
    assert pd.read_csv(shell.folder / "out.csv")["prediction"].tolist() == labels.tolist()


def test_a_reader_that_goes_away_ends_it_quietly(shell, features):
    np.save(shell.folder / "rows.npy", np.repeat(features[:LATE], 50, axis=0))
    done = shell.bash("set -o pipefail; sklearn-endpoint predict churn rows.npy -q --rows-per-request 1000 | head -n 1")
    assert done == (141, "prediction\n", "")


def test_status_shows_what_the_endpoint_is_made_of(shell):
    done = shell.run("status", "churn")
    assert done.status == 0, done.err
    lines = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    assert lines["status"].startswith("InService, since ")
    assert lines["variant"] == "AllTraffic: 100% of the requests (weight 1), 1 of 1 ml.m5.large"
    assert "scikit-learn 1.9.0" in lines["model"]
    assert "sagemaker-scikit-learn:1.9-0-cpu-py3" in lines["image"]
    assert json.loads(shell.run("status", "churn", "--json").out)["variants"][0]["model"]["scikit_learn"] == "1.9.0"


def test_tail_follows_the_log_until_ctrl_c(shell):
    assert shell.bash("printf '1,2,3,4\n' | sklearn-endpoint predict churn - --no-header").out in (
        "0\n",
        "False\n",
        "True\n",
    )
    done = shell.run("tail", "churn", "-n", 1, "--json")
    (line,) = done.out.splitlines()
    assert json.loads(line)["stream"].startswith("AllTraffic/")
    with shell.running("tail", "churn", "-n", 1, "--follow") as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        assert shell.bash("printf '1,2,3,4,5\n' | sklearn-endpoint predict churn - --no-header").status == 1
        # The runtime writes a line for each request, with its status.
        assert any('"status": 500' in line for line in iter(process.stdout.readline, ""))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "")
