"""The files of a model on this machine: which of them is the model, and how a ready archive is unpacked."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.exceptions import ModelDataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.archive import ArchiveFile


def is_model_file(name: str) -> bool:
    """Tell whether a file is the model by its suffix, which may be in capitals."""
    return name.lower().endswith(MODEL_SUFFIXES)


def model_files(files: Sequence[ArchiveFile]) -> tuple[ArchiveFile, ...]:
    """Return the files at the top of the model directory that the runtime would take for the model."""
    return tuple(file for file in files if is_model_file(file.name) and "/" not in file.name)


def content_problems(description: str, files: Sequence[ArchiveFile]) -> list[str]:
    """Say why the runtime's own ``model_fn`` would not know which file is the model."""
    found = model_files(files)
    if len(found) == 1:
        return []
    patterns = ", ".join(f"*{suffix}" for suffix in MODEL_SUFFIXES)
    remedy = f"keep exactly one of {patterns} at its top, or give an entry_point that defines model_fn"
    if found:
        return [f"{len(found)} model files in {description}: {_first_names(found)}; {remedy}"]
    return [f"no model file in {description}, only {_first_names(files)}; {remedy}"]


def unpack(archive: Path) -> Path:
    """Unpack a model.tar.gz into a new temporary folder, which the caller removes.

    Raises
    ------
    ModelDataError
        When the archive is damaged, or holds names that lead out of the folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="model-data-"))
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        shutil.rmtree(folder)
        raise ModelDataError(f"model file {str(archive)!r} cannot be unpacked: {error}; make it anew") from None
    return folder


def _first_names(files: Sequence[ArchiveFile]) -> str:
    names = [file.name for file in files]
    return ", ".join(names[:_NAMES_SHOWN]) + (", ..." if len(names) > _NAMES_SHOWN else "")


# What the runtime's own model_fn loads; a test holds the two equal.
MODEL_SUFFIXES = (".joblib", ".pkl", ".pickle", ".skops")
_NAMES_SHOWN = 5
