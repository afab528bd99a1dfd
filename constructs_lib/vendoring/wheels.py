"""The wheels of pinned packages, downloaded once by pip and unpacked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.exceptions import RequirementsError
from constructs_lib.vendoring.cache import CONTENT, cache_folder, cached, folder_files
from constructs_lib.vendoring.pip_run import PipFailed, run_pip
from constructs_lib.vendoring.requirements_file import without_hashes
from constructs_lib.vendoring.unpacking import unpack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from constructs_lib.archive import ArchiveFile
    from constructs_lib.vendoring.requirements_file import Pin
    from constructs_lib.vendoring.target import Target


@dataclass(frozen=True, kw_only=True)
class UnpackedWheels:
    """Packages as they lie on the path of modules.

    Attributes
    ----------
    files
        Names relative to the folder that is on the path.
    architecture
        The processor that a compiled one is made for; None where all run on any.
    """

    files: tuple[ArchiveFile, ...]
    architecture: str | None


def unpacked_wheels(pins: Sequence[Pin], options: Sequence[str], target: Target) -> UnpackedWheels:
    """Return the packages, from the user's cache where they are there, else downloaded.

    Parameters
    ----------
    pins
        At least one.
    options
        Lines that say which index pip asks.
    target
        What they must run on.

    Raises
    ------
    RequirementsError
        A wheel is missing or is not what its hash says, or no index answers.
    """
    lines = sorted(pin.line for pin in pins)
    key = hashlib.sha256(json.dumps([_LAYOUT, lines, target.pip_arguments()]).encode()).hexdigest()

    def download(folder: Path) -> None:
        wheels = _download(lines, options, target, folder / "wheels")
        for wheel in wheels:
            unpack(wheel, folder / CONTENT)
            wheel.unlink()
        compiled = [wheel.name for wheel in wheels if not wheel.name.endswith("-any.whl")]
        (folder / _COMPILED).write_text("\n".join(compiled), encoding="utf-8")

    folder = cached(key, download)
    compiled = (folder / _COMPILED).read_text(encoding="utf-8")
    return UnpackedWheels(files=folder_files(folder), architecture=target.architecture if compiled else None)


def _download(lines: Sequence[str], options: Sequence[str], target: Target, folder: Path) -> list[Path]:
    folder.mkdir()
    requirements = folder.with_name("requirements.txt")
    requirements.write_text("\n".join([*options, *lines, ""]), encoding="utf-8")
    try:
        run_pip("download", target, "--no-deps", "--require-hashes", "--dest", str(folder), "-r", str(requirements))
    except PipFailed as error:
        raise RequirementsError(_explanation(error, target)) from error
    return sorted(folder.iterdir())


def _explanation(error: PipFailed, target: Target) -> str:
    if error.missing is None:
        return f"pip could not download the wheels of requirements.txt for {target}: {error}"
    if error.unreachable:
        return (
            f"{without_hashes(error.missing)} of requirements.txt is not in {str(cache_folder())!r} yet, and "
            f"{' and '.join(error.unreachable)} cannot be reached; synthesize once with a connection, or name a folder "
            "that has the wheels in PIP_FIND_LINKS"
        )
    name, _, version = error.missing.partition("==")
    others = error.files_passed_over(name, version)
    there = f"there is {', '.join(others)}" if others else f"pip says: {error}"
    return (
        f"{error.missing} of requirements.txt has no wheel for {target}; {there}; choose a version that has one, or "
        "build one and name its folder in PIP_FIND_LINKS, or use requirements='installed'"
    )


# Changes when what is kept in the cache does.
_LAYOUT = 1
_COMPILED = "compiled"
