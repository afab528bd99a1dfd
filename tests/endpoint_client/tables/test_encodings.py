"""How rows are sent: chosen by what they are, and as the caller says."""

import json

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from endpoint_client import ConfigurationError, InvalidInput
from endpoint_client.tables.encodings import CONTENT_TYPES, encoding_of
from endpoint_client.tables.rows import rows_of
from sklearn_runtime.content_types import ARROW_FILE, ARROW_STREAM, CSV, JSON, JSON_LINES, NPY, NPZ, PARQUET
from sklearn_runtime.rows.decoding import decode_rows

COLUMNS = [PARQUET, ARROW_STREAM, ARROW_FILE]
MIXED = pd.DataFrame({"n": [1.5, None], "t": ["007", None], "b": [True, False], "e": ["", "x"], "i": [2, 3]})


def encoded(data, content_type=None):
    """The whole body, and what it is sent as."""
    rows = rows_of(data)
    encoding = encoding_of(rows, content_type)
    return encoding.encode(0, rows.count), encoding.content_type


def received(data, content_type=None, *, text=False):
    """What the endpoint reads of the data."""
    body, sent_as = encoded(data, content_type)
    return decode_rows(body, sent_as, text=text)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        ([1.0, 2.0], NPY),
        ([[1, None]], NPY),
        (np.ones((2, 2), dtype=np.float32), NPY),
        (np.array([[True]]), NPY),
        (np.ones((1, 2, 2)), NPY),
        (pd.DataFrame([[1, 2]]), NPY),
        (scipy.sparse.csr_matrix([[1.0, 2.0]]), NPZ),
        (scipy.sparse.coo_array([1.0, 2.0]), NPZ),
        (pd.DataFrame({"a": [1], "b": [2.5]}), CSV),
        (pd.Series({"a": 1.0, "b": 2.5}), CSV),
        (pd.DataFrame({"0": [1], "b": [2.5]}), f"{CSV}; header=present"),
        (pd.DataFrame({" a": [1]}), JSON),
        (pd.DataFrame({"": [1]}), JSON),
        (pd.DataFrame({"a\nb": [1]}), JSON),
        (pd.DataFrame({"a": [True]}), JSON),
        (pd.DataFrame({"a": [True], "b": [1.5]}), JSON),
        (pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [2, 3]}), CSV),
        (MIXED, JSON),
        (pd.DataFrame([[1, "x"]]), JSON),
        ([["a", "b"]], JSON),
        ([[1.5, "b"]], JSON),
        (np.array([["a"]]), JSON),
    ],
)
def test_the_content_type_is_chosen_by_what_the_rows_are(data, content_type):
    assert encoded(data)[1] == content_type


@settings(deadline=None)
@given(
    arrays(
        st.sampled_from([np.float64, np.float32, np.int64, np.int16, np.bool_]),
        st.tuples(st.integers(1, 20), st.integers(1, 6)),
    )
)
def test_any_array_arrives_as_it_is(array):
    for content_type in (None, NPY):
        read = received(array, content_type)
        assert read.dtype == array.dtype
        np.testing.assert_array_equal(read, array)
    for content_type in (JSON, JSON_LINES, CSV, *COLUMNS):
        if array.dtype != np.bool_ or content_type != CSV:
            np.testing.assert_array_equal(received(array, content_type), array.astype(np.float64))


NAMES = st.lists(st.text(st.characters(codec="utf-8"), max_size=5), min_size=1, max_size=4, unique=True)


@settings(deadline=None)
@given(NAMES, st.data())
def test_numbers_of_a_frame_arrive_with_their_names(names, data):
    rows = data.draw(st.lists(st.lists(st.floats(), min_size=len(names), max_size=len(names)), min_size=1, max_size=5))
    frame = pd.DataFrame(rows, columns=names)
    for content_type in (None, JSON_LINES, *COLUMNS):
        read = received(frame, content_type)
        assert read.columns == tuple(names)
        np.testing.assert_array_equal(read, np.array(rows))


TEXT = st.text(st.characters(codec="utf-8"), max_size=4)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(allow_nan=False) | st.none(), TEXT | st.none(), st.booleans()), min_size=1, max_size=5)
)
def test_cells_of_a_frame_arrive_as_they_are(cells):
    # A column without any text would be no column of text.
    cells = [*cells, (1.0, "x", True)]
    frame = pd.DataFrame(cells, columns=["n", "t", "b"])
    frame["n"] = frame["n"].astype(float)
    assert received(frame, text=True).tolist() == [list(row) for row in cells]
    assert received(frame, JSON_LINES, text=True).tolist() == [list(row) for row in cells]


@pytest.mark.parametrize("content_type", [None, JSON_LINES, *COLUMNS])
def test_text_that_is_a_number_empty_text_and_none_are_told_apart(content_type):
    read = received(MIXED, content_type, text=True)
    assert read.columns == ("n", "t", "b", "e", "i")
    assert read.tolist() == [[1.5, "007", True, "", 2.0], [None, None, False, "x", 3.0]]


def test_the_columns_of_a_frame_are_in_the_body_that_was_chosen():
    frame = pd.DataFrame({"age": [30, 40], 'in"come': [1.5, 2.5]})
    encoding = encoding_of(rows_of(frame))
    assert encoding.encode(0, 2) == b'age,"in""come"\n30.0,1.5\n40.0,2.5\n'
    assert encoding.encode(1, 2) == b'age,"in""come"\n40.0,2.5\n'
    encoding = encoding_of(rows_of(MIXED))
    assert json.loads(encoding.encode(1, 2)) == {
        "columns": ["n", "t", "b", "e", "i"],
        "data": [[None, None, False, "x", 3]],
    }


def test_values_go_by_position_where_the_caller_names_npy_or_json():
    frame = pd.DataFrame({"age": [30, 40], "income": [1.5, 2.5]})
    assert json.loads(encoded(frame, JSON)[0]) == [[30.0, 1.5], [40.0, 2.5]]
    np.testing.assert_array_equal(received(frame, NPY), [[30, 1.5], [40, 2.5]])


def test_a_header_is_announced_only_where_it_could_be_mistaken():
    assert encoded(pd.DataFrame({"a": [5.0]}), CSV)[1] == CSV
    assert encoded([[1.0, 2.0]], CSV)[1] == CSV
    assert encoded([["a", "b"]], CSV)[1] == "text/csv; header=absent"
    frame = pd.DataFrame({"0": [5.0], "total": [6.0]})
    assert encoded(frame, CSV)[1] == "text/csv; header=present"
    np.testing.assert_array_equal(received(frame, CSV), [[5.0, 6.0]])
    assert encoded(frame, NPY)[1] == NPY


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1.0, None], "b": [2, 3]}),
        pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [2, 3]}),
        pd.DataFrame({"a": [True, None], "b": [2, 3]}),
    ],
)
def test_the_missing_values_of_pandas_arrive_as_nan(frame):
    for content_type in (None, NPY, JSON, JSON_LINES, CSV):
        np.testing.assert_array_equal(received(frame, content_type), [[1.0, 2.0], [np.nan, 3.0]])


def test_one_feature_that_is_missing_is_still_a_row():
    for content_type in (CSV, JSON_LINES, *COLUMNS):
        np.testing.assert_array_equal(received([[np.nan], [1.0]], content_type), [[np.nan], [1.0]])


@pytest.mark.parametrize("content_type", [None, NPZ])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool_])
def test_parts_of_a_sparse_matrix_arrive_sparse(content_type, dtype):
    matrix = scipy.sparse.random_array((50, 5), density=0.3, rng=np.random.default_rng(0)).tocsc().astype(dtype)
    encoding = encoding_of(rows_of(matrix), content_type)
    read = decode_rows(encoding.encode(20, 30), encoding.content_type)
    assert scipy.sparse.issparse(read)
    assert read.dtype == dtype
    np.testing.assert_array_equal(read.toarray(), matrix.toarray()[20:30])


@pytest.mark.parametrize("content_type", [NPY, JSON, CSV, JSON_LINES])
def test_a_sparse_matrix_is_sent_dense_where_the_caller_says_so(content_type):
    np.testing.assert_array_equal(received(scipy.sparse.csr_matrix([[0.0, 2.0]]), content_type), [[0, 2]])


@pytest.mark.parametrize("name", ["application/x-ndjson", "Application/JSONLines", "application/vnd.apache.parquet"])
def test_a_type_goes_under_the_name_that_the_caller_gave(name):
    body, content_type = encoded([[1.0, 2.0]], name)
    assert content_type == name
    np.testing.assert_array_equal(decode_rows(body, content_type), [[1.0, 2.0]])


@pytest.mark.parametrize("content_type", COLUMNS)
def test_columns_without_names_go_by_position(content_type):
    for data in (np.array([[1.0, 2.0]]), pd.DataFrame([[1.0, 2.0]])):
        read = received(data, content_type)
        assert getattr(read, "columns", None) is None
        np.testing.assert_array_equal(read, [[1.0, 2.0]])
    assert received([["x", 1], [None, 2]], content_type).tolist() == [["x", 1.0], [None, 2.0]]


def test_an_index_is_no_feature():
    frame = pd.DataFrame({"a": [1.0, 2.0]}, index=["first", "second"])
    for content_type in (None, *COLUMNS):
        assert received(frame, content_type).columns == ("a",)


@pytest.mark.parametrize(
    ("data", "content_type", "message"),
    [
        (
            [[1.5, "red"]],
            NPY,
            r"dtype object and shape \(1, 2\) cannot be sent as application/x-npy, .*: leave content_",
        ),
        ([[1.5, "red"]], NPY, "or name application/json or text/csv"),
        (np.zeros((1, 2, 2)), CSV, r"shape \(1, 2, 2\) cannot be sent as text/csv, which holds tables of 2 dimensions"),
        (np.zeros((1, 2, 2)), PARQUET, "holds tables of 2 dimensions: leave content_type out"),
        ([[1.5]], NPZ, r"holds sparse matrices only: leave content_type out, or pass scipy.sparse.csr_matrix\(data\)"),
        (scipy.sparse.csr_matrix([[1.0]]), ARROW_STREAM, "holds no sparse matrices: leave content_type out"),
        ([["x"], [1]], PARQUET, "cannot be sent as application/x-parquet, which has one type a column: "),
    ],
)
def test_what_a_content_type_cannot_carry_is_refused_with_one_that_can(data, content_type, message):
    with pytest.raises(InvalidInput, match=message):
        encoded(data, content_type)


def test_a_content_type_that_is_no_format_of_arrays_is_refused():
    with pytest.raises(
        ConfigurationError, match=r"content_type='application/xml' cannot carry arrays: use app"
    ) as caught:
        encoded([[1.0]], "application/xml")
    assert all(name in str(caught.value) for name in CONTENT_TYPES)


@pytest.mark.parametrize("content_type", COLUMNS)
def test_without_pyarrow_the_remedy_is_told(content_type, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match="needs pyarrow: install it, or leave content_type out"):
        encoded([[1.0]], content_type)
