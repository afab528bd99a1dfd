"""Checks the user's script at synthesis: it exists, parses, and defines hooks that the server would call."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from constructs_lib.exceptions import EntryPointError
from constructs_lib.runtime_files import HOOKS_FILE, PACKAGE, RENAMED_HOOKS_FILE, runtime_files
from constructs_lib.source_files import parse_script, source_files
from constructs_lib.vendoring.requirements_file import requirement_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from constructs_lib.archive import ArchiveFile


@dataclass(frozen=True, kw_only=True)
class ServingCode:
    """The files that serve a model: the user's, and the runtime's beside them.

    Attributes
    ----------
    files
        Names relative to the code directory.
    program
        The user's script relative to the code directory, None without one.
    script
        The user's script on this machine, None without one.
    hooks_file
        Name of the runtime's hooks script among the files.
    hooks
        Names of the hooks that the user's script defines.
    requirements
        The lines of the user's requirements.txt, None without one.
    vendored
        Whether packages lie among the files, in a folder of their own.
    vendored_architecture
        The processor that one of them is compiled for; None where they run on any.
    """

    files: tuple[ArchiveFile, ...]
    program: str | None = None
    script: Path | None = None
    hooks_file: str = HOOKS_FILE
    hooks: frozenset[str] = field(default_factory=frozenset)
    requirements: tuple[str, ...] | None = None
    vendored: bool = False
    vendored_architecture: str | None = None


def serving_code(
    entry_point: str | Path | None, source_dir: str | Path | None, python_version: str | None
) -> ServingCode:
    """Collect the serving code.

    Parameters
    ----------
    entry_point
        The user's script: relative to `source_dir` when that is given, else to the working directory.
    source_dir
        A folder whose files all travel with the script.
    python_version
        The image's Python, whose syntax the script must keep to; None for this interpreter's.

    Raises
    ------
    EntryPointError
        With what is wrong with the script or the folder.
    """
    source = source_files(entry_point, source_dir)
    own = source.files
    names = {file.name for file in own}
    _refuse_reserved(names)
    hooks_file = RENAMED_HOOKS_FILE if HOOKS_FILE in names else HOOKS_FILE
    return ServingCode(
        files=(*own, *runtime_files(hooks_file)),
        program=source.program,
        script=source.script,
        hooks_file=hooks_file,
        hooks=frozenset() if source.script is None else _check_hooks(source.script, python_version),
        requirements=_requirements(own),
    )


def _refuse_reserved(names: set[str]) -> None:
    taken = sorted(name for name in names if name == RENAMED_HOOKS_FILE or name.split("/")[0] in _RESERVED)
    if taken:
        raise EntryPointError(f"{taken[0]!r} is the name of a file of the runtime; rename yours")


def _check_hooks(script: Path, python_version: str | None) -> frozenset[str]:
    tree = parse_script(script, python_version)
    names = frozenset(defined_names(tree.body))
    hooks = names & HOOKS
    if not hooks and "*" not in names:
        raise EntryPointError(
            f"entry_point {str(script)!r} defines none of the hooks {', '.join(sorted(HOOKS))}; "
            "define one, or leave entry_point out: the runtime's own hooks serve a plain model"
        )
    if "transform_fn" in hooks and (mixed := sorted(hooks & _REPLACED_BY_TRANSFORM)):
        raise EntryPointError(
            f"entry_point {str(script)!r} defines transform_fn and {', '.join(mixed)}; "
            "transform_fn replaces input_fn, predict_fn and output_fn: define it alone, or those three"
        )
    return hooks


def defined_names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the names that a module binds; ``*`` for a star import, whose names cannot be known here."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from (alias.asname or alias.name for alias in aliases)
            case ast.Assign(targets=targets):
                yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.If() | ast.Try() | ast.With():
                inner = (child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt))
                yield from defined_names(inner)
                for handler in getattr(statement, "handlers", ()):
                    yield from defined_names(handler.body)


def _requirements(files: Iterable[ArchiveFile]) -> tuple[str, ...] | None:
    file = next((file for file in files if file.name == REQUIREMENTS_FILE), None)
    return None if file is None else requirement_lines(file.source.read_text(encoding="utf-8"))


REQUIREMENTS_FILE = "requirements.txt"
# The folder of the code that packages travel in.
VENDORED_PACKAGES = "sklearn_runtime_vendored"
HOOKS = frozenset({"execution_parameters_fn", "input_fn", "model_fn", "output_fn", "predict_fn", "transform_fn"})
_REPLACED_BY_TRANSFORM = frozenset({"input_fn", "output_fn", "predict_fn"})
_RESERVED = frozenset({PACKAGE, VENDORED_PACKAGES})
