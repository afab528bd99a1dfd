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
    return digest_of_sums((file.name, file_digest(file.source)) for file in files if is_counted(file.name))


def digest_of_sums(sums: Iterable[tuple[str, str]]) -> str:
    """Return the digest of files of which name and SHA-256 are known, in any order; see `model_digest`."""
    lines = (f"{sha256}  {name}\n" for name, sha256 in sorted(sums, key=lambda pair: pair[0].encode()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def is_counted(name: str) -> bool:
    """Tell whether a file, by its path relative to the model directory, counts for the digest."""
    return not name.startswith("code/")


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


_BLOCK_BYTES = 1 << 20
