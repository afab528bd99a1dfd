"""Reads results while they come: whole rows as soon as their bytes are there, where the content type allows it."""

from __future__ import annotations

import io
import math
import tokenize
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from endpoint_client.exceptions import EndpointUnreachable, UnreadableResponse
from endpoint_client.transport.responses import RawResponse, read_array
from sklearn_runtime.content_types import ALIASES, JSON_LINES, NPY, NPY_MAGIC

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Magic string, lengths, and what NumPy reads of a header.
_HEADER_BYTES = 12 + 10_000
# Numbers, booleans, text and times: what an answer of NPY holds (`codecs.decode_npy`).
_PLAIN = "biufcSUMm"


class StreamedRows(Protocol):
    """Takes bytes, gives rows."""

    def feed(self, data: bytes) -> NDArray[Any] | None:
        """Take the next bytes, and give the rows that they complete; None: none yet."""

    def finish(self) -> NDArray[Any] | None:
        """Give what only the end of the answer completes.

        Raises
        ------
        UnreadableResponse
            The answer is none.
        EndpointUnreachable
            It broke off.
        """


def rows_reader(content_type: str) -> StreamedRows:
    """Give what reads an answer of a content type: NPY and JSON lines row by row, all else at its end.

    Example
    -------
    >>> reader = rows_reader("application/jsonlines")
    >>> reader.feed(b"[0.5, 0.5]\\n[0.2"), reader.feed(b"5, 0.75]\\n"), reader.finish()
    (array([[0.5, 0.5]]), array([[0.25, 0.75]]), None)
    """
    essence = content_type.partition(";")[0].strip().lower()
    return _READERS.get(ALIASES.get(essence, essence), _Whole)(content_type)


class _Whole:
    def __init__(self, content_type: str) -> None:
        self._content_type = content_type
        self._data = bytearray()

    def feed(self, data: bytes) -> NDArray[Any] | None:
        self._data += data
        return None

    def finish(self) -> NDArray[Any] | None:
        array: NDArray[Any] = read_array(RawResponse(body=bytes(self._data), content_type=self._content_type))
        return array


class _JsonLines(_Whole):
    def feed(self, data: bytes) -> NDArray[Any] | None:
        # No line of JSON has a line break within.
        lines, end, rest = data.rpartition(b"\n")
        if not end:
            self._data += data
            return None
        complete = bytes(self._data) + lines + end
        self._data[:] = rest
        if not complete.strip():
            return None
        array: NDArray[Any] = read_array(RawResponse(body=complete, content_type=self._content_type))
        return array

    def finish(self) -> NDArray[Any] | None:
        return super().finish() if self._data.strip() else None


class _Npy(_Whole):
    def __init__(self, content_type: str) -> None:
        super().__init__(content_type)
        self._dtype: np.dtype[Any] | None = None
        self._shape: tuple[int, ...] = ()
        self._left = 0

    def feed(self, data: bytes) -> NDArray[Any] | None:
        self._data += data
        if self._dtype is None and not self._read_header():
            return None
        return self._rows()

    def finish(self) -> NDArray[Any] | None:
        if self._dtype is None and self._ends_in_header():
            raise EndpointUnreachable(f"the endpoint's answer broke off after {len(self._data):,} bytes of its header")
        if self._row_bytes == 0:
            return super().finish()
        if self._data and not self._left:
            raise UnreadableResponse(f"the endpoint's answer has {len(self._data):,} bytes behind its last row")
        if self._left:
            missing = self._left * self._row_bytes - len(self._data)
            raise EndpointUnreachable(f"the endpoint's answer broke off {missing:,} bytes before its end")
        return None

    @property
    def _row_bytes(self) -> int:
        """Bytes of a row; 0: the rows do not lie one behind the other, or there are none."""
        if self._dtype is None or not self._shape:
            return 0
        return self._dtype.itemsize * math.prod(self._shape[1:])

    def _ends_in_header(self) -> bool:
        data = self._data
        # Version 1 has two bytes for the header's length, later ones four (NEP 1).
        start = 10 if data[6:7] == b"\x01" else 12
        return NPY_MAGIC.startswith(data[:6]) and len(data) < start + int.from_bytes(data[8:start], "little")

    def _read_header(self) -> bool:
        """Whether it is there."""
        stream = io.BytesIO(self._data[:_HEADER_BYTES])
        try:
            version = np.lib.format.read_magic(stream)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, by_column, dtype = read(stream)
        except (ValueError, TypeError, SyntaxError, tokenize.TokenError, MemoryError, RecursionError):
            # It may be whole with the next bytes; if not, the end finds no array.
            return False
        self._dtype = dtype
        if (by_column and len(shape) > 1) or dtype.kind not in _PLAIN or min(shape, default=0) < 0:
            return True
        self._shape, self._left = shape, shape[0] if shape else 0
        if self._row_bytes:
            del self._data[: stream.tell()]
        return True

    def _rows(self) -> NDArray[Any] | None:
        size = self._row_bytes
        if not size or len(self._data) < size:
            return None
        count = min(len(self._data) // size, self._left)
        # A copy, of which the array is the only owner: it may be written to.
        array: NDArray[Any] = np.frombuffer(self._data[: count * size], dtype=self._dtype)
        array = array.astype(array.dtype.newbyteorder("="), copy=False).reshape(count, *self._shape[1:])
        del self._data[: count * size]
        self._left -= count
        return array if count else None


_READERS: dict[str, type[_Whole]] = {NPY: _Npy, JSON_LINES: _JsonLines}
