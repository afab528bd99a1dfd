"""The local cloud and the unmodified CDK command line, as a user runs them."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{ROOT / 'node_modules' / '.bin'}"


def user_environment(home: Path, **extra: str) -> dict[str, str]:
    """A clean environment: an empty HOME, no credentials, the checkout's tools first on PATH."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "CDK_", "COVERAGE_", "SKLEARN_", "SAGEMAKER_"))
    }
    return {**kept, "HOME": str(home), "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1", **extra}


@dataclass(frozen=True)
class LocalCloud:
    """A running `local-sagemaker up` and what `local-sagemaker env` says about it."""

    url: str
    environment: dict[str, str] = field(repr=False)

    def run(self, *command: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command as a user of this cloud would, and show its output when it fails."""
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=240,
            check=False,
        )
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)} exited {done.returncode}:\n{done.stdout}")
        return done

    def cdk(self, *arguments: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the CDK command line."""
        return self.run("cdk", *arguments, cwd=cwd, check=check)

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this cloud that retries nothing unless told to."""
        session = boto3.Session("test", "test", region_name="us-east-1")
        return session.client(service, endpoint_url=self.url, **options)  # type: ignore[call-overload]


def copied_example(cloud: LocalCloud, name: str, folder: Path) -> Path:
    """A user's copy of an example, with its model trained."""
    ignored = shutil.ignore_patterns("model", "cdk.out")
    shutil.copytree(ROOT / "examples" / name, folder, dirs_exist_ok=True, ignore=ignored)
    cloud.run("python", "train.py", cwd=folder)
    return folder


@contextlib.contextmanager
def local_cloud_process(home: Path, *env_options: str) -> Iterator[LocalCloud]:
    """Start `local-sagemaker up` on a free port, with the variables of `env`; stop it by its own process id."""
    environment = user_environment(home)
    with subprocess.Popen(
        [sys.executable, "-m", "local_sagemaker", "up", "--port", "0"],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = ""
        for line in process.stdout:
            if line.startswith("ready "):
                url = line.split()[1]
                break
        port = url.rpartition(":")[2]
        exports = subprocess.run(
            [sys.executable, "-m", "local_sagemaker", "env", "--port", port, *env_options],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        shell = f"{exports}\n{sys.executable} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
        exported = subprocess.run(
            ["bash", "-c", shell], env=environment, text=True, stdout=subprocess.PIPE, check=True
        ).stdout
        try:
            yield LocalCloud(url, json.loads(exported))
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
            assert process.wait(60) == 0


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """One local cloud for the end-to-end tests, bootstrapped by the CDK command line."""
    home = tmp_path_factory.mktemp("home")
    with local_cloud_process(home) as cloud:
        cloud.cdk("bootstrap", "aws://123456789012/us-east-1", cwd=home)
        yield cloud


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's project: app.py, cdk.json and the model that the example script trains, in a folder of its own."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("app.py", "cdk.json"):
        shutil.copy(ROOT / name, folder)
    scripts = ROOT / "examples" / "breast_cancer"
    for command in (["prepare_data.py", "data"], ["train.py", "--train", "data/train", "--model-dir", "model"]):
        subprocess.run([sys.executable, str(scripts / command[0]), *command[1:]], cwd=folder, check=True)
    return folder
