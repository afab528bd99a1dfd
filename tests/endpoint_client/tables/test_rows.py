"""Everything that a caller may hold as rows of features."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from endpoint_client import InvalidInput
from endpoint_client.tables.rows import rows_of


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
def test_one_row_in_any_form_is_the_same_row(data):
    rows = rows_of(data)
    assert rows.count == 1
    np.testing.assert_array_equal(rows.dense(0, 1), [[1.0, 2.0]])


def test_slices_of_a_sparse_matrix_are_made_dense_one_by_one():
    matrix = scipy.sparse.random_array((100, 5), density=0.3, rng=np.random.default_rng(0)).tocoo()
    rows = rows_of(matrix)
    assert rows.sparse
    np.testing.assert_array_equal(rows.dense(20, 30), matrix.toarray()[20:30])


def test_a_frame_brings_its_columns_as_names_and_itself():
    frame = pd.DataFrame({"age": [30, 40], "income": [1.5, 2.5]})
    rows = rows_of(frame)
    assert rows.names == ["age", "income"]
    assert rows.frame is frame
    assert not rows.sparse
    assert rows_of(frame.iloc[1]).names == ["age", "income"]
    assert rows_of(pd.DataFrame([[1, 2]])).names is None


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1.0, None], "b": [2, 3]}),
        pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [2, 3]}),
        pd.DataFrame({"a": pd.array([1, pd.NA], dtype="Float64"), "b": pd.array([2, 3], dtype="Int64")}),
        pd.DataFrame({"a": [True, None], "b": [2, 3]}),
    ],
)
def test_the_missing_values_of_pandas_are_nan(frame):
    np.testing.assert_array_equal(rows_of(frame).values, [[1.0, 2.0], [np.nan, 3.0]])


def test_none_in_a_list_is_a_missing_value():
    np.testing.assert_array_equal(rows_of([[1, None]]).values, [[1.0, np.nan]])


def test_text_stays_text():
    for data in ([["red"], ["green"]], pd.DataFrame({"colour": pd.Categorical(["red", "green"])})):
        values = rows_of(data).values
        assert values.dtype.kind == "U"
        assert np.asarray(values).tolist() == [["red"], ["green"]]


def test_numbers_beside_text_stay_numbers():
    for data in ([[1.5, "red"], [2, None]], pd.DataFrame({"a": [1.5, 2], "b": ["red", None]})):
        assert np.asarray(rows_of(data).values).tolist() == [[1.5, "red"], [2, None]]


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
        (scipy.sparse.csr_matrix([[1j]]), "dtype complex128; features are numbers, booleans or text"),
        (np.array([["2026-01-01"]], dtype="M8[D]"), r"dtype datetime64\[D\]"),
        ([[1, 2], [3, {}]], "holds a dict in row 1"),
        ([[{"a": 1}]], "holds a dict in row 0"),
        (pd.DataFrame({"a": [1, 2], "b": pd.to_datetime(["2026-01-01"] * 2)}), "holds a Timestamp in row 0"),
    ],
)
def test_what_is_no_table_of_features_is_refused(data, message):
    with pytest.raises(InvalidInput, match=message):
        rows_of(data)
