"""Python environments of the servers, each made once from its hashed lock: ``.venvs/bench-NAME``."""

import hashlib
import json
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

__all__ = ["EnvironmentFailedError", "make", "python", "site_packages", "versions"]

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = ROOT / "requirements"
_BUILD_LOCK = "aws-serving-build.txt"
_VERSIONS = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"


class EnvironmentFailedError(RuntimeError):
    """pip could not install a lock; the message has its last line."""


def make(name: str) -> None:
    """Make the environment, unless it stands as its lock wants it.

    Raises
    ------
    EnvironmentFailedError
    """
    lock = REQUIREMENTS / f"bench-{name}.txt"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    stamp = _home(name) / "lock.sha256"
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    venv.create(_home(name), clear=True, with_pip=True)
    # Source distributions are built with the locked setuptools. A lock is complete, so pip need not judge it: the AWS
    # image itself installs what sagemaker-containers says that it cannot work with.
    _pip(name, "install", "--require-hashes", "--requirement", str(REQUIREMENTS / _BUILD_LOCK))
    _pip(name, "install", "--no-build-isolation", "--no-deps", "--require-hashes", "--requirement", str(lock))
    stamp.write_text(digest, encoding="ascii")


def python(name: str) -> Path:
    """The environment's interpreter."""
    return _home(name) / "bin" / "python"


def site_packages(name: str) -> Path:
    """The folder of its libraries."""
    [folder] = (_home(name) / "lib").glob("python*/site-packages")
    return folder


def versions(name: str, distributions: Iterable[str]) -> dict[str, str]:
    """The versions of installed distributions."""
    done = subprocess.run([python(name), "-c", _VERSIONS, *distributions], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def _home(name: str) -> Path:
    # Where it really lies: pip writes that into every script.
    return (ROOT / ".venvs").resolve() / f"bench-{name}"


def _pip(name: str, *arguments: str) -> None:
    command = [str(python(name)), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if not line.startswith("WARNING")]
        raise EnvironmentFailedError(f"pip failed: {lines[-1] if lines else done.returncode}")
