"""The sizes of a parquet file: those that pyarrow itself wrote into it, whatever the file is made of."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from sklearn_runtime.codecs.parquet_sizes import read_file_sizes
from sklearn_runtime.errors import MalformedBody
from tests.runtime.codecs.arrow_bodies import needs_parquet, parquet_bytes

pytestmark = needs_parquet


def table(rows=1000):
    import pyarrow as pa

    texts = [None if number % 7 == 0 else f"text {number % 50}" for number in range(rows)]
    return pa.table({"a": np.arange(rows) / 3, "b": texts, "c": np.arange(rows) % 2 == 0})


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_the_sizes_are_those_that_the_writer_noted(compression, version, dictionary):
    import pyarrow.parquet

    body = parquet_bytes(
        table(),
        compression=compression,
        data_page_version=version,
        use_dictionary=dictionary,
        row_group_size=300,
        data_page_size=500,
    )
    sizes = read_file_sizes(body)
    metadata = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(body)).metadata
    chunks = [
        metadata.row_group(group).column(column)
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    ]
    assert sizes.rows == 1000
    # Booleans never have one.
    assert sizes.dictionaries == ({0, 1} if dictionary else set())
    # What the writer noted counts the headers of the pages too.
    noted = sum(chunk.total_uncompressed_size for chunk in chunks)
    assert 0.5 * noted < sizes.unpacked_bytes <= noted


def test_a_page_that_compresses_well_counts_with_all_of_its_bytes():
    import pyarrow as pa

    zeros = pa.table({"a": np.zeros(1 << 20)})
    body = parquet_bytes(zeros, compression="zstd", use_dictionary=False)
    assert len(body) < 1 << 16
    assert read_file_sizes(body).unpacked_bytes >= 8 << 20


def footer_changed(body, change):
    """The body with its footer changed, and the footer's length with it."""
    (length,) = struct.unpack("<I", body[-8:-4])
    footer = change(body[-8 - length : -8])
    return body[: -8 - length] + footer + struct.pack("<I", len(footer)) + b"PAR1"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: b"", "the body is not parquet: it starts with b''"),
        (lambda body: b"PAR1" + body[4:-1], "its end was cut off"),
        (lambda _: b"[[1, 2], [3, 4]]", r"it starts with b'\[\[1,'"),
        (lambda _: b"PAR1\xff\xff\xff\x7fPAR1", "2147483647 bytes of metadata, at most 1048576 are read"),
        (lambda _: b"PAR1\x10\x00\x00\x00PAR1", "it was cut off"),
        (lambda body: footer_changed(body, lambda footer: footer[:-10]), "it was cut off"),
        (lambda body: body[:4] + b"\xff" * 200 + body[204:], "metadata that cannot be read"),
        (lambda body: footer_changed(body, lambda _: b"\x45\x02\x00"), "metadata that cannot be read"),
        (lambda body: footer_changed(body, lambda _: b"\x49\x15\x02\x00"), "metadata that cannot be read"),
        (lambda body: footer_changed(body, lambda _: b"\x49\x1c\x36\x01\x00\x00"), "less than no rows"),
    ],
)
def test_a_file_that_is_broken_is_refused(change, message):
    body = parquet_bytes(table(), compression="none", use_dictionary=False)
    with pytest.raises(MalformedBody, match=message):
        read_file_sizes(change(body))


def chunk_footer(start, length):
    """A footer of one row group of one column chunk, here."""

    def zigzag(value):
        value = (value << 1) ^ (value >> 63)
        out = b""
        while value > 127:
            out += bytes([value & 127 | 128])
            value >>= 7
        return out + bytes([value])

    chunk = b"\x3c" + b"\x76" + zigzag(length) + b"\x26" + zigzag(start) + b"\x00" + b"\x00"
    return b"\x49\x1c" + b"\x19\x1c" + chunk + b"\x00" + b"\x00"


@pytest.mark.parametrize(("start", "length"), [(0, 5), (4, 10**6), (4, -2), (10**6, 0), (-5, 4)])
def test_a_column_outside_of_the_file_is_refused(start, length):
    body = footer_changed(parquet_bytes(table()), lambda _: chunk_footer(start, length))
    with pytest.raises(MalformedBody, match="a column that lies outside of it"):
        read_file_sizes(body)


def test_a_page_of_less_than_no_bytes_is_refused():
    page = b"\x15\x00\x15\x02\x15\x01\x00"
    footer = chunk_footer(4, len(page))
    with pytest.raises(MalformedBody, match="a page of less than no bytes"):
        read_file_sizes(b"PAR1" + page + footer + struct.pack("<I", len(footer)) + b"PAR1")


def test_very_many_pages_are_refused():
    pages = b"\x15\x00\x15\x02\x15\x00\x00" * 100_001
    footer = chunk_footer(4, len(pages))
    with pytest.raises(MalformedBody, match="more than 100000 pages"):
        read_file_sizes(b"PAR1" + pages + footer + struct.pack("<I", len(footer)) + b"PAR1")


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_text_whose_size_its_pages_do_not_say_is_refused(version):
    encodings = {"b": "DELTA_BYTE_ARRAY"}
    body = parquet_bytes(table(), use_dictionary=False, column_encoding=encodings, data_page_version=version)
    with pytest.raises(MalformedBody, match=r"the encoding DELTA_BYTE_ARRAY, .*: write the file anew"):
        read_file_sizes(body)


@pytest.mark.parametrize("writer", ["parquet-mr version 1.2.8 (build x)", "parquet-mr", "Parquet-MR version 0.9"])
def test_files_whose_chunks_are_longer_than_they_say_are_refused(writer):
    name = writer.encode()
    body = footer_changed(parquet_bytes(table()), lambda _: b"\x68" + bytes([len(name)]) + name + b"\x00")
    with pytest.raises(MalformedBody, match=r"written by parquet-mr before 1\.3"):
        read_file_sizes(body)


@pytest.mark.parametrize("writer", ["parquet-mr version 1.13.1 (build y)", "parquet-mr version 1.3.0", "parquet-rs"])
def test_files_of_later_writers_are_read(writer):
    name = writer.encode()
    body = footer_changed(parquet_bytes(table()), lambda _: b"\x68" + bytes([len(name)]) + name + b"\x00")
    assert read_file_sizes(body) == (0, 0, frozenset())
