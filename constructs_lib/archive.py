"""Writes a deterministic tar.gz: the same files give the same tar on every machine, in constant memory."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from constructs_lib.exceptions import ConfigurationError
from constructs_lib.gzip_writer import GzipWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ArchiveFile:
    """One file of an archive: where it lies there, and where its content comes from."""

    name: str
    source: Path

    def below(self, folder: str) -> ArchiveFile:
        """Return the same file one folder deeper, e.g. ``hooks.py`` below ``code`` is ``code/hooks.py``."""
        return ArchiveFile(name=f"{folder}/{self.name}", source=self.source)


def list_files(root: Path) -> tuple[ArchiveFile, ...]:
    """List the regular files below `root`, without caches and version control, sorted by name as bytes.

    Raises
    ------
    ConfigurationError
        For a link to a folder, a socket, a pipe or a name that is not UTF-8: none of them can be packaged faithfully.
    """
    return tuple(sorted(_walk(root, root), key=lambda file: file.name.encode()))


def archive_digest(files: Iterable[ArchiveFile]) -> str:
    """Return the SHA-256 of the uncompressed tar, in hexadecimal (gzip's own bytes differ between zlib versions)."""
    writer = _DigestingWriter(None)
    _write_tar(files, writer)
    return writer.sha256.hexdigest()


def build_archive(files: Sequence[ArchiveFile], folder: Path) -> tuple[Path, str]:
    """Write ``<digest>.tar.gz`` into `folder`, unless an earlier synthesis left it there.

    Returns
    -------
    tuple
        The path of the archive, and the SHA-256 of its uncompressed tar.

    Raises
    ------
    ConfigurationError
        When a file changed while it was being packaged.
    """
    digest = archive_digest(files)
    target = folder / f"{digest}.tar.gz"
    if target.exists():
        return target, digest
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{digest}.{os.getpid()}.partial"
    try:
        with partial.open("wb") as file, GzipWriter(file) as compressed:
            writer = _DigestingWriter(compressed)
            _write_tar(files, writer)
        if writer.sha256.hexdigest() != digest:
            raise ConfigurationError("a file changed while it was being packaged; synthesize again")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target, digest


class _Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


class _DigestingWriter:
    """Passes bytes on, or drops them, and keeps their SHA-256."""

    def __init__(self, target: _Writable | None) -> None:
        self.sha256 = hashlib.sha256()
        self._target = target

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        if self._target is not None:
            self._target.write(data)
        return len(data)


def _write_tar(files: Iterable[ArchiveFile], writer: _DigestingWriter) -> None:
    # "w|" only ever appends, so neither the tar nor a file is held in memory.
    with tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
        for file in sorted(files, key=lambda file: file.name.encode()):
            with file.source.open("rb") as content:
                entry = tarfile.TarInfo(file.name)  # owner 0, time 0
                entry.mode = _FILE_MODE
                entry.size = content.seek(0, 2)
                content.seek(0)
                tar.addfile(entry, content)


def _walk(folder: Path, root: Path) -> Iterable[ArchiveFile]:
    for path in folder.iterdir():
        if path.name in IGNORED_NAMES or path.suffix in IGNORED_SUFFIXES:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, root)
        elif path.is_file():
            name = path.relative_to(root).as_posix()
            with contextlib.suppress(UnicodeEncodeError):
                name.encode()
                yield ArchiveFile(name=name, source=path)
                continue
            raise ConfigurationError(f"{path!r} has a name that is not UTF-8; rename it")
        else:
            raise ConfigurationError(f"{str(path)!r} is neither a file nor a folder; replace the link by what it means")


IGNORED_NAMES = frozenset(
    {
        ".DS_Store", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".svn",
        ".venv", "__pycache__", "cdk.out", "node_modules",
    }
)  # fmt: skip
IGNORED_SUFFIXES = frozenset({".pyc", ".pyo"})
_FILE_MODE = 0o644
