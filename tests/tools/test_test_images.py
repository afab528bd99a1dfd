"""`make test-images`: the locks are the images' own pins, and the summary says what passed, failed or was not run."""

import doctest
import json
import re
import sys
from pathlib import Path

import pytest

from tools import test_images as module
from tools.interpreters import InterpreterMissingError
from tools.locked_environment import EnvironmentMissingError, LockedEnvironment
from tools.test_images import FACTS, Outcome, images, main, run_tests, try_image

IMAGES = images()
OLDEST, NEWEST = IMAGES[0], IMAGES[-1]
PASSED = Outcome("passed", "3 passed in 1 s")


def pins(lock):
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+) \\$", lock.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.version)
def test_a_lock_has_what_the_image_has(image):
    facts = json.loads(FACTS.read_text(encoding="utf-8"))["versions"][image.version]
    locked = pins(image.lock)
    assert locked["scikit-learn"] == image.sklearn
    for name in ("numpy", "pandas", "scipy", "pyarrow"):
        assert re.fullmatch(facts.get(name, "*").replace(".", r"\.").replace("*", r".*"), locked[name])


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.version)
def test_every_locked_package_has_a_hash_and_no_address(image):
    text = image.lock.read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z0-9.-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(packages) == len(re.findall("==", text)) > 0
    assert "://" not in text


def test_there_is_no_lock_without_an_image():
    assert {path.stem for path in OLDEST.lock.parent.glob("*.txt")} == {image.version for image in IMAGES}


@pytest.fixture
def outcomes():
    return dict.fromkeys(IMAGES, PASSED)


def test_all_that_passed_are_listed_in_order(outcomes, capsys):
    assert main([], outcomes.get) == 0
    lines = capsys.readouterr().out.splitlines()
    assert set(lines[: len(IMAGES)]) == {f"{image.version}: passed: 3 passed in 1 s" for image in IMAGES}
    assert [line.split()[0] for line in lines[-len(IMAGES) :]] == [image.version for image in IMAGES]


def test_an_image_without_its_python_fails_only_where_all_are_wanted(outcomes, capsys):
    outcomes[OLDEST] = Outcome("not run", "no Python 3.7 found")
    assert main([], outcomes.get) == 0
    assert re.search(
        r"^0\.20\.0 +3\.7 +0\.20\.0 +not run: no Python 3\.7 found$", capsys.readouterr().out, re.MULTILINE
    )
    assert main(["--require-all"], outcomes.get) == 1


def test_a_failure_is_shown_with_its_output_and_fails_the_run(outcomes, capsys):
    outcomes[NEWEST] = Outcome("failed", "1 failed, 2 passed in 1 s", output="the traceback")
    assert main(["--jobs", "1"], outcomes.get) == 1
    assert "the traceback\n1.9-0: failed: 1 failed, 2 passed in 1 s\n" in capsys.readouterr().out


def test_where_nothing_ran_nothing_was_tested(outcomes):
    assert main([], lambda _: Outcome("not run", "")) == 1


def test_what_was_skipped_is_told_with_the_reason(outcomes, capsys):
    outcomes[OLDEST] = Outcome("passed", "2 passed, 12 skipped in 1 s", {"no orjson": 12})
    main(["--only", "0.20.0"], outcomes.get)
    assert capsys.readouterr().out.endswith("\nskipped\n0.20.0           12 no orjson\n")


def test_an_image_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "0.19"])
    assert "'0.19'" in capsys.readouterr().err


def test_the_list_is_what_the_lock_target_reads(capsys):
    assert main(["--list", "--only", "0.20.0", "1.9-0"]) == 0
    assert capsys.readouterr().out == "0.20.0 3.7\n1.9-0 3.12\n"


def test_a_missing_interpreter_is_not_a_failure_and_a_broken_installation_is(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "ROOT", tmp_path)

    def missing(*_):
        raise InterpreterMissingError("no Python 3.7 found")

    monkeypatch.setattr(module, "find_interpreter", missing)
    assert try_image(OLDEST) == Outcome("not run", "no Python 3.7 found")

    def broken(*_):
        raise EnvironmentMissingError("pip said no")

    monkeypatch.setattr(module, "find_interpreter", broken)
    assert try_image(OLDEST) == Outcome("failed", "its libraries cannot be installed", output="pip said no")


@pytest.fixture
def environment(tmp_path):
    """As if it had been made, with what the running Python has."""
    environment = LockedEnvironment(tmp_path, [])
    environment.python = Path(sys.executable)
    return environment


def test_tests_run_without_the_other_rooms_settings(environment):
    outcome = run_tests(environment, "tests/runtime/model_files/test_version.py")
    assert (outcome.state, outcome.output) == ("passed", "")
    assert re.fullmatch(r"\d+ passed in \d+ s", outcome.words)


def test_a_failing_run_keeps_its_output(environment, monkeypatch):
    outcome = run_tests(environment, "tests/runtime/no_such_file.py")
    assert outcome.state == "failed"
    assert "no_such_file" in outcome.output
    monkeypatch.setattr(module, "_LIMIT_SECONDS", 0.01)
    late = run_tests(environment, "tests/runtime/model_files/test_version.py")
    assert (late.state, late.words) == ("failed", "not done after 0.01 s")


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(module).failed == 0
