"""The scikit-learn version that a model was fitted with, read from its file without unpickling anything."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from typing import IO, Any, Callable, Iterator, Match, Optional

__all__ = ["read_sklearn_version"]

CHUNK_BYTES = 1 << 20
OVERLAP_BYTES = 64
"""More than the key, the opcodes between, the version and the margin take."""
MARGIN_BYTES = 8
"""A version nearer to the end of a chunk may go on in the next one."""

_KEY = b"_sklearn_version"

# Every estimator's state ends with its version: the key, perhaps a memo opcode, then a string with its length.
_VERSION = re.compile(
    _KEY + rb"(?:\x94|q.|r.{4})?(?:\x8c.|X.{4}|U.)(\d{1,3}\.\d{1,3}(?:\.\d{1,3}|\.?(?:dev|rc|a|b)\d{1,3})*)",
    re.DOTALL,
)


def _zlib_chunks(path: str) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    with open(path, "rb") as stream:
        for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""):
            yield inflate.decompress(chunk)


def _chunks(path: str, opener: Callable[[str], IO[bytes]]) -> Iterator[bytes]:
    with opener(path) as stream:
        yield from iter(lambda: stream.read(CHUNK_BYTES), b"")


def _opener(path: str) -> "Callable[[str], Any]":
    """How joblib's compressors are read: each is known by its first bytes."""
    with open(path, "rb") as stream:
        start = stream.read(6)
    if start.startswith(b"\x1f\x8b"):
        return gzip.open
    if start.startswith(b"BZh"):
        return bz2.open
    if start.startswith((b"\xfd7zXZ", b"]\x00\x00")):
        return lzma.open
    return lambda name: open(name, "rb")


def _search(data: bytes) -> "Optional[Match[bytes]]":
    # Finding the key alone first is four times as fast as the regular expression: a model may have gigabytes before it.
    place = data.find(_KEY)
    while place >= 0:
        found = _VERSION.match(data, place)
        if found:
            return found
        place = data.find(_KEY, place + 1)
    return None


def read_sklearn_version(path: str) -> Optional[str]:
    """The first scikit-learn version that a pickle or joblib file names.

    Parameters
    ----------
    path : str
        Plain or compressed with zlib, gzip, bz2, xz or lzma.

    Returns
    -------
    str or None
        None where the file names none (no estimator of scikit-learn, or a compression not read here).
    """
    with open(path, "rb") as stream:
        is_zlib = stream.read(1) == b"\x78"
    chunks = _zlib_chunks(path) if is_zlib else _chunks(path, _opener(path))
    tail = b""
    try:
        for chunk in chunks:
            tail += chunk
            found = _search(tail)
            if found and found.end() + MARGIN_BYTES <= len(tail):
                break
            tail = tail[-OVERLAP_BYTES:]
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return None
    found = _search(tail)
    return found.group(1).decode("ascii") if found else None
