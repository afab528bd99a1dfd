"""The environment of the SageMaker Python SDK v3: made from a hashed lock, without what nothing here needs."""

import re
import subprocess

import pytest

from tests.sagemaker_sdk_v3 import environment
from tests.sagemaker_sdk_v3.sdk_cloud import SdkCloud, exported
from tools.locked_environment import EnvironmentMissingError, LockedEnvironment


def test_the_environment_stands_as_the_lock_wants_it():
    assert environment.ENVIRONMENT.stands()
    environment.make()  # nothing to do, and so no network


def test_every_locked_package_has_a_hash_and_no_address():
    lock = environment.LOCK.read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z0-9.-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    assert len(packages) == len(re.findall("==", lock)) > 0
    assert "://" not in lock


def test_it_holds_the_parts_of_the_sdk_and_no_experiment_tracking():
    command = "import importlib.metadata as m; print(*sorted(d.name.lower() for d in m.distributions()))"
    done = subprocess.run([environment.ENVIRONMENT.python, "-c", command], capture_output=True, text=True, check=True)
    names = set(done.stdout.split())
    assert names >= {"sagemaker-core", "sagemaker-train", "sagemaker-serve"}
    assert not names & {"mlflow", "sagemaker-mlflow"}


def test_without_the_environment_a_script_says_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr("tests.sagemaker_sdk_v3.sdk_cloud.ENVIRONMENT", LockedEnvironment(tmp_path, []))
    cloud = SdkCloud("http://localhost:1", {}, tmp_path)
    with pytest.raises(EnvironmentMissingError, match=r"python -m tests\.sagemaker_sdk_v3\.environment"):
        cloud.run("train.py")
    cloud.close()


def test_what_env_prints_is_read_as_a_shell_reads_it():
    assert exported("export A='b c'\nunset D\nexport E=f=g") == {"A": "b c", "E": "f=g"}
