"""The code of a front function: this library's handler, and the user's module, checked at synthesis."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aws_cdk import Stage

from constructs_lib.archive import ArchiveFile, archive_digest, list_files
from constructs_lib.entry_point import defined_names
from constructs_lib.exceptions import EntryPointError
from constructs_lib.source_files import parse_script, source_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs import Construct

PACKAGE = "sklearn_front"
"""What the handler's package is called where the function runs."""
HANDLER = f"{PACKAGE}.index.handler"


@dataclass(frozen=True, kw_only=True)
class FrontCode:
    """What a front function is made of.

    Attributes
    ----------
    files
        Names relative to the function's root.
    module
        The user's module as it is imported; None without one.
    """

    files: tuple[ArchiveFile, ...]
    module: str | None = None


def front_code(entry_point: str | Path | None, source_dir: str | Path | None) -> FrontCode:
    """Collect the code.

    Parameters
    ----------
    entry_point
        The user's module: relative to `source_dir` when that is given, else to the working directory.
    source_dir
        A folder whose files all travel with it.

    Raises
    ------
    EntryPointError
        With what is wrong with the module or the folder.
    """
    source = source_files(entry_point, source_dir)
    if source.script is None and source_dir is not None:
        raise EntryPointError(f"source_dir {str(source_dir)!r} has no entry_point; give the module with the hooks")
    if any(file.name.partition("/")[0] == PACKAGE for file in source.files):
        raise EntryPointError(f"{PACKAGE!r} is the name of the handler's own package; rename yours")
    files = (*source.files, *(file.below(PACKAGE) for file in list_files(_OURS)))
    return FrontCode(files=files, module=None if source.script is None else _module(source.script, source.program))


def write_code(scope: Construct, code: FrontCode) -> Path:
    """Write the code into a folder of its own, which becomes the function's asset."""
    folder = Path(cast("Stage", Stage.of(scope)).asset_outdir) / "sklearn-front" / archive_digest(code.files)
    for file in code.files:
        target = folder / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.source.read_bytes())
    return folder


def _module(script: Path, program: str | None) -> str:
    name = (program or "").removesuffix(".py").replace("/", ".")
    if script.suffix != ".py" or not all(part.isidentifier() for part in name.split(".")):
        raise EntryPointError(
            f"entry_point {str(script)!r} is no module that can be imported; give a .py file whose name, and those of "
            "the folders above it, are of letters, digits and underscores"
        )
    tree = parse_script(script, None)
    names = set(defined_names(tree.body))
    if not names & HOOKS and "*" not in names:
        raise EntryPointError(
            f"entry_point {str(script)!r} defines none of the hooks {', '.join(sorted(HOOKS))}; define one, or leave "
            "entry_point out: requests and answers are then passed on as they are"
        )
    if problems := list(_signature_problems(tree.body)):
        raise EntryPointError(*(f"entry_point {str(script)!r} {problem}" for problem in problems))
    return name


def _signature_problems(body: list[ast.stmt]) -> Iterator[str]:
    for statement in body:
        match statement:
            case ast.AsyncFunctionDef(name=name) if name in HOOKS:
                yield f"defines {name} as a coroutine, which nothing waits for; write 'def {name}(body, content_type)'"
            case ast.FunctionDef(name=name, args=args) if name in HOOKS and not _takes_two(args):
                yield f"defines {name} with other parameters than two; write 'def {name}(body, content_type)'"


def _takes_two(arguments: ast.arguments) -> bool:
    places = [*arguments.posonlyargs, *arguments.args]
    needed = len(places) - len(arguments.defaults)
    optional = all(default is not None for default in arguments.kw_defaults)
    return optional and needed <= 2 and (len(places) >= 2 or arguments.vararg is not None)


HOOKS = frozenset({"after", "before"})
_OURS = Path(__file__).with_name("function_code")
