"""Parquet and Arrow bodies: read in every form that clients write, bounded, and never the end of the process."""

from __future__ import annotations

import contextlib
import functools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sklearn_runtime.codecs.arrow import decode_arrow_file_rows, decode_arrow_stream_rows, decode_parquet_rows
from sklearn_runtime.errors import InvalidRows, MalformedBody, PayloadTooLarge, RequestError
from tests.runtime.codecs.arrow_bodies import needs_arrow, needs_parquet, parquet_bytes, stream_bytes

pytestmark = needs_arrow

file_bytes = functools.partial(stream_bytes, file=True)
FORMATS = [
    pytest.param(parquet_bytes, decode_parquet_rows, marks=needs_parquet, id="parquet"),
    pytest.param(stream_bytes, decode_arrow_stream_rows, id="stream"),
    pytest.param(file_bytes, decode_arrow_file_rows, id="file"),
]


def mixed():
    import pyarrow as pa

    return pa.table(
        {
            "number": [1, None, 3, 4],
            "text": ["x", None, "zé", ""],
            "flag": [True, None, False, True],
            "category": pa.array(["u", "v", None, "u"]).dictionary_encode(),
            "large": pa.array(["x", None, "zé", ""], pa.large_string()),
        }
    )


CELLS = [
    [1.0, "x", True, "u", "x"],
    [None, None, None, "v", None],
    [3.0, "zé", False, None, "zé"],
    [4.0, "", True, "u", ""],
]


@pytest.mark.parametrize(("write", "decode"), FORMATS)
@settings(deadline=None)
@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.floats()))
def test_numbers_come_back_bit_for_bit(write, decode, array):
    import pyarrow as pa

    columns = {str(place): array[:, place] for place in range(array.shape[1])}
    rows, names = decode(write(pa.table(columns)))
    np.testing.assert_array_equal(rows, array)
    np.testing.assert_array_equal(np.signbit(rows[~np.isnan(rows)]), np.signbit(array[~np.isnan(array)]))
    assert names == tuple(columns)


@pytest.mark.parametrize(("write", "decode"), FORMATS)
def test_mixed_columns_are_cells(write, decode):
    rows, names = decode(write(mixed()))
    assert rows.tolist() == CELLS
    assert names == ("number", "text", "flag", "category", "large")


@needs_parquet
@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_parquet_is_read_in_every_form(compression, version):
    options = {"compression": compression, "data_page_version": version}
    for dictionary in (True, False):
        body = parquet_bytes(mixed(), row_group_size=3, use_dictionary=dictionary, **options)
        assert decode_parquet_rows(body)[0].tolist() == CELLS
    encodings = {"text": "DELTA_LENGTH_BYTE_ARRAY", "number": "DELTA_BINARY_PACKED"}
    body = parquet_bytes(mixed(), use_dictionary=False, column_encoding=encodings, **options)
    assert decode_parquet_rows(body)[0].tolist() == CELLS


@pytest.mark.parametrize("compression", [None, "zstd", "lz4"])
def test_arrow_is_read_in_every_form(compression):
    for rows in (None, 1, 3):
        assert decode_arrow_stream_rows(stream_bytes(mixed(), False, compression, rows))[0].tolist() == CELLS
        body = file_bytes(mixed().slice(0, 3).combine_chunks(), compression=compression)
        assert decode_arrow_file_rows(body)[0].tolist() == CELLS[:3]


@pytest.mark.parametrize(("write", "decode"), FORMATS)
def test_what_pandas_writes_is_the_data_frame(write, decode):
    pandas = pytest.importorskip("pandas")
    import pyarrow as pa

    frame = pandas.DataFrame(
        {"a": [1.5, None], "b": pandas.Categorical(["x", None]), "c": pandas.array([1, None], dtype="Int64")},
        index=["first", "second"],
    )
    rows, names = decode(write(pa.Table.from_pandas(frame)))
    assert rows.tolist() == [[1.5, "x", 1.0], [None, None, None]]
    assert names == ("a", "b", "c")


def test_numbers_are_read_without_pandas():
    program = (
        "import sys; from sklearn_runtime.codecs.arrow import decode_arrow_stream_rows\n"
        "rows, _ = decode_arrow_stream_rows(sys.stdin.buffer.read())\n"
        "print(len(rows), 'pandas' in sys.modules)"
    )
    body = stream_bytes(mixed().select(["number", "flag"]))
    done = subprocess.run([sys.executable, "-c", program], input=body, check=True, stdout=subprocess.PIPE)
    assert done.stdout.split() == [b"4", b"False"]


@pytest.mark.parametrize(("write", "decode"), FORMATS)
def test_a_column_that_no_model_takes_is_refused(write, decode):
    import datetime as dt

    import pyarrow as pa

    with pytest.raises(InvalidRows, match=r"column 0 \('day'\) holds date32\[day\]"):
        decode(write(pa.table({"day": [dt.date(2026, 1, 2)]})))


@pytest.mark.parametrize(("write", "decode"), FORMATS)
def test_a_body_that_is_another_is_refused(write, decode):
    for body in (b"", b"[[1, 2]]", b"1,2\n", write(mixed())[:-20]):
        with pytest.raises(MalformedBody):
            decode(body)


@needs_parquet
def test_two_columns_of_one_name_cannot_be_told_apart():
    import pyarrow as pa

    body = parquet_bytes(pa.table([[1.0], [2.0]], ["a", "a"]))
    with pytest.raises(InvalidRows, match=r"column 1 \('a'\) has the name of an earlier one") as caught:
        decode_parquet_rows(body)
    assert caught.value.column == 1


@pytest.mark.parametrize(
    ("write", "decode"),
    [
        pytest.param(functools.partial(parquet_bytes, compression="zstd"), decode_parquet_rows, marks=needs_parquet),
        (functools.partial(stream_bytes, compression="zstd"), decode_arrow_stream_rows),
        (functools.partial(file_bytes, compression="lz4"), decode_arrow_file_rows),
    ],
)
def test_a_small_body_that_stands_for_much_is_refused(write, decode):
    import pyarrow as pa

    body = write(pa.table({"a": np.zeros(9 << 20), "b": pa.nulls(9 << 20)}))
    assert len(body) < 1 << 20
    with pytest.raises(PayloadTooLarge, match="send fewer rows at once"):
        decode(body)


def test_rows_that_take_no_bytes_are_bounded_too():
    import pyarrow as pa

    batch = pa.record_batch([pa.nulls(2**20 + 1)], ["a"])
    with pytest.raises(PayloadTooLarge):
        decode_arrow_stream_rows(stream_bytes(pa.Table.from_batches([batch])))


@needs_parquet
def test_a_long_text_that_is_used_often_is_held_once():
    import pyarrow as pa

    body = parquet_bytes(pa.table({"a": ["x" * 1_000] * 1_000}))
    rows, _ = decode_parquet_rows(body)
    assert len({id(cell) for cell in rows[:, 0]}) == 1


@needs_parquet
def test_metadata_that_ended_the_process_is_refused():
    # pyarrow 26 threw where nothing caught it: histograms of levels in a column that has none (ColumnMetaData, 16).
    body = parquet_bytes(mixed())
    at = body.rindex(b"\x19", 0, len(body) - 8)
    for place in range(max(0, at - 400), len(body) - 8):
        for value in (0x15, 0x19, 0x1C, 0x39, 0xFF):
            with contextlib.suppress(RequestError):
                decode_parquet_rows(body[:place] + bytes([value]) + body[place + 1 :])


WORDS = [b"\xff" * 4, bytes(8), b"\xff" * 7 + b"\x7f"]


@functools.lru_cache(maxsize=None)
def bodies(write, rows):
    plain = {"compression": "none"} if write is parquet_bytes else {}
    return [write(mixed()), write(mixed(), **plain), write(mixed().slice(0, rows), **plain)]


@pytest.mark.parametrize(("write", "decode"), FORMATS)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_broken_body_is_read_or_refused(write, decode, data):
    body = bytearray(data.draw(st.sampled_from(bodies(write, 2))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        new = data.draw(st.binary(min_size=1, max_size=1) | st.sampled_from(WORDS))
        body[at : at + len(new)] = new
    if data.draw(st.integers(0, 9)) == 0:
        del body[data.draw(st.integers(0, len(body))) :]
    with contextlib.suppress(RequestError):
        rows, _ = decode(bytes(body))
        assert rows.ndim == 2
