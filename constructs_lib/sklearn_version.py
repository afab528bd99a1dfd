"""Reads the scikit-learn version that a model was fitted with from its file, without unpickling it."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import importlib
import io
import lzma
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


def find_sklearn_version(path: Path) -> str | None:
    """Return the version that the first estimator in the file was saved with, or None where there is none to find.

    scikit-learn writes ``_sklearn_version`` into the state of every estimator of its own. The decompressed bytes
    are searched for it, block by block: pickle, joblib (plain, zlib, gzip, bz2, lzma, xz; lz4 where that package is
    installed) and skops.
    """
    with contextlib.suppress(OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile):
        return _search(_blocks(path))
    return None


def minor(version: str) -> str:
    """Return major and minor number: models are portable within these.

    Example
    -------
    >>> minor("1.9.0")
    '1.9'
    """
    return ".".join(version.split(".")[:2])


def is_version(text: str) -> bool:
    """Tell whether `text` is a scikit-learn version with at least major and minor number."""
    return re.fullmatch(_VERSION, text) is not None


def _search(blocks: Iterator[bytes]) -> str | None:
    window = b""
    for block in blocks:
        window = window[-_WINDOW_BYTES:] + block
        if found := _PATTERN.search(window):
            return found[1].decode()
    return None


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield from _read(member)
        return
    if _is_zlib(head):
        with path.open("rb") as file:
            yield from _inflate(file)
        return
    opener = next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), io.FileIO)
    with opener(path) as stream:
        yield from _read(stream)


def _read(stream: _Readable) -> Iterator[bytes]:
    while block := stream.read(_BLOCK_BYTES):
        yield block


def _inflate(file: _Readable) -> Iterator[bytes]:
    decompressor = zlib.decompressobj()
    for block in _read(file):
        pending = block
        while pending and not decompressor.eof:
            yield decompressor.decompress(pending, _BLOCK_BYTES)
            pending = decompressor.unconsumed_tail


def _is_zlib(head: bytes) -> bool:
    # RFC 1950: deflate with a 32 KiB window, and the two bytes are a multiple of 31. A pickle starts with 0x80.
    return len(head) > 1 and head[0] == 0x78 and int.from_bytes(head[:2], "big") % 31 == 0


def _open_lz4(path: Path) -> AbstractContextManager[_Readable]:
    try:
        frame = importlib.import_module("lz4.frame")
    except ImportError:
        raise OSError("joblib's lz4 files need the package lz4") from None
    return cast("AbstractContextManager[_Readable]", frame.LZ4FrameFile(str(path)))


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


_OPENERS: dict[bytes, Callable[[Path], AbstractContextManager[_Readable]]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\x5d\x00": lzma.LZMAFile,
    b"\xfd7zXZ": lzma.LZMAFile,
    b"\x04\x22\x4d\x18": _open_lz4,
}
_VERSION = r"\d{1,4}\.\d{1,4}(?:\.\d{1,4})*(?:\.?(?:a|b|rc|dev|post)\d{1,4})*"
# In a pickle, opcodes stand between the name and the version: memo, frame, then the text's own opcode and length.
_PICKLED = rb"\n?(?:\x94|q.|r.{4}|p\d+\n)?(?:\x95.{8})?(?:\x8c.|X.{4}|V)"
_SKOPS = rb'": \{[^{}]{0,300}?"content": "\\"'
# What follows must have been read as well, or a block that ends inside 1.10 would give 1.1.
_PATTERN = re.compile(
    rb"_sklearn_version(?:" + _PICKLED + b"|" + _SKOPS + b")(" + _VERSION.encode() + rb")(?=[^0-9.])", re.DOTALL
)
_BLOCK_BYTES = 1 << 20
_WINDOW_BYTES = 512
