"""The rows of a request: one or many, float64, with names where a header gave them."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis.extra import numpy as hnp

from sklearn_runtime.codecs import encode
from sklearn_runtime.content_types import ARROW_FILE, ARROW_STREAM, CSV, JSON, JSON_LINES, NPY, NPZ
from sklearn_runtime.errors import InvalidRows, MalformedBody
from sklearn_runtime.rows.decoding import NamedRows, decode_rows
from tests.runtime.codecs.arrow_bodies import needs_arrow, needs_parquet, parquet_bytes, stream_bytes

FLOATS = hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2), elements={"allow_nan": False})


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@given(FLOATS)
def test_the_same_rows_are_the_same_bits_in_every_content_type(array):
    for content_type in (CSV, JSON, JSON_LINES, NPY):
        rows = decode_rows(encode(array, content_type), content_type)
        assert rows.shape == array.shape
        assert rows.tobytes() == array.tobytes()


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=1, max_dims=1, min_side=2), elements={"allow_nan": False}))
def test_one_dimension_is_one_row(array):
    for content_type in (JSON, NPY):
        assert decode_rows(encode(array, content_type), content_type).tolist() == [array.tolist()]


def test_a_column_stays_a_column():
    assert decode_rows("1\n2\n", CSV).shape == (2, 1)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "u1", "?"])
def test_npy_keeps_its_dtype(dtype):
    array = np.ones((2, 3), dtype=dtype)
    for float32 in (False, True):
        assert decode_rows(encode(array, NPY), NPY, float32).dtype == array.dtype


def test_the_setting_restores_the_stock_servers_cast_of_json_and_csv():
    for body, content_type in ((b"[[0.1]]", JSON), (b"0.1", CSV), (b"a\n0.1", CSV), (b"[0.1]", JSON_LINES)):
        rows = decode_rows(body, content_type, float32=True)
        assert rows.dtype == np.float32
        assert rows[0, 0] == np.float32(0.1)


def test_a_header_names_the_columns():
    rows = decode_rows(b"a,b\n1,2\n", CSV)
    assert isinstance(rows, NamedRows)
    assert rows.columns == ("a", "b")
    assert rows.tolist() == [[1.0, 2.0]]


def test_a_header_may_be_announced_or_denied():
    assert decode_rows("1,2\n3,4", "text/csv; header=present").tolist() == [[3.0, 4.0]]
    assert decode_rows("a,b\n3,4", "text/csv; header=absent").tolist() == [["a", "b"], ["3", "4"]]


def test_named_rows_are_an_array_and_what_is_computed_from_them_has_no_names():
    rows = NamedRows(np.arange(4.0).reshape(2, 2), ["a", "b"])
    assert getattr(rows + 1, "columns", None) is None
    assert getattr(rows[:, ::-1], "columns", None) is None
    assert pickle.loads(pickle.dumps(rows)).tolist() == rows.tolist()
    assert rows.columns == ("a", "b")
    assert type(np.asarray(rows)) is np.ndarray


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array(1.0), r"the array has shape \(\)"),
        (np.zeros((1, 1, 1)), r"the array has shape \(1, 1, 1\)"),
        (np.zeros((0, 3)), "0 rows of 3 columns"),
        (np.zeros((3, 0)), "3 rows of 0 columns"),
        (np.zeros(0), "1 rows of 0 columns"),
        (np.array(["2026-01-02"], dtype="datetime64[D]"), r"dtype datetime64\[D\], a model takes numbers"),
    ],
)
def test_npy_that_is_not_rows_is_named(array, message):
    with pytest.raises(InvalidRows, match=message):
        decode_rows(encode(array, NPY), NPY)


def test_text_in_npy_is_given_as_it_was_sent():
    for array in (np.array([["1", " x", ""]]), np.array([[b"1", b" x", b""]])):
        rows = decode_rows(encode(array, NPY), NPY)
        assert rows.dtype == object
        assert rows.tolist() == [["1", " x", ""]]


def test_text_is_given_as_it_was_sent_where_the_model_takes_text():
    for body, content_type in ((b'["007"]', JSON), (b"007", CSV), (b'"007"', JSON_LINES)):
        assert decode_rows(body, content_type).tolist() == [[7.0]]
        for float32 in (False, True):
            assert decode_rows(body, content_type, float32, text=True).tolist() == [["007"]]


def test_sparse_rows_stay_sparse():
    rows = decode_rows(encode(scipy.sparse.csr_matrix([[0.0, 2.0]]), NPZ), NPZ, float32=True)
    assert rows.toarray().tolist() == [[0.0, 2.0]]
    assert rows.dtype == np.float64
    with pytest.raises(InvalidRows, match="0 rows of 2 columns"):
        decode_rows(encode(scipy.sparse.csr_matrix((0, 2)), NPZ), NPZ)
    assert decode_rows(encode(scipy.sparse.csr_matrix((1, 2)), NPZ), NPZ).shape == (1, 2)


@needs_arrow
def test_columns_of_arrow_are_named_rows():
    import pyarrow as pa

    table = pa.table({"a": [1, 2], "b": [0.5, None]})
    for body, content_type in ((stream_bytes(table), ARROW_STREAM), (stream_bytes(table, file=True), ARROW_FILE)):
        rows = decode_rows(body, content_type, float32=True)
        assert isinstance(rows, NamedRows)
        assert rows.columns == ("a", "b")
        assert rows.dtype == np.float64
        np.testing.assert_array_equal(rows, [[1, 0.5], [2, np.nan]])
    with pytest.raises(InvalidRows, match="0 rows of 2 columns"):
        decode_rows(stream_bytes(table.slice(0, 0)), ARROW_STREAM)


@needs_parquet
def test_columns_of_parquet_are_named_rows():
    import pyarrow as pa

    rows = decode_rows(parquet_bytes(pa.table({"a": ["x", None], "b": [0.5, None]})), "application/vnd.apache.parquet")
    assert rows.columns == ("a", "b")
    assert rows.tolist() == [["x", 0.5], [None, None]]


def test_str_and_bytes_are_the_same_body():
    assert decode_rows("[1]").tolist() == decode_rows(b"[1]").tolist() == [[1.0]]


@pytest.mark.parametrize("array", [np.array([[b"\xff"]]), np.array([[0x7FFFFFFF]], dtype="<u4").view("<U1")])
def test_text_in_npy_that_is_no_text_is_refused(array):
    with pytest.raises(MalformedBody, match="bytes that are not text"):
        decode_rows(saved(array), NPY)
