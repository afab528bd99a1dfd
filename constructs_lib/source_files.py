"""The user's code: a script, and the folder that travels with it."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

from constructs_lib.archive import ArchiveFile, list_files
from constructs_lib.exceptions import EntryPointError


@dataclass(frozen=True, kw_only=True)
class SourceFiles:
    """The user's code.

    Attributes
    ----------
    files
        Everything that travels; names relative to the code directory.
    script
        The script on this machine, None without one.
    program
        The script relative to the code directory, None without one.
    """

    files: tuple[ArchiveFile, ...]
    script: Path | None = None
    program: str | None = None


def source_files(entry_point: str | Path | None, source_dir: str | Path | None) -> SourceFiles:
    """Collect the user's code.

    Parameters
    ----------
    entry_point
        The script: relative to `source_dir` when that is given, else to the working directory.
    source_dir
        A folder whose files all travel with the script; default: the script alone.

    Raises
    ------
    EntryPointError
        Folder or script does not exist, or the script lies elsewhere.
    """
    root = None if source_dir is None else Path(source_dir)
    if root is not None and not root.is_dir():
        raise EntryPointError(f"source_dir {str(source_dir)!r} is not a folder; give the folder that holds your code")
    script = None if entry_point is None else (root or Path()) / entry_point
    if script is not None and not script.is_file():
        raise EntryPointError(
            f"entry_point {str(entry_point)!r} does not exist in {str(root or Path.cwd())!r}; "
            "give a path relative to source_dir, or to the working directory without one"
        )
    files = list_files(root) if root is not None else _only(script)
    program = None
    if script is not None:
        program = next((file.name for file in files if file.source.resolve() == script.resolve()), None)
        if program is None:
            raise EntryPointError(
                f"entry_point {str(entry_point)!r} lies outside source_dir {str(root)!r}; move it there"
            )
    return SourceFiles(files=files, script=script, program=program)


def parse_script(script: Path, python_version: str | None) -> ast.Module:
    """Parse a script with the syntax of a Python version.

    Parameters
    ----------
    script
        The file.
    python_version
        Such as ``3.9``; None for this interpreter's.

    Raises
    ------
    EntryPointError
        It is not valid Python of that version.
    """
    major, minor = map(int, python_version.split(".")) if python_version else sys.version_info[:2]
    try:
        return ast.parse(script.read_bytes(), filename=str(script), feature_version=(major, minor))
    except (SyntaxError, ValueError) as error:
        raise EntryPointError(f"entry point {str(script)!r} is not valid Python {major}.{minor}: {error}") from None


def _only(script: Path | None) -> tuple[ArchiveFile, ...]:
    return () if script is None else (ArchiveFile(name=script.name, source=script),)
