"""The digest of a model's files, which the runtime checks before it unpickles anything."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from constructs_lib.archive import ArchiveFile


def model_digest(files: Iterable[ArchiveFile]) -> str:
    """Return the SHA-256, in hexadecimal, of the list of the files' own SHA-256 sums.

    The list is what ``sha256sum`` prints for the files sorted by name as bytes: one line a file,
    ``<sha256>  <path relative to the model directory>``. The top-level folder ``code/`` does not count: it holds
    the serving code, which the construct adds to the archive.
    """
    lines = (
        f"{_file_digest(file.source)}  {file.name}\n"
        for file in sorted(files, key=lambda file: file.name.encode())
        if not file.name.startswith("code/")
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


_BLOCK_BYTES = 1 << 20
