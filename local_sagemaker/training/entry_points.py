"""How the toolkit installs and starts a user's entry point: a Python file, a Python package or a command."""

from __future__ import annotations

import enum
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class EntryPointKind(enum.Enum):
    """What an entry point is to the toolkit."""

    PACKAGE = "package"
    PROGRAM = "program"
    COMMAND = "command"


def kind_of(code_dir: Path, name: str) -> EntryPointKind:
    """Give the kind of an entry point.

    Parameters
    ----------
    code_dir : Path
        Stands for ``/opt/ml/code``. A ``setup.py`` in it makes a package of everything but a ``.sh`` file.
    name : str
        Path of the entry point below it.
    """
    if name.endswith(".sh"):
        return EntryPointKind.COMMAND
    if (code_dir / "setup.py").exists():
        return EntryPointKind.PACKAGE
    return EntryPointKind.PROGRAM if name.endswith(".py") else EntryPointKind.COMMAND


def start_command(kind: EntryPointKind, name: str, arguments: Sequence[str], python: str) -> tuple[str, ...]:
    """Give the command that starts an entry point, in the code directory.

    Parameters
    ----------
    kind : EntryPointKind
    name : str
        Path of the entry point below the code directory.
    arguments : sequence of str
    python : str
        Path of the interpreter.
    """
    if kind is EntryPointKind.COMMAND:
        return ("/bin/sh", "-c", f"./{name} {shlex.join(arguments)}")
    start = ["-m", name.replace(".py", "")] if kind is EntryPointKind.PACKAGE else [name]
    *words, last = [python, *start, *arguments]
    # The toolkit takes quotes off the last word, which were put on for another way to start.
    return (*words, last.strip('"'))
