"""The modules of scikit-learn that a model's file names, imported while the file's digest is still computed."""

from __future__ import annotations

import contextlib
import importlib
import os
import re

__all__ = ["import_modules_of"]

SEARCHED_BYTES = 64 << 10
"""A model names its classes where it uses them first; most stand at the start of the file."""

_MODULE = re.compile(rb"sklearn(?:\.\w{1,50}){1,4}")


def import_modules_of(model_dir: str) -> None:
    """Import what the model is going to need, as far as its files say so before anything is unpickled.

    Nothing of the model runs: only scikit-learn's own modules are imported. One that cannot be imported is left out;
    the loader says so if it is needed.
    """
    importlib.import_module("sklearn")
    names = {name.decode("ascii") for path in _files(model_dir) for name in _MODULE.findall(_start(path))}
    for name in sorted(names):
        with contextlib.suppress(Exception):  # a name in a file may be anything
            importlib.import_module(name)


def _files(model_dir: str) -> "list[str]":
    paths = [os.path.join(model_dir, name) for name in os.listdir(model_dir)]
    return [path for path in paths if path.lower().endswith((".joblib", ".pkl", ".pickle")) and os.path.isfile(path)]


def _start(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read(SEARCHED_BYTES)
