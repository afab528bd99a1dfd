"""Unpacks a wheel as an installer does, without scripts: https://packaging.python.org/specifications/binary-distribution-format/."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath

from constructs_lib.exceptions import RequirementsError


def unpack(wheel: Path, folder: Path) -> None:
    """Write the modules and data of a wheel into a folder that is on the path of modules.

    Parameters
    ----------
    wheel
        Its hash was checked.
    folder
        Must exist; a file that is there already is replaced.

    Raises
    ------
    RequirementsError
        It is no wheel, is too large, or would write elsewhere.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if (size := sum(entry.file_size for entry in entries)) > _MAX_BYTES:
                raise RequirementsError(f"{wheel.name} has {size:,} bytes unpacked; a package may have {_MAX_BYTES:,}")
            for entry in entries:
                if place := _place(entry.filename, wheel.name):
                    target = folder / place
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(entry) as content, target.open("wb") as file:
                        shutil.copyfileobj(content, file)
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise RequirementsError(f"{wheel.name} cannot be unpacked: {error}") from error


def _place(name: str, wheel: str) -> PurePosixPath | None:
    """Return where a file of a wheel goes; None for one that is not imported."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in path.parts[0]:
        raise RequirementsError(f"{wheel} has a file {name!r}, which lies outside of it; use another version")
    if path.suffix in {".pyc", ".pyo"}:
        return None
    if not path.parts[0].endswith(".data"):
        return path
    if path.parts[1:2] in (("purelib",), ("platlib",)):
        return PurePosixPath(*path.parts[2:])
    return None


# SageMaker's largest endpoint volumes aside, an archive of more is not uploaded by the CDK command line.
_MAX_BYTES = 4 << 30
