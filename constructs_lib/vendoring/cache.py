"""A folder of the user's for what was downloaded: made whole or not at all, and checked each time that it is used."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.archive import ArchiveFile, archive_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CACHE_VARIABLE = "SAGEMAKER_SKLEARN_CDK_CACHE"


def cache_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return where downloads are kept: ``SAGEMAKER_SKLEARN_CDK_CACHE``, else a folder where the system has caches.

    Example
    -------
    >>> cache_folder({"SAGEMAKER_SKLEARN_CDK_CACHE": "/var/cache/wheels"}).as_posix()
    '/var/cache/wheels'
    """
    if given := environ.get(CACHE_VARIABLE):
        return Path(given)
    if platform == "win32":
        home = Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif platform == "darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "sagemaker-sklearn-cdk"


def cached(key: str, fill: Callable[[Path], None]) -> Path:
    """Return the folder of a key; `fill` makes its content where it is not there, or no longer what it was.

    Several processes may ask at once: each fills a folder of its own, and the first is kept.
    """
    root = cache_folder()
    folder = root / key
    if folder.is_dir():
        if _is_whole(folder):
            return folder
        shutil.rmtree(folder)
    root.mkdir(parents=True, exist_ok=True)
    with _removed(Path(tempfile.mkdtemp(prefix=f"{key[:8]}-", dir=root))) as partial:
        (partial / CONTENT).mkdir()
        fill(partial)
        (partial / _DIGEST).write_text(_digest(partial), encoding="ascii")
        try:
            partial.rename(folder)
        except OSError:
            # Another process was faster.
            if not folder.is_dir():
                raise
    return folder


def folder_files(folder: Path) -> tuple[ArchiveFile, ...]:
    """List the content of a cached folder."""
    return _files(folder / CONTENT)


def _is_whole(folder: Path) -> bool:
    digest = folder / _DIGEST
    return digest.is_file() and digest.read_text(encoding="ascii") == _digest(folder)


def _digest(folder: Path) -> str:
    return archive_digest(file for file in _files(folder) if file.name != _DIGEST)


def _files(folder: Path) -> tuple[ArchiveFile, ...]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple(ArchiveFile(name=path.relative_to(folder).as_posix(), source=path) for path in found)


@contextmanager
def _removed(folder: Path) -> Iterator[Path]:
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


CONTENT = "packages"
_DIGEST = "sha256"
