"""The bundled hooks file, imported by name from a code directory as every server of SageMaker imports it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sklearn_runtime
from tests.runtime.estimators import WARNINGS_ARE_ERRORS
from tests.runtime.request_cases import write_artifact

RUNTIME = Path(sklearn_runtime.__file__).parent.parent
REPORT = """
import json, sys
import {name} as hooks
model = hooks.model_fn(sys.argv[1] + "/model")
names = [name for name in ("input_fn", "predict_fn", "output_fn", "transform_fn") if hasattr(hooks, name)]
body = hooks.output_fn(hooks.predict_fn(hooks.input_fn("[5.1, 3.5, 1.4, 0.2]", "application/json"), model), sys.argv[2])
print(json.dumps([names, body[0] if isinstance(body[0], str) else body[0].decode(), body[1]]))
"""


def run(base, name, accept, variables):
    code = base / "model" / "code"
    code.mkdir(exist_ok=True)
    shutil.copy(RUNTIME / "inference.py", code / f"{name}.py")
    shutil.copytree(RUNTIME / "sklearn_runtime", code / "sklearn_runtime", ignore=shutil.ignore_patterns("__pycache__"))
    # As in the container: neither the checkout nor an installed copy is on the path, only the code directory.
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(base), "PYTHONPATH": str(code), **variables}
    command = [sys.executable, *WARNINGS_ARE_ERRORS, "-c", REPORT.format(name=name), str(base), accept]
    done = subprocess.run(command, env=environment, cwd=base, capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_it_exports_the_four_hooks(tmp_path):
    variables = write_artifact("iris", tmp_path / "model")
    status, out, err = run(tmp_path, "inference", "application/json", variables)
    assert status == 0, err
    assert err == "" or not WARNINGS_ARE_ERRORS
    assert json.loads(out) == [["input_fn", "predict_fn", "output_fn"], '["setosa"]', "application/json"]


@pytest.mark.parametrize("name", ["inference", "sklearn_runtime_inference"])
def test_it_takes_the_users_hooks_and_may_have_another_name(tmp_path, name):
    variables = write_artifact("hook_output", tmp_path / "model")
    status, out, err = run(tmp_path, name, "application/xml", variables)
    assert status == 0, err
    assert err == "" or not WARNINGS_ARE_ERRORS
    assert json.loads(out)[1:] == ["<label>setosa</label>", "application/xml"]


def test_a_program_that_is_not_there_ends_the_import_with_the_reason(tmp_path):
    write_artifact("iris", tmp_path / "model")
    status, _, err = run(tmp_path, "inference", "text/csv", {"SKLEARN_RUNTIME_PROGRAM": "absent.py"})
    assert status != 0
    assert "ModelLoadError: the program absent.py is not in" in err.splitlines()[-1]
