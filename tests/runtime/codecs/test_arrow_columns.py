"""Columns of Arrow as rows: numbers as float64, text as text, and what no model takes named."""

from __future__ import annotations

import datetime as dt
import decimal
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_runtime.codecs.arrow_columns import feature_columns, table_rows
from sklearn_runtime.errors import InvalidRows, MalformedBody
from tests.runtime.codecs.arrow_bodies import needs_arrow

pytestmark = needs_arrow


def read(table, text_bytes=1000):
    import pyarrow as pa

    columns, names = feature_columns(pa, table.schema)
    return table_rows(table, columns, text_bytes), names


def array(values, kind=None):
    import pyarrow as pa

    return pa.array(values, getattr(pa, kind)() if kind else None)


def table_of(**columns):
    import pyarrow as pa

    return pa.table(columns)


@pytest.mark.parametrize(
    "kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]
)
def test_numbers_are_float64_and_null_is_nan(kind):
    rows, names = read(table_of(a=array([1, None, 3], kind), b=array([4, 5, 6], kind)))
    assert rows.dtype == np.float64
    assert rows.flags.c_contiguous
    np.testing.assert_array_equal(rows, [[1, 4], [np.nan, 5], [3, 6]])
    assert names == ("a", "b")


def test_booleans_halves_decimals_and_nothing_at_all_are_numbers_too():
    table = table_of(
        yes=array([True, None, False]),
        no=array([True, False, False]),
        half=array(np.array([0.5, 1, 2], dtype=np.float16)),
        decimal=array([decimal.Decimal("0.1"), None, decimal.Decimal("-12345678901234567890.12")]),
        nothing=array([None, None, None]),
    )
    rows, _ = read(table)
    nan = np.nan
    wanted = [[1, 1, 0.5, 0.1, nan], [nan, 0, 1, nan, nan], [0, 0, 2, -12345678901234567890.12, nan]]
    np.testing.assert_array_equal(rows, wanted)


@settings(deadline=None)
@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=12, max_value=10**20, min_value=-(10**20))))
def test_a_decimal_is_the_nearest_float(values):
    import pyarrow as pa

    rows, _ = read(table_of(a=pa.array(values, pa.decimal128(38, 12))))
    assert rows[:, 0].tolist() == [float(str(value)) for value in values]


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view"])
@pytest.mark.parametrize("categories", [False, True])
def test_text_stays_text_and_null_is_none(kind, categories):
    import pyarrow as pa

    if not hasattr(pa, kind):
        pytest.skip("this pyarrow has no string views")
    # Not by a cast, which pyarrow 17 does not have for views.
    column = array(["007", None, "", "é" * 20], kind)
    if categories:
        column = pa.DictionaryArray.from_arrays(array([0, None, 1, 2], "int32"), array(["007", "", "é" * 20], kind))
    rows, _ = read(table_of(a=column, b=[1.5, np.nan, None, 2]))
    assert rows.dtype == object
    assert rows.tolist() == [["007", 1.5], [None, None], ["", None], ["é" * 20, 2.0]]


def test_beside_text_numbers_are_floats_and_booleans_stay():
    rows, _ = read(table_of(a=["x", "y"], b=[1, None], c=[True, None], d=[None, None], e=[decimal.Decimal("0.5")] * 2))
    assert rows.tolist() == [["x", 1.0, True, None, 0.5], ["y", None, None, None, 0.5]]
    assert [type(cell) for cell in rows[0]] == [str, float, bool, type(None), float]


def test_categories_of_numbers_are_numbers():
    rows, _ = read(table_of(a=array([5, None, 5, 7]).dictionary_encode()))
    np.testing.assert_array_equal(rows, [[5], [np.nan], [5], [7]])


@settings(deadline=None)
@given(st.integers(0, 20), st.integers(0, 20))
def test_slices_are_read_from_where_they_start(start, length):
    import pyarrow as pa

    whole = pa.table(
        {
            "a": pa.array([None if number % 3 == 0 else number for number in range(20)], pa.int16()),
            "b": [None if number % 5 == 0 else number % 2 == 0 for number in range(20)],
            "c": pa.array([None if number % 4 == 0 else number % 7 for number in range(20)]).dictionary_encode(),
        }
    )
    part = slice(start, start + length)
    np.testing.assert_array_equal(read(whole.slice(start, length))[0], read(whole)[0][part])
    cells = whole.append_column("d", [[str(number) for number in range(20)]])
    assert read(cells.slice(start, length))[0].tolist() == read(cells)[0][part].tolist()


def test_a_value_of_a_dictionary_is_one_object_in_all_batches():
    import pyarrow as pa

    batch = pa.record_batch([pa.array(["long", "short", "long"]).dictionary_encode()], ["a"])
    rows, _ = read(pa.Table.from_batches([batch, batch.slice(1)]))
    assert rows[:, 0].tolist() == ["long", "short", "long", "short", "long"]
    assert len({id(cell) for cell in rows[:, 0]}) == 2


def test_batches_with_dictionaries_of_their_own_are_read():
    import pyarrow as pa

    batches = [
        pa.record_batch([pa.array(values).dictionary_encode()], ["a"])
        for values in (["a", "b"], ["c", "a", None], ["b"])
    ]
    rows, _ = read(pa.Table.from_batches(batches))
    assert rows[:, 0].tolist() == ["a", "b", "c", "a", None, "b"]


def test_views_of_more_text_than_is_allowed_are_refused():
    import pyarrow as pa

    if not hasattr(pa, "string_view"):
        pytest.skip("this pyarrow has no string views")
    column = pa.array(["x" * 100] * 5, pa.string_view())
    assert read(table_of(a=column), text_bytes=500)[0].shape == (5, 1)
    with pytest.raises(MalformedBody, match="views of more text than it may take"):
        read(table_of(a=column), text_bytes=499)


def test_the_index_of_a_data_frame_is_no_feature():
    pandas = pytest.importorskip("pandas")
    import pyarrow as pa

    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=pandas.Index([8, 9], name="id"))
    rows, names = read(pa.Table.from_pandas(frame))
    assert names == ("a", "b")
    assert rows.tolist() == [[1.0, "x"], [2.0, "y"]]
    frame.index.name = None
    assert read(pa.Table.from_pandas(frame))[1] == ("a", "b")
    assert read(pa.Table.from_pandas(frame).replace_schema_metadata())[1] == ("a", "b")


def test_numbered_columns_of_a_data_frame_have_no_names():
    pandas = pytest.importorskip("pandas")
    import pyarrow as pa

    rows, names = read(pa.Table.from_pandas(pandas.DataFrame([[1, 2], [3, 4]])))
    assert rows.tolist() == [[1, 2], [3, 4]]
    assert names is None


@pytest.mark.parametrize(
    "metadata", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"index_columns": [{}], "column_indexes": [1]}']
)
def test_metadata_that_is_not_pandas_own_is_passed_over(metadata):
    assert read(table_of(a=[1, 2]).replace_schema_metadata({b"pandas": metadata}))[1] == ("a",)


def test_index_columns_that_are_not_there_are_passed_over():
    metadata = json.dumps({"index_columns": ["no"], "column_indexes": []})
    assert read(table_of(a=[1, 2]).replace_schema_metadata({"pandas": metadata}))[1] == ("a",)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            [dt.date(2026, 1, 2)],
            r"column 1 \('b'\) holds date32\[day\], .*, as a number or text, or leave it out",
        ),
        ([dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc)], r"holds timestamp\[us, tz=UTC\]"),
        ([dt.timedelta(1)], r"holds duration\[us\]"),
        ([b"x"], "holds binary, a model takes numbers, booleans and text: send it otherwise, or leave it out"),
        ([[1]], "holds list"),
        ([{"a": 1}], "holds struct"),
    ],
)
def test_a_column_that_no_model_takes_is_named(values, message):
    with pytest.raises(InvalidRows, match=message) as caught:
        read(table_of(a=[1], b=values))
    assert caught.value.column == 1


def test_extension_types_are_refused_whether_they_are_known_or_not():
    import pyarrow as pa

    class Known(pa.ExtensionType):  # type: ignore[misc]
        def __init__(self):
            super().__init__(pa.int64(), "tests.known")

        def __arrow_ext_serialize__(self):
            return b""

        @classmethod
        def __arrow_ext_deserialize__(cls, storage_type, serialized):
            return cls()

    known = pa.ExtensionArray.from_storage(Known(), pa.array([1]))
    with pytest.raises(InvalidRows, match="holds an extension type"):
        read(table_of(a=known))
    field = pa.field("a", pa.int64(), metadata={"ARROW:extension:name": "tests.unknown"})
    with pytest.raises(InvalidRows, match="holds an extension type"):
        read(pa.table([pa.array([1])], pa.schema([field])))
