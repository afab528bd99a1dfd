"""Everything that a caller may hold as rows of features."""

import json

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from endpoint_client import InvalidInput
from endpoint_client.rows import rows_of
from sklearn_runtime import codecs
from sklearn_runtime.rows import decode_rows

NPY, JSON, CSV = "application/x-npy", "application/json", "text/csv"


def received(data, content_type=NPY):
    """What the endpoint reads of the data."""
    rows = rows_of(data)
    return decode_rows(rows.encode(0, rows.count, content_type), rows.media_type(content_type))


@pytest.mark.parametrize(
    "data",
    [
        [1.0, 2.0],
        (1.0, 2.0),
        [[1.0, 2.0]],
        np.array([1.0, 2.0]),
        np.array([[1.0, 2.0]]),
        pd.Series([1.0, 2.0]),
        pd.DataFrame([[1.0, 2.0]]),
        scipy.sparse.csr_matrix([[1.0, 2.0]]),
        scipy.sparse.csc_array([[1.0, 2.0]]),
        scipy.sparse.coo_array([1.0, 2.0]),
        [np.float64(1), 2],
    ],
    ids=lambda data: type(data).__name__,
)
@pytest.mark.parametrize("content_type", [NPY, JSON, CSV])
def test_one_row_in_any_form_is_the_same_row(data, content_type):
    np.testing.assert_array_equal(received(data, content_type), [[1.0, 2.0]])


@given(
    arrays(
        st.sampled_from([np.float64, np.float32, np.int64, np.int16, np.bool_]),
        st.tuples(st.integers(1, 20), st.integers(1, 6)),
    )
)
def test_any_array_arrives_as_it_is(array):
    npy = received(array)
    assert npy.dtype == array.dtype
    np.testing.assert_array_equal(npy, array)
    for content_type in (JSON, CSV):
        if array.dtype != np.bool_ or content_type == JSON:
            np.testing.assert_array_equal(received(array, content_type), array.astype(np.float64))


def test_slices_of_a_sparse_matrix_are_made_dense_one_by_one():
    matrix = scipy.sparse.random_array((100, 5), density=0.3, rng=np.random.default_rng(0)).tocoo()
    rows = rows_of(matrix)
    np.testing.assert_array_equal(codecs.decode(rows.encode(20, 30, NPY), NPY), matrix.toarray()[20:30])


def test_the_columns_of_a_frame_are_the_header_of_csv_and_values_go_by_position_elsewhere():
    frame = pd.DataFrame({"age": [30, 40], 'in"come': [1.5, 2.5]})
    rows = rows_of(frame)
    assert rows.encode(0, 2, CSV) == b'age,"in""come"\n30.0,1.5\n40.0,2.5\n'
    assert rows.encode(1, 2, CSV).startswith(b'age,"in""come"\n40.0')
    assert json.loads(rows.encode(0, 2, JSON)) == [[30.0, 1.5], [40.0, 2.5]]
    np.testing.assert_array_equal(received(frame), [[30, 1.5], [40, 2.5]])
    assert rows.media_type(CSV) == CSV


def test_the_index_of_a_series_names_the_features_of_its_row():
    rows = rows_of(pd.DataFrame({"age": [30, 40], "income": [1.5, 2.5]}).iloc[1])
    assert rows.encode(0, 1, CSV) == b"age,income\n40.0,2.5\n"


def test_a_frame_without_names_has_no_header():
    assert rows_of(pd.DataFrame([[1, 2]])).encode(0, 1, CSV) == b"1,2\n"


def test_a_name_that_looks_like_a_number_is_declared_a_header():
    frame = pd.DataFrame({"0": [5.0], "total": [6.0]})
    assert rows_of(frame).media_type(CSV) == "text/csv; header=present"
    np.testing.assert_array_equal(received(frame, CSV), [[5.0, 6.0]])
    assert rows_of(frame).media_type(NPY) == NPY


def test_text_without_names_is_declared_headless():
    assert rows_of([["a", "b"]]).media_type(CSV) == "text/csv; header=absent"
    assert rows_of([[1.0, 2.0]]).media_type(CSV) == CSV


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1.0, None], "b": [2, 3]}),
        pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [2, 3]}),
        pd.DataFrame({"a": pd.array([1, pd.NA], dtype="Float64"), "b": pd.array([2, 3], dtype="Int64")}),
        pd.DataFrame({"a": [True, None], "b": [2, 3]}),
    ],
)
def test_the_missing_values_of_pandas_arrive_as_nan(frame):
    for content_type in (NPY, JSON, CSV):
        np.testing.assert_array_equal(received(frame, content_type), [[1.0, 2.0], [np.nan, 3.0]])


def test_none_in_a_list_is_a_missing_value():
    np.testing.assert_array_equal(received([[1, None]]), [[1.0, np.nan]])


def test_one_feature_that_is_missing_is_still_a_row():
    np.testing.assert_array_equal(received([[np.nan], [1.0]], CSV), [[np.nan], [1.0]])


def test_text_stays_text_and_is_never_pickled():
    assert codecs.decode(rows_of([["red"], ["green"]]).encode(0, 2, NPY), NPY).tolist() == [["red"], ["green"]]
    frame = pd.DataFrame({"colour": pd.Categorical(["red", "green"])})
    assert codecs.decode(rows_of(frame).encode(0, 2, NPY), NPY).tolist() == [["red"], ["green"]]
    assert rows_of(np.array([["red"]])).encode(0, 1, CSV) == b"red\n"


def test_numbers_beside_text_stay_numbers():
    for data in ([[1.5, "red"], [2, None]], pd.DataFrame({"a": [1.5, 2], "b": ["red", None]})):
        rows = rows_of(data)
        assert json.loads(rows.encode(0, 2, JSON)) == [[1.5, "red"], [2, None]]
        assert rows.encode(0, 2, CSV).splitlines()[-2:][0] == b"1.5,red"


def test_what_npy_cannot_carry_is_named_with_the_reason():
    with pytest.raises(InvalidInput, match=r"dtype object and shape \(1, 2\) cannot be sent as application/x-npy: "):
        rows_of([[1.5, "red"]]).encode(0, 1, NPY)


def test_a_csv_has_two_dimensions():
    with pytest.raises(InvalidInput, match=r"shape \(1, 2, 2\) cannot be sent as text/csv: .*2"):
        rows_of(np.zeros((1, 2, 2))).encode(0, 1, CSV)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], r"shape \(1, 0\): give at least one row and one feature"),
        ([[]], r"shape \(1, 0\)"),
        (np.empty((0, 3)), r"shape \(0, 3\)"),
        (pd.DataFrame({"a": []}), r"shape \(0, 1\)"),
        (scipy.sparse.csr_matrix((0, 3)), r"shape \(0, 3\)"),
        (3.0, r"shape \(\): give at least one row and one feature"),
        ([[1, 2], [3]], "the input is not a table: .*give every row the same number of features"),
        (np.array([[1j]]), "dtype complex128; features are numbers, booleans or text"),
        (np.array([["2026-01-01"]], dtype="M8[D]"), r"dtype datetime64\[D\]"),
        ([[1, 2], [3, {}]], "holds a dict in row 1"),
        ([[{"a": 1}]], "holds a dict in row 0"),
        (pd.DataFrame({"a": [1, 2], "b": pd.to_datetime(["2026-01-01"] * 2)}), "holds a Timestamp in row 0"),
    ],
)
def test_what_is_no_table_of_features_is_refused(data, message):
    with pytest.raises(InvalidInput, match=message):
        rows_of(data)
