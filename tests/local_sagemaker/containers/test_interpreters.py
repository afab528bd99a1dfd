"""The Python of a container: the local cloud's own, or the one that was given for the image's version."""

import sys
from pathlib import Path

import pytest
import sklearn

from local_sagemaker.containers import interpreters
from local_sagemaker.containers.interpreters import InterpreterError, interpreter_for, sklearn_version

AWS = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:{}-cpu-py3"
OWN = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:latest"
MINOR = ".".join(sklearn.__version__.split(".")[:2])


@pytest.fixture(autouse=True)
def none_given():
    yield
    interpreters.use([])


@pytest.fixture
def other_python(tmp_path: Path) -> Path:
    """A program that behaves as another Python, with the scikit-learn of this one."""
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return script


def test_awss_image_is_told_from_others():
    assert interpreters.is_awss(AWS.format("1.9-0"))
    assert not interpreters.is_awss(AWS.format("1.9-0").replace("sagemaker-", "my-"))


def test_an_image_of_the_same_version_runs_in_the_local_clouds_own_python(caplog):
    assert interpreter_for(AWS.format(f"{MINOR}-0")) == sys.executable
    assert caplog.text == ""


def test_an_image_of_another_version_is_told_of_with_the_remedy(caplog):
    assert interpreter_for(AWS.format("1.2-1")) == sys.executable
    assert f"image 1.2-1 has scikit-learn 1.2, but its models run here on {sklearn.__version__}" in caplog.text
    assert "up --python 1.2-1=PATH" in caplog.text


def test_the_python_that_was_given_for_a_version_is_taken(other_python, caplog):
    interpreters.use([f"{MINOR}-0={other_python}", f"1.4-2-py312={other_python}"])
    assert interpreter_for(AWS.format(f"{MINOR}-0")) == str(other_python)
    assert caplog.text == ""
    assert interpreter_for(AWS.format("1.4-2-py312")) == str(other_python)
    assert "image 1.4-2-py312 has scikit-learn 1.4" in caplog.text
    assert interpreter_for(AWS.format("1.0-1-arm64")) == sys.executable


def test_an_image_of_yours_runs_in_the_local_clouds_own_python_and_is_told_of(caplog):
    assert interpreter_for(OWN) == sys.executable
    assert f"image {OWN} is not AWS's and is not run: its code runs here on scikit-learn {sklearn.__version__}" in (
        caplog.text
    )
    assert "up --python own=PATH" in caplog.text


def test_the_python_that_was_given_for_images_of_yours_is_taken(other_python, caplog):
    interpreters.use([f"own={other_python}"])
    assert interpreter_for(OWN) == str(other_python)
    assert str(other_python) in caplog.text
    assert interpreter_for(AWS.format(f"{MINOR}-0")) == sys.executable


def test_a_python_without_scikit_learn_has_no_version(tmp_path):
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    script.chmod(0o755)
    assert sklearn_version(str(script)) == ""


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("1.2-1", "is not VERSION=PATH"),
        ("newest=/usr/bin/python3", "is not VERSION=PATH"),
        ("1.2-1=/no/such/python", "there is no program at '/no/such/python'"),
    ],
)
def test_what_cannot_be_used_is_named(option, message):
    with pytest.raises(InterpreterError, match=message):
        interpreters.use([option])
