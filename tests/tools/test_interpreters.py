"""A Python is taken as it was given, else from the path, else from pyenv; one that does not start is passed over."""

import sys

import pytest

from tools.interpreters import InterpreterMissingError, find_interpreter


def python(path, says="3.9", status=0):
    """A script that answers as an interpreter of some version would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {says}\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def environ(tmp_path):
    return {"PATH": f"{tmp_path / 'bin'}:/bin", "HOME": str(tmp_path)}


def test_the_given_one_comes_first(tmp_path, environ):
    python(tmp_path / "bin" / "python3.9")
    given = python(tmp_path / "given")
    assert find_interpreter("3.9", {**environ, "PYTHON_3_9": str(given)}) == given


@pytest.mark.parametrize("says", ["3.8", ""])
def test_a_given_one_of_another_version_is_refused(tmp_path, environ, says):
    python(tmp_path / "bin" / "python3.9")
    given = python(tmp_path / "given", says)
    with pytest.raises(
        InterpreterMissingError, match=f"PYTHON_3_9={given} is no Python 3.9 with ssl and venv: install"
    ):
        find_interpreter("3.9", {**environ, "PYTHON_3_9": str(given)})


def test_one_on_the_path_is_found(tmp_path, environ):
    on_path = python(tmp_path / "bin" / "python3.9")
    python(tmp_path / ".pyenv" / "versions" / "3.9.18" / "bin" / "python")
    assert find_interpreter("3.9", environ) == on_path


def test_a_shim_that_does_not_start_gives_way_to_the_newest_of_pyenv(tmp_path, environ):
    python(tmp_path / "bin" / "python3.9", says="", status=127)
    python(tmp_path / ".pyenv" / "versions" / "3.9.9" / "bin" / "python")
    newest = python(tmp_path / ".pyenv" / "versions" / "3.9.18" / "bin" / "python")
    assert find_interpreter("3.9", environ) == newest
    elsewhere = python(tmp_path / "pyenv" / "versions" / "3.9.2" / "bin" / "python")
    assert find_interpreter("3.9", {**environ, "PYENV_ROOT": str(tmp_path / "pyenv")}) == elsewhere


def test_what_cannot_be_executed_is_passed_over(tmp_path, environ):
    path = tmp_path / ".pyenv" / "versions" / "3.9.1" / "bin" / "python"
    python(path).chmod(0o600)
    with pytest.raises(InterpreterMissingError, match=f"no Python 3.9 found \\({path} did not start"):
        find_interpreter("3.9", environ)


def test_the_remedy_is_named(environ):
    remedy = r"no Python 3\.7 found: install it \(.*\) or give one: make test-images PYTHON_3_7=/path/to/python"
    with pytest.raises(InterpreterMissingError, match=remedy):
        find_interpreter("3.7", environ)


def test_this_machine_has_the_one_that_runs_the_tests():
    version = ".".join(sys.version.split(".")[:2])
    assert find_interpreter(version, {f"PYTHON_{version.replace('.', '_')}": sys.executable}).exists()
