"""JSON: numbers bit for bit both ways, null for what is missing, and the cell named that is no number."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import struct

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from sklearn_runtime.codecs.json_text import decode_json, decode_json_rows, encode_json
from sklearn_runtime.errors import InvalidRows, MalformedBody, NotAcceptable

NUMBER_TEXTS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(min_value=-(10**400), max_value=10**400).map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(lambda d: f"{d:e}"),
)


@given(st.lists(st.lists(NUMBER_TEXTS, min_size=3, max_size=3), min_size=1, max_size=4))
@example([["-0", "9007199254740993", "1e999"]])
@example([["0.1", "2.2250738585072011e-308", "5e-324"]])
def test_a_number_in_a_row_is_what_float_makes_of_its_text(texts):
    body = "[" + ",".join("[" + ",".join(row) + "]" for row in texts) + "]"
    rows = decode_json_rows(body.encode())[0]
    assert rows.shape == (len(texts), 3)
    assert rows.dtype == np.float64
    assert rows.tobytes() == b"".join(struct.pack("=d", float(text)) for row in texts for text in row)
    as_text = json.dumps(texts)
    assert decode_json_rows(as_text.encode())[0].tobytes() == rows.tobytes()


@pytest.mark.parametrize("digits", [400, 5000])
def test_a_whole_number_of_any_length_is_read(digits):
    assert decode_json_rows("[1" + "0" * digits + "]")[0].tolist() == [[math.inf]]


@given(
    hnp.arrays(
        dtype=st.one_of(
            hnp.floating_dtypes(sizes=(16, 32, 64), endianness="?"), hnp.integer_dtypes(), hnp.boolean_dtypes()
        ),
        shape=hnp.array_shapes(max_dims=3, max_side=4),
    )
)
def test_an_array_that_is_written_is_read_back_bit_for_bit(array):
    read = decode_json(encode_json(array))
    assert read.shape == array.shape
    assert read.dtype.kind == array.dtype.kind
    np.testing.assert_array_equal(read, array.astype(read.dtype))
    if array.dtype.kind == "f":
        finite = ~np.isnan(array)
        assert read[finite].tobytes() == array[finite].astype(np.float64).tobytes()


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=2)))
def test_what_is_written_is_strict_json(array):
    def refuse(constant):
        raise AssertionError(constant)

    json.loads(encode_json(array), parse_constant=refuse)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([0, 1]), "[0, 1]"),
        (np.array([[0.1, np.nan]]), "[[0.1, null]]"),
        (np.array([np.inf, -np.inf]), "[1e999, -1e999]"),
        (np.array(["a", "\u00e9"]), '["a", "\\u00e9"]'),
        (np.array(["a", None, 1], dtype=object), '["a", null, 1]'),
        (np.array([b"a"]), '["a"]'),
        (np.array([0.5], dtype=np.longdouble), "[0.5]"),
        (np.array(["2026-01-02", "NaT"], dtype="datetime64[D]"), '["2026-01-02", null]'),
        (np.float32(0.5), "0.5"),
        (np.array(7), "7"),
        (True, "true"),
        (None, "null"),
        ((np.array([1.0]), np.array([2.0, 3.0])), "[[1.0], [2.0, 3.0]]"),
        ({"label": np.array(["a"]), 1: np.nan}, '{"label": ["a"], "1": null}'),
        (pd.DataFrame({"a": [1.5], "b": ["x"]}), '[[1.5, "x"]]'),
        (pd.Series([1, 2]), "[1, 2]"),
        (sparse.csr_matrix([[0.0, 2.0]]), "[[0.0, 2.0]]"),
        ([dt.date(2026, 1, 2)], '["2026-01-02"]'),
    ],
)
def test_a_prediction_of_any_kind_is_written(value, text):
    assert encode_json(value).decode("ascii") == text


@pytest.mark.parametrize("value", [np.array([1j]), {"a": object()}])
def test_what_json_has_no_form_for_is_not_acceptable(value):
    with pytest.raises(NotAcceptable, match="which application/json cannot hold"):
        encode_json(value)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"[0, 1]", np.array([0, 1])),
        (b"[[0.5], [1]]", np.array([[0.5], [1.0]])),
        (b"[true, false]", np.array([True, False])),
        (b'["a", "bc"]', np.array(["a", "bc"])),
        (b'["a", null]', np.array(["a", None], dtype=object)),
        (b"[1, null]", np.array([1.0, np.nan])),
        (b"[18446744073709551616]", np.array([2.0**64])),
        (b"[18446744073709551615]", np.array([2**64 - 1], dtype=np.uint64)),
        (b"[1" + b"0" * 5000 + b"]", np.array([math.inf])),
        (b"3", np.array(3)),
        (b'"a"', np.array("a")),
        (b"null", np.array(np.nan)),
        (b"[]", np.array([])),
        (b"[[], []]", np.empty((2, 0))),
    ],
)
def test_a_response_keeps_its_shape_and_its_kind_of_values(body, expected):
    array = decode_json(body)
    assert array.dtype == expected.dtype
    assert array.shape == expected.shape
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize(
    "body", [b'{"a": 1}', b"[1, [2]]", b"[[1], [2, 3]]", b'[1, "a"]', b"[{}]", b"[1", b"", b"[" * 10**5]
)
def test_a_response_that_is_no_array_is_refused(body):
    with pytest.raises(MalformedBody):
        decode_json(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[1, 2]", [[1.0, 2.0]]),
        ("[[1, 2], [3, 4]]", [[1.0, 2.0], [3.0, 4.0]]),
        ('["1", 2]', [[1.0, 2.0]]),
        ('[["1e3", true], [" 4 ", false]]', [[1000.0, 1.0], [4.0, 0.0]]),
        ("\ufeff[[1]]", [[1.0]]),
        ('{"instances": [[1, 2], [3, 4]]}', [[1.0, 2.0], [3.0, 4.0]]),
        ('[{"a": 1, "b": null}]', [[1.0, None]]),
    ],
)
def test_rows_are_read(body, expected):
    np.testing.assert_array_equal(decode_json_rows(body)[0], np.array(expected, dtype=float))


@pytest.mark.parametrize("text", ["[[1, null]]", "[[1, NaN]]", '[["1", null]]', '[1, "nan"]'])
def test_null_and_nan_are_missing_values(text):
    rows, _ = decode_json_rows(text)
    assert rows[0, 0] == 1.0
    assert math.isnan(rows[0, 1])


@pytest.mark.parametrize(
    ("body", "text", "cells"),
    [
        ('[[1, "x"]]', False, [[1.0, "x"]]),
        ('[1, "1_0"]', False, [[1.0, "1_0"]]),
        ('[["007", true], [null, ""]]', False, [["007", True], [None, ""]]),
        ('{"instances": [[1, "x"]]}', False, [[1.0, "x"]]),
        ('[["1", 2]]', True, [["1", 2.0]]),
        ("[[1, 2], [null, false]]", True, [[1.0, 2.0], [None, False]]),
        ('[["caf\\u00e9"]]', True, [["caf\u00e9"]]),
    ],
)
def test_cells_that_are_not_all_numbers_are_given_as_they_were_sent(body, text, cells):
    rows, columns = decode_json_rows(body.encode(), text=text)
    assert rows.dtype == object
    assert rows.tolist() == cells
    assert [list(map(type, row)) for row in rows.tolist()] == [list(map(type, row)) for row in cells]
    assert columns is None


def test_records_of_text_have_names():
    rows, columns = decode_json_rows('[{"city": "Oslo", "size": 3}, {"size": null, "city": "Rome"}]')
    assert columns == ("city", "size")
    assert rows.tolist() == [["Oslo", 3.0], ["Rome", None]]


@pytest.mark.parametrize(
    ("body", "message", "row", "column"),
    [
        ("1", "the body is 1.0, not rows", None, None),
        ('{"a": 1, "b": 2}', "an object with the keys 'a', 'b', not rows: send [[1.0, 2.0]], {", None, None),
        ('[["x", 2], [3]]', "row 1 has 1 columns, row 0 has 2", 1, 1),
        ("[[1, 2], [3]]", "row 1 has 1 columns, row 0 has 2", 1, 1),
        ("[1, [2]]", "row 0 is 1.0, not a list", 0, None),
        ("[[1], 2]", "row 1 is 2.0, not a list", 1, None),
        ("[[[1]]]", "row 0, column 0 is a list", 0, 0),
        ("[[1, {}]]", "row 0, column 1 is an object", 0, 1),
        ('[["x", {}]]', "row 0, column 1 is an object", 0, 1),
    ],
)
def test_what_is_not_rows_is_named(body, message, row, column):
    with pytest.raises(InvalidRows) as caught:
        decode_json_rows(body)
    assert message in caught.value.message
    assert (caught.value.row, caught.value.column) == (row, column)


@pytest.mark.parametrize("depth", [50, 900, 5_000, 100_000])
def test_nesting_of_any_depth_is_refused(depth):
    body = "[" * depth + "]" * depth
    with pytest.raises((MalformedBody, InvalidRows)):
        decode_json_rows(body)
    with pytest.raises((MalformedBody, InvalidRows)):
        decode_json_rows('{"instances": [' + '{"a": ' * depth + "1" + "}" * depth + "]}")
    if depth > 900:
        with pytest.raises(MalformedBody, match="nested too deeply"):
            decode_json(body)


def test_no_rows_are_an_empty_array():
    assert decode_json_rows("[]")[0].size == 0


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(MalformedBody, InvalidRows):
        assert decode_json_rows(text)[0].ndim == 2
