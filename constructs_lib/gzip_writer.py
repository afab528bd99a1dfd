"""Writes one gzip member (RFC 1952) in blocks side by side, and stores those that hardly shrink."""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class GzipWriter:
    """A context manager whose `write` appends to one gzip member in `file`, in constant memory.

    Each block is deflated for itself (zlib lets other threads run meanwhile) and ends on a whole byte (RFC 1951,
    section 3.2.4), so that the blocks in their order are one stream, which every gzip reads. A block whose beginning
    hardly shrinks, as the numbers of a fitted model, is stored: deflating would cost minutes a few GB for some per
    cent, and inflating costs every instance that starts.

    The bytes do not depend on how many threads there are. They may differ between versions of zlib.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._pending = bytearray()
        self._blocks: deque[Future[bytes]] = deque()
        self._crc = 0
        self._size = 0
        self._threads = min(_MOST_THREADS, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="gzip")

    def __enter__(self) -> Self:
        self._file.write(_HEADER)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._pool:
            if kind is None:
                self._finish()
            else:
                self._pool.shutdown(wait=False, cancel_futures=True)

    def write(self, data: bytes) -> int:
        """Append `data`; of any size, and not written through to the file before a block is full."""
        self._crc = zlib.crc32(data, self._crc)
        self._size += len(data)
        self._pending += data
        while len(self._pending) >= BLOCK:
            self._submit(bytes(self._pending[:BLOCK]))
            del self._pending[:BLOCK]
        return len(data)

    def _submit(self, block: bytes) -> None:
        self._blocks.append(self._pool.submit(_deflate, block))
        while len(self._blocks) > self._threads + 1:
            self._file.write(self._blocks.popleft().result())

    def _finish(self) -> None:
        self._submit(bytes(self._pending))
        while self._blocks:
            self._file.write(self._blocks.popleft().result())
        self._file.write(_LAST_BLOCK + struct.pack("<LL", self._crc, self._size & 0xFFFFFFFF))


def _deflate(block: bytes) -> bytes:
    beginning = block[:_PROBE]
    shrinks = len(zlib.compress(beginning, _LEVEL)) < _WORTHWHILE * len(beginning)
    deflated = zlib.compressobj(_LEVEL if shrinks else 0, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflated.compress(block) + deflated.flush(zlib.Z_FULL_FLUSH)


BLOCK = 1 << 20
_PROBE = 1 << 16
_WORTHWHILE = 0.9
_LEVEL = 1  # level 6 takes five times as long on fitted models, for a few per cent
_MOST_THREADS = 8
# Deflate, no name, no time, the fastest algorithm, an unknown system: the same bytes everywhere.
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
_LAST_BLOCK = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS).flush()  # empty
