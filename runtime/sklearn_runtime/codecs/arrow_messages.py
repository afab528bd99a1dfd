"""The messages of an Arrow stream: how many rows and bytes they stand for, read before any is unpacked.

A message is a FlatBuffers table (Message.fbs of Apache Arrow) and a body of buffers. pyarrow takes the length of a
compressed buffer from the buffer itself, and lets several buffers be the same bytes.
"""

from __future__ import annotations

import struct
from typing import Any, List, NamedTuple, Optional, Tuple

from sklearn_runtime.errors import MalformedBody

__all__ = ["MessageSizes", "read_sizes"]

MAX_MESSAGES = 10_000
"""Of one body; a message usually holds thousands of rows."""

# Places of the fields in their tables.
_HEADER_KIND, _HEADER = 1, 2
_DICTIONARY_DATA, _IS_DELTA = 1, 2
_LENGTH, _BUFFERS, _COMPRESSION = 0, 2, 3

_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3


class MessageSizes(NamedTuple):
    """What the messages of a stream stand for.

    Attributes
    ----------
    schema : pyarrow.Schema
    rows : int
    unpacked_bytes : int
        Of all buffers, each counted as often as it is used.
    """

    schema: Any
    rows: int
    unpacked_bytes: int


def read_sizes(pyarrow: Any, stream: Any) -> MessageSizes:
    """Read the headers of all messages.

    Parameters
    ----------
    pyarrow : module
    stream : pyarrow.Buffer
        In the IPC streaming format.

    Raises
    ------
    MalformedBody
        No stream of messages, the first of which is a schema; more than `MAX_MESSAGES`.
    pyarrow.ArrowException, OSError
        The stream is broken.
    """
    messages = pyarrow.ipc.MessageReader.open_stream(stream)
    try:
        first = messages.read_next_message()
    except StopIteration:
        first = None
    if first is None or first.type != "schema":
        raise MalformedBody("the Arrow stream does not start with a schema")
    schema, rows, unpacked = pyarrow.ipc.read_schema(first), 0, 0
    for number, message in enumerate(messages):
        if number == MAX_MESSAGES:
            raise MalformedBody(f"the Arrow stream has more than {MAX_MESSAGES} messages: put more rows into each")
        try:
            length, message_bytes = _batch_sizes(message.metadata.to_pybytes(), message.body)
        except (IndexError, struct.error):
            raise MalformedBody("the Arrow stream has a message that cannot be read") from None
        rows += length if message.type == "record batch" else 0
        unpacked += message_bytes
    return MessageSizes(schema, rows, unpacked)


def _batch_sizes(metadata: bytes, body: Any) -> Tuple[int, int]:
    """Rows and unpacked bytes of a batch."""
    message = _Table(metadata, _offset(metadata, 0))
    kind, header = message.number(_HEADER_KIND, "<B"), message.table(_HEADER)
    if kind == _DICTIONARY_BATCH and header is not None:
        if header.number(_IS_DELTA, "<?"):
            # Each makes the whole dictionary anew.
            raise MalformedBody("the Arrow stream adds to a dictionary, which is not read: write it without deltas")
        header = header.table(_DICTIONARY_DATA)
    if kind not in (_DICTIONARY_BATCH, _RECORD_BATCH) or header is None:
        raise MalformedBody("the Arrow stream has a message that is no batch of rows")
    rows, buffers = header.number(_LENGTH, "<q"), header.pairs(_BUFFERS)
    if rows < 0 or any(offset < 0 or length < 0 for offset, length in buffers):
        raise MalformedBody("the Arrow stream has a message of less than no bytes")
    if header.table(_COMPRESSION) is None:
        return rows, sum(length for _, length in buffers)
    content = memoryview(body) if body is not None else memoryview(b"")
    return rows, sum(_unpacked(content, offset, length) for offset, length in buffers)


def _unpacked(content: memoryview, offset: int, length: int) -> int:
    """What a compressed buffer unpacks to: its first eight bytes say so; -1 where it is not compressed after all."""
    if not length:
        return 0
    (size,) = struct.unpack_from("<q", content, offset)
    return max(length, int(size))


class _Table:
    """A FlatBuffers table: a structure whose fields are found through a table of offsets, and may be absent."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at
        (back,) = struct.unpack_from("<i", data, at)
        self._fields = at - back
        (self._fields_bytes,) = struct.unpack_from("<H", data, self._fields)

    def _place(self, field: int) -> Optional[int]:
        entry = 4 + 2 * field
        if entry + 2 > self._fields_bytes:
            return None
        (offset,) = struct.unpack_from("<H", self._data, self._fields + entry)
        return self._at + offset if offset else None

    def number(self, field: int, layout: str) -> int:
        place = self._place(field)
        return 0 if place is None else int(struct.unpack_from(layout, self._data, place)[0])

    def table(self, field: int) -> "Optional[_Table]":
        place = self._place(field)
        return None if place is None else _Table(self._data, _offset(self._data, place))

    def pairs(self, field: int) -> List[Tuple[int, int]]:
        """A vector of structures of two 64-bit numbers."""
        place = self._place(field)
        if place is None:
            return []
        start = _offset(self._data, place)
        (count,) = struct.unpack_from("<I", self._data, start)
        numbers = struct.unpack_from(f"<{2 * min(count, len(self._data))}q", self._data, start + 4)
        return list(zip(numbers[::2], numbers[1::2]))


def _offset(data: bytes, at: int) -> int:
    return at + int(struct.unpack_from("<I", data, at)[0])
