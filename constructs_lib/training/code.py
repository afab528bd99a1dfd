"""The code of a training job: checked at synthesis, so that a job does not find out what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.archive import ArchiveFile
from constructs_lib.exceptions import EntryPointError
from constructs_lib.source_files import SourceFiles, parse_script, source_files

if TYPE_CHECKING:
    from collections.abc import Iterator


def training_code(entry_point: str | Path, source_dir: str | Path | None, python_version: str | None) -> SourceFiles:
    """Collect the training code, with a module beside it that gives SageMaker the reason when the script fails.

    Parameters
    ----------
    entry_point
        The script: relative to `source_dir` when that is given, else to the working directory.
    source_dir
        A folder whose files all travel with the script.
    python_version
        The image's Python, whose syntax the script must keep to; None for this interpreter's.

    Raises
    ------
    EntryPointError
        With what is wrong with the script or the folder.
    """
    code = source_files(entry_point, source_dir)
    script = code.script
    if script is None or script.suffix not in {".py", ".sh"}:
        raise EntryPointError(f"entry_point {str(entry_point)!r} is neither a .py nor a .sh file; give one of these")
    if script.suffix == ".py":
        parse_script(script, python_version)
    if any(file.name == _FAILURE_REASON.name for file in code.files):
        return code
    return replace(code, files=(*code.files, ArchiveFile(name=_FAILURE_REASON.name, source=_FAILURE_REASON)))


def requirements_of(code: SourceFiles) -> list[str]:
    """Give the names of the files of packages that the image's toolkit installs."""
    return [file.name for file in code.files if file.name == "requirements.txt"]


def training_code_problems(code: SourceFiles, *, network_isolation: bool) -> Iterator[str]:
    """Say what would keep the code from running in the container."""
    if network_isolation and requirements_of(code):
        yield (
            "network_isolation keeps pip from installing requirements.txt; use an image of your own that has the "
            "packages (SklearnImage.from_ecr, SklearnImage.from_asset), or remove the file"
        )


_FAILURE_REASON = Path(__file__).with_name("job_files") / "sitecustomize.py"
