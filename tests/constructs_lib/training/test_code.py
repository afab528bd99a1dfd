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
