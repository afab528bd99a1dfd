"""Which Python a container runs in: the local cloud's own, or one that was given for an image."""

from __future__ import annotations

import functools
import importlib.metadata
import logging
import os
import re
import shutil
import subprocess
import sys

_AWS_IMAGE = re.compile(r"/sagemaker-scikit-learn:(?P<version>.+?)(?:-arm64)?-cpu-py3$")
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?(?:-\w+)*")
_OWN = "own"
_given: dict[str, str] = {}
_log = logging.getLogger(__name__)


class InterpreterError(ValueError):
    """What ``--python`` says cannot be used."""


def use(options: list[str]) -> None:
    """Take interpreters for versions of the image, in place of those taken before.

    Parameters
    ----------
    options
        Each ``VERSION=PATH``, such as ``1.2-1=/opt/py39/bin/python``: an interpreter with scikit-learn, for models
        whose image has that version; ``own=PATH`` for those whose image is not AWS's.

    Raises
    ------
    InterpreterError
        One is of another form, or is no program.
    """
    interpreters = {}
    for option in options:
        version, separator, path = option.partition("=")
        if not separator or not (version == _OWN or _VERSION.fullmatch(version)):
            raise InterpreterError(
                f"--python {option!r} is not VERSION=PATH; give for example 1.2-1=/opt/py39/bin/python, or {_OWN}=PATH "
                "for images that are not AWS's"
            )
        program = shutil.which(path)
        if program is None:
            raise InterpreterError(f"--python {option!r}: there is no program at {path!r}; give the path of a Python")
        # Not resolved: the link in a virtual environment says which environment it is.
        interpreters[version] = os.path.abspath(program)  # noqa: PTH100 - Path.absolute keeps ".."
    _given.clear()
    _given.update(interpreters)


def is_awss(image: str) -> bool:
    """Tell whether an image is AWS's scikit-learn image.

    Parameters
    ----------
    image
        URI.
    """
    return _AWS_IMAGE.search(image) is not None


def interpreter_for(image: str) -> str:
    """Give the interpreter for an image, and warn where its scikit-learn is not the image's, or may not be.

    Parameters
    ----------
    image
        URI; only AWS's scikit-learn images have a version that is known here.
    """
    found = _AWS_IMAGE.search(image)
    if found is None:
        python = _given.get(_OWN, sys.executable)
        _log.warning(
            "image %s is not AWS's and is not run: its code runs here on scikit-learn %s (%s): up --python %s=PATH "
            "gives another",
            image,
            sklearn_version(python) or "none",
            python,
            _OWN,
        )
        return python
    version = found["version"]
    python = _given.get(version, sys.executable)
    wanted, there = ".".join(re.split(r"[.-]", version)[:2]), sklearn_version(python)
    if ".".join(there.split(".")[:2]) != wanted:
        _log.warning(
            "image %s has scikit-learn %s, but its models run here on %s (%s): up --python %s=PATH gives another",
            version,
            wanted,
            there or "none",
            python,
            version,
        )
    return python


@functools.cache
def sklearn_version(python: str) -> str:
    """Give the version of the scikit-learn that an interpreter has, "" for none.

    Parameters
    ----------
    python
        Path of the interpreter.
    """
    if python == sys.executable:
        return importlib.metadata.version("scikit-learn")
    # sklearn says it itself; importlib.metadata is not there before Python 3.8.
    command = [python, "-c", "import sklearn; print(sklearn.__version__)"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout.strip()
