"""Finds the Python of a version: as it was given, on the path, or among those of pyenv."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["InterpreterMissingError", "find_interpreter"]

# Of what a virtual environment with pip needs, what distributions leave out.
_PROBE = "import ensurepip, ssl, sys; print('{}.{}'.format(*sys.version_info[:2]))"
_WAIT_SECONDS = 60


class InterpreterMissingError(RuntimeError):
    """No Python of that version starts here; the message has the remedy."""


def find_interpreter(version: str, environ: Mapping[str, str] = os.environ) -> Path:
    """The first Python of a version that starts and can make virtual environments.

    Parameters
    ----------
    version
        Major and minor number, like 3.9.
    environ
        ``PYTHON_3_9`` names the interpreter, and nothing else is tried then; else it is looked for as ``python3.9`` on
        ``PATH``, and in the versions of pyenv below ``PYENV_ROOT`` (default ``~/.pyenv``), the newest first.

    Raises
    ------
    InterpreterMissingError
    """
    variable = f"PYTHON_{version.replace('.', '_')}"
    given = environ.get(variable)
    tried = [Path(given)] if given else list(_candidates(version, environ))
    for path in tried:
        if _version_of(path) == version:
            return path
    remedy = (
        f"install it (with pyenv: pyenv install {version}) or give one: make test-images {variable}=/path/to/python"
    )
    if given:
        raise InterpreterMissingError(f"{variable}={given} is no Python {version} with ssl and venv: {remedy}")
    where = f" ({', '.join(map(str, tried))} did not start, or without ssl or venv)" if tried else ""
    raise InterpreterMissingError(f"no Python {version} found{where}: {remedy}")


def _candidates(version: str, environ: Mapping[str, str]) -> Iterator[Path]:
    on_path = shutil.which(f"python{version}", path=environ.get("PATH", ""))
    if on_path:
        yield Path(on_path)
    root = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/")) / ".pyenv")
    found = root.glob(f"versions/{version}.*/bin/python")
    yield from sorted(
        found, key=lambda path: [int(number) for number in re.findall(r"\d+", path.parts[-3])], reverse=True
    )


def _version_of(path: Path) -> str | None:
    """What the interpreter says of itself; None where it does not start, as pyenv's shims for a version not chosen."""
    try:
        done = subprocess.run([path, "-c", _PROBE], capture_output=True, text=True, check=False, timeout=_WAIT_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip()
