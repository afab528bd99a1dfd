"""The sizes of an Arrow stream: rows and bytes of its messages, as if each were unpacked."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from sklearn_runtime.codecs.arrow_messages import _Table, read_sizes
from sklearn_runtime.errors import MalformedBody
from tests.runtime.codecs.arrow_bodies import needs_arrow, stream_bytes

pytestmark = needs_arrow


def sizes(body):
    import pyarrow as pa

    return read_sizes(pa, pa.py_buffer(body))


def numbers(rows=1000, columns=3):
    import pyarrow as pa

    return pa.table({str(column): np.zeros(rows) for column in range(columns)})


@pytest.mark.parametrize("compression", [None, "zstd", "lz4"])
def test_rows_and_bytes_are_those_of_the_unpacked_stream(compression):
    read = sizes(stream_bytes(numbers(), compression=compression, rows=300))
    assert read.schema.names == ["0", "1", "2"]
    assert (read.rows, read.unpacked_bytes) == (1000, 3 * 8 * 1000)


def test_a_buffer_that_did_not_become_smaller_counts_as_it_is():
    import pyarrow as pa

    table = pa.table({"a": [1.5]})
    assert sizes(stream_bytes(table, compression="zstd")).unpacked_bytes >= 8


def test_a_dictionary_counts_once_and_is_no_row():
    import pyarrow as pa

    texts = pa.array(["a" * 100, "b" * 100] * 50).dictionary_encode()
    read = sizes(stream_bytes(pa.table({"a": texts}), rows=10))
    assert read.rows == 100
    # Two values and three offsets, and 32-bit indices for ten times ten rows.
    assert 200 + 12 + 400 <= read.unpacked_bytes < 1000


def test_a_dictionary_that_grows_is_refused():
    import io

    import pyarrow as pa

    kind = pa.dictionary(pa.int32(), pa.string())
    stream = io.BytesIO()
    schema = pa.schema([("a", kind)])
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
    with pa.ipc.new_stream(stream, schema, options=options) as writer:
        for values in (["a"], ["a", "b"]):
            array = pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), pa.array(values))
            writer.write_batch(pa.record_batch([array], schema))
    with pytest.raises(MalformedBody, match="adds to a dictionary, which is not read: write it without deltas"):
        sizes(stream.getvalue())


def test_a_stream_without_a_schema_is_refused():
    whole = stream_bytes(numbers())
    schema = stream_bytes(numbers(0))[:-8]
    with pytest.raises(MalformedBody, match="does not start with a schema"):
        sizes(whole[len(schema) :])
    with pytest.raises(MalformedBody, match="does not start with a schema"):
        sizes(b"\xff\xff\xff\xff\x00\x00\x00\x00")


def test_fields_that_are_not_there_have_their_defaults():
    table = _Table(struct.pack("<HHi", 4, 4, 4), 4)
    assert (table.number(0, "<q"), table.table(1), table.pairs(2)) == (0, None, [])


def test_two_schemas_are_refused():
    schema = stream_bytes(numbers(0))[:-8]
    with pytest.raises(MalformedBody, match="a message that is no batch of rows"):
        sizes(schema + stream_bytes(numbers()))


def test_very_many_messages_are_refused():
    with pytest.raises(MalformedBody, match="more than 10000 messages: put more rows into each"):
        sizes(stream_bytes(numbers(10_001, 1), rows=1))


def test_a_compressed_buffer_shorter_than_its_length_is_refused():
    body = bytearray(stream_bytes(numbers(columns=1), compression="zstd"))
    # The one buffer of values: where its offset and length stand in the metadata, the length becomes 3.
    place = next(
        at
        for at in range(0, len(body) - 16, 8)
        if body[at : at + 8] == bytes(8) and 8 < int.from_bytes(body[at + 8 : at + 16], "little") < 100
    )
    body[place : place + 8] = (2**20).to_bytes(8, "little")
    with pytest.raises(MalformedBody, match="a message that cannot be read"):
        sizes(bytes(body))
