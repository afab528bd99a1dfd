import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from constructs_lib import EntryPointError
from constructs_lib.training.code import training_code, training_code_problems


def test_a_shell_script_is_taken_as_it_is(tmp_path):
    (tmp_path / "train.sh").write_text("if then fi")
    assert training_code("train.sh", tmp_path, "3.12").program == "train.sh"


def test_a_script_needs_no_hooks(tmp_path):
    (tmp_path / "train.py").write_text("print('training')")
    assert training_code("train.py", tmp_path, "3.12").program == "train.py"


def test_a_script_of_another_kind_or_another_python_is_refused(tmp_path):
    (tmp_path / "train.R").write_text("")
    (tmp_path / "train.py").write_text("print 'training'")
    with pytest.raises(EntryPointError, match=r"'train\.R' is neither a \.py nor a \.sh file"):
        training_code("train.R", tmp_path, None)
    with pytest.raises(EntryPointError, match=r"is not valid Python 3\.12"):
        training_code("train.py", tmp_path, "3.12")


def test_requirements_cannot_be_installed_without_a_network(tmp_path):
    (tmp_path / "train.py").write_text("pass")
    (tmp_path / "requirements.txt").write_text("lightgbm")
    code = training_code("train.py", tmp_path, None)
    assert not list(training_code_problems(code, network_isolation=False))
    (problem,) = training_code_problems(code, network_isolation=True)
    assert "network_isolation keeps pip from installing" in problem


def test_a_sitecustomize_of_your_own_stays_alone(tmp_path):
    (tmp_path / "train.py").write_text("pass")
    (tmp_path / "sitecustomize.py").write_text("import mine")
    code = training_code("train.py", tmp_path, None)
    assert [file.source for file in code.files if file.name == "sitecustomize.py"] == [tmp_path / "sitecustomize.py"]


def run(tmp_path: Path, text: str) -> tuple[int, str]:
    """Run a script as the image does, with what travels beside it; give its status and the failure file."""
    (tmp_path / "train.py").write_text(text)
    (tmp_path / "ml").mkdir()
    (tmp_path / "code").mkdir()
    for file in training_code("train.py", tmp_path, None).files:
        if "/" not in file.name:
            shutil.copy(file.source, tmp_path / "code" / file.name)
    environment = {
        "PYTHONPATH": str(tmp_path / "code"),
        "SM_USER_ENTRY_POINT": "train.py",
        "SM_OUTPUT_DIR": str(tmp_path / "ml"),
    }
    done = subprocess.run([sys.executable, "train.py"], cwd=tmp_path / "code", env=environment, check=False)
    failure = tmp_path / "ml" / "failure"
    return done.returncode, failure.read_text() if failure.exists() else ""


def test_a_script_that_raises_leaves_the_reason_for_sagemaker(tmp_path):
    assert run(tmp_path, "raise ValueError('Input X contains NaN.')") == (1, "ValueError: Input X contains NaN.")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("pass", 0),
        ("raise SystemExit(3)", 3),
        # A process of the script's own that fails, and is handled.
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', 'raise ValueError(1)'])", 0),
    ],
)
def test_only_an_error_of_the_script_itself_is_a_reason(tmp_path, text, status):
    assert run(tmp_path, text) == (status, "")
