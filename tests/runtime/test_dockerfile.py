"""The image of our own follows SageMaker's contract. `tests/own_image` builds it; here its command runs without it."""

import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import joblib
import pytest
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from sklearn_runtime.settings import VARIABLES
from tests.runtime.serving_process import serving

DOCKERFILE = Path(__file__).resolve().parent.parent.parent / "runtime" / "Dockerfile"


@pytest.fixture(scope="module")
def instructions():
    """The instructions, with continued lines joined."""
    text = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(None, 1)) for line in lines]


def of(instructions, name):
    return [argument for instruction, argument in instructions if instruction == name]


def environment_of(instructions):
    [text] = of(instructions, "ENV")
    return dict(re.findall(r"(\S+?)=(\S+)", text))


def test_the_image_says_that_it_binds_to_the_port_it_is_told(instructions):
    assert of(instructions, "LABEL") == ["com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true"]


def test_it_starts_as_root_and_gives_that_up_itself(instructions):
    assert of(instructions, "USER") == []
    [run] = of(instructions, "RUN")
    assert run.split()[-1] == environment_of(instructions)["SKLEARN_RUNTIME_USER"]


def test_every_variable_is_one_that_the_runtime_reads(instructions):
    known = {variable.name for variable in VARIABLES}
    own = {name for name in environment_of(instructions) if name.startswith(("SKLEARN_RUNTIME_", "SAGEMAKER_"))}
    assert own <= known


def test_what_is_copied_exists(instructions):
    for sources in of(instructions, "COPY"):
        assert (DOCKERFILE.parent / sources.split()[0]).exists()


def test_the_command_serves_and_refuses_anything_but_serve(instructions, tmp_path):
    [entry_point] = (json.loads(argument) for argument in of(instructions, "ENTRYPOINT"))
    [command] = (json.loads(argument) for argument in of(instructions, "CMD"))
    assert (entry_point[0], command) == ("python", ["serve"])
    [source, target] = of(instructions, "COPY")[-1].split()
    image = tmp_path / target.lstrip("/")
    shutil.copytree(DOCKERFILE.parent / source, image, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "model").mkdir()
    joblib.dump(DecisionTreeClassifier().fit(*load_iris(return_X_y=True)), tmp_path / "model" / "model.joblib")
    variables = {**environment_of(instructions), "PYTHONPATH": str(image.parent), "SAGEMAKER_BASE_DIR": str(tmp_path)}
    # Another user may not be able to read this machine's interpreter.
    variables["SKLEARN_RUNTIME_USER"] = pwd.getpwuid(os.geteuid()).pw_name
    program = [sys.executable, *entry_point[1:], *command]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(program=program, bind=f"127.0.0.1:{port}", **variables) as server:
        assert server.invoke(b"[[5.1, 3.5, 1.4, 0.2]]", Content_Type="application/json")[2] == b"[0]"
        assert server.terminate() == 0
    refused = subprocess.run([sys.executable, *entry_point[1:], "train"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "invalid choice: 'train'" in refused.stderr
