"""The user's program: a script in the code directory, imported with everything that lies beside it."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import sys
from types import ModuleType
from typing import List, Sequence, Tuple

from sklearn_runtime.errors import ModelLoadError

__all__ = ["load_program"]

logger = logging.getLogger("sklearn_runtime")

FALLBACK_NAME = "sklearn_runtime_program"
"""Module name of a script whose own name is taken or cannot be imported, such as ``my-hooks.py``."""


def load_program(program: str, code_dirs: Sequence[str]) -> ModuleType:
    """Import the user's script.

    Parameters
    ----------
    program : str
        Path relative to a code directory, for example ``hooks.py`` or ``serving/hooks.py``.
    code_dirs : sequence of str
        Searched in order. The one that holds the script, and the script's own directory, are put on ``sys.path``.

    Raises
    ------
    ModelLoadError
        There is no such script, or it raised while it was imported.
    """
    code_dir, path = _found(program, code_dirs)
    for folder in (os.path.dirname(path), code_dir):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    importlib.invalidate_caches()
    name = os.path.splitext(os.path.relpath(path, code_dir))[0].replace(os.sep, ".")
    try:
        return _imported(name, path)
    except (Exception, SystemExit) as error:
        logger.exception("%s cannot be imported", program)
        hint = "; add it to source_dir or requirements.txt" if isinstance(error, ModuleNotFoundError) else ""
        raise ModelLoadError(f"{program} cannot be imported: {type(error).__name__}: {error}{hint}") from error


def _found(program: str, code_dirs: Sequence[str]) -> Tuple[str, str]:
    for code_dir in code_dirs:
        path = os.path.normpath(os.path.join(code_dir, program))
        for candidate in (path, path + ".py"):
            if candidate.endswith(".py") and os.path.isfile(candidate):
                return code_dir, candidate
    scripts: List[str] = []
    for code_dir in code_dirs:
        if os.path.isdir(code_dir):
            scripts += sorted(name for name in os.listdir(code_dir) if name.endswith(".py"))
    raise ModelLoadError(
        f"the program {program} is not in {' or '.join(code_dirs)} (scripts there: {', '.join(scripts) or 'none'}): "
        "give the entry point's path relative to source_dir"
    )


def _imported(name: str, path: str) -> ModuleType:
    """By its own name where that name means this file: what it pickled, and siblings that import it, find it so."""
    if all(part.isidentifier() for part in name.split(".")):
        spec = importlib.util.find_spec(name)
        origin = None if spec is None else spec.origin
        if origin is not None and os.path.exists(origin) and os.path.samefile(origin, path):
            return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(FALLBACK_NAME, path)
    if spec is None or spec.loader is None:
        raise ModelLoadError(f"{path} cannot be imported: it is no Python script")
    module = importlib.util.module_from_spec(spec)
    sys.modules[FALLBACK_NAME] = module
    spec.loader.exec_module(module)
    return module
