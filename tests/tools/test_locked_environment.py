"""An environment is made once, and anew when a lock or the interpreter is another."""

import sys
from pathlib import Path

import pytest

from tools.locked_environment import EnvironmentMissingError, LockedEnvironment, make_or_exit, require_compiler


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "lock.txt"
    path.write_text("# nothing\n")
    return path


def interpreter(path, version):
    """A script that stands for a Python of some version, and makes environments with the running one."""
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = -c ]; then echo {version}; else exec {sys.executable} -m venv --without-pip "$4"; fi\n'
    )
    path.chmod(0o755)
    return path


def test_it_is_made_once_and_anew_when_a_lock_changes(tmp_path, lock):
    environment = LockedEnvironment(tmp_path / "home", [lock], interpreter(tmp_path / "python", "3.7"))
    assert not environment.stands()
    environment.make()
    assert environment.stands()
    (tmp_path / "home" / "kept").touch()
    environment.make()
    assert (tmp_path / "home" / "kept").exists()
    lock.write_text("# something\n")
    assert not environment.stands()


def test_another_interpreter_makes_it_anew(tmp_path, lock):
    python = interpreter(tmp_path / "python", "3.7.16")
    environment = LockedEnvironment(tmp_path / "home", [lock], python)
    environment.make()
    interpreter(python, "3.7.17")
    assert not environment.stands()


def test_it_stands_no_more_when_its_interpreter_is_gone(tmp_path, lock):
    environment = LockedEnvironment(tmp_path / "home", [lock], interpreter(tmp_path / "python", "3.7"))
    environment.make()
    environment.python.unlink()
    assert not environment.stands()


def test_the_running_python_makes_it_where_none_is_named(tmp_path, lock):
    environment = LockedEnvironment(tmp_path / "home", [lock])
    with pytest.raises(EnvironmentMissingError, match="no such option: --no-such-option"):
        environment.make(["--no-such-option"])
    assert environment.python.exists()
    assert not environment.stands()


def test_an_interpreter_that_fails_shows_its_last_lines(tmp_path, lock):
    python = Path(tmp_path / "python")
    python.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    python.chmod(0o755)
    with pytest.raises(EnvironmentMissingError, match=r"-m venv .* failed; its last lines:\nbroken"):
        LockedEnvironment(tmp_path / "home", [lock], python).make()


def test_its_python_is_given_when_it_stands(tmp_path, lock):
    environment = LockedEnvironment(tmp_path / "home", [lock], interpreter(tmp_path / "python", "3.7"))
    with pytest.raises(EnvironmentMissingError, match=r"^the SDK is not installed: run python -m some\.module$"):
        environment.interpreter("the SDK", "some.module")
    environment.make()
    assert environment.interpreter("the SDK", "some.module") == environment.python


def test_a_command_that_makes_one_ends_with_the_reason():
    def fail():
        raise EnvironmentMissingError("pip said no")

    with pytest.raises(SystemExit) as ended:
        make_or_exit(fail)
    assert ended.value.code == "pip said no"
    make_or_exit(lambda: None)


def test_a_missing_compiler_is_named_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentMissingError, match=r"no C compiler: some-package is .*apt-get install gcc"):
        require_compiler("some-package")
    (tmp_path / "cc").touch(mode=0o755)
    require_compiler("some-package")
