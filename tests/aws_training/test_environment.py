"""The environment of AWS's training toolkit: made from hashed locks, and clear about what it lacks."""

import re
import subprocess

import pytest

from tests.aws_training import environment
from tools.locked_environment import EnvironmentMissingError, LockedEnvironment


def test_the_environment_stands_as_the_locks_want_it():
    assert environment.ENVIRONMENT.stands()
    environment.make()  # nothing to do, and so no network


@pytest.mark.parametrize("name", environment._LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(name):
    lock = (environment.REQUIREMENTS / name).read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z0-9.-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    assert len(packages) == len(re.findall("==", lock)) > 0
    assert "://" not in lock


def test_a_container_has_the_toolkit_of_the_images(tmp_path):
    command = "import importlib.metadata; print(importlib.metadata.version('sagemaker-training'))"
    python = environment.container(tmp_path) / "python"
    assert subprocess.run([python, "-c", command], capture_output=True, text=True, check=True).stdout == "4.8.0\n"


def test_without_a_compiler_the_remedy_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "ENVIRONMENT", LockedEnvironment(tmp_path, []))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentMissingError, match=r"no C compiler: sagemaker-training .*apt-get install gcc"):
        environment.make()


def test_without_the_environment_a_container_says_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "ENVIRONMENT", LockedEnvironment(tmp_path, []))
    with pytest.raises(EnvironmentMissingError, match=r"python -m tests\.aws_training\.environment"):
        environment.container(tmp_path)
