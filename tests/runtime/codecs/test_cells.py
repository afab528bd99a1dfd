"""Text is a number exactly where float says so, but for Python's own spellings."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sklearn_runtime.codecs.cells import body_text, cell_array, parse_number
from sklearn_runtime.errors import InvalidRows, MalformedBody, UnsupportedMediaType


def bits(number: float) -> bytes:
    return struct.pack("<d", number)


@given(st.floats(allow_nan=False))
@example(-0.0)
def test_a_number_is_read_as_float_reads_it(number):
    for text in (repr(number), f" {number:.25e}\t", f"{number:+}"):
        parsed = parse_number(text)
        assert parsed is not None
        assert bits(parsed) == bits(float(text))


@given(st.text(max_size=8))
@example("1_000")
@example("\u0661")
@example("")
@example("0x1")
@example("0\x1f")
def test_text_is_a_number_only_where_float_takes_it_in_plain_ascii(text):
    number = parse_number(text)
    if number is None:
        plain = text.strip().isascii() and "_" not in text
        if plain:
            with pytest.raises(ValueError):
                float(text.strip())
    else:
        assert bits(number) == bits(float(text.strip())) or math.isnan(number)


def test_rows_take_numbers_booleans_nulls_and_numeric_text():
    rows = cell_array([[1, True, None], ["2.5", False, float("nan")]])
    assert rows.dtype == np.float64
    assert rows.tolist()[0][:2] == [1.0, 1.0]
    assert rows.tolist()[1][:2] == [2.5, 0.0]
    assert math.isnan(rows[0, 2])
    assert math.isnan(rows[1, 2])


def test_rows_with_text_keep_their_cells():
    rows = cell_array([[1, True, None], ["a", "007", 2.5]])
    assert rows.dtype == object
    assert rows.tolist() == [[1.0, True, None], ["a", "007", 2.5]]
    assert [type(cell) for cell in rows[0]] == [float, bool, type(None)]


def test_numbers_stay_cells_for_a_model_of_text():
    assert cell_array([["007", 1]], text=True).tolist() == [["007", 1.0]]
    assert cell_array([["", " ", "1"]], empty_is_missing=True, text=True).tolist() == [[None, None, "1"]]


@pytest.mark.parametrize("text", [False, True])
def test_no_rows_are_an_empty_array(text):
    assert cell_array([], text=text).shape == (0, 0)
    assert cell_array([[], []], text=text).shape == (2, 0)


@pytest.mark.parametrize(
    ("rows", "message", "row", "column"),
    [
        ([[1.0], 2.0], "row 1 is 2.0, not a list like the other rows", 1, None),
        ([[1.0, 2.0], [1.0]], "row 1 has 1 columns, row 0 has 2", 1, 1),
        ([[1.0], [1.0, 2.0]], "row 1 has 2 columns, row 0 has 1", 1, 1),
        ([[[1.0]]], "row 0, column 0 is a list: a row holds numbers only", 0, 0),
        ([["a", {}]], "row 0, column 1 is an object", 0, 1),
    ],
)
@pytest.mark.parametrize("text", [False, True])
def test_rows_that_are_no_table_are_refused(rows, message, row, column, text):
    with pytest.raises(InvalidRows) as caught:
        cell_array(rows, text=text)
    assert message in caught.value.message
    assert (caught.value.row, caught.value.column) == (row, column)


@pytest.mark.parametrize("text", ["1_0", "\u0661", "x", ""])
def test_one_text_that_is_no_number_keeps_every_cell(text):
    assert cell_array([["1"], [text]]).tolist() == [["1"], [text]]


def test_white_space_around_a_number_is_none_of_it():
    assert cell_array([["\x1c1\u2003", " 2\t"]]).tolist() == [[1.0, 2.0]]


def test_empty_text_is_missing_where_asked_for():
    assert math.isnan(cell_array([[" "]], empty_is_missing=True)[0, 0])


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("\ufeffa", "utf-8", "a"),
        ("a", "utf-8", "a"),
        (b"\xef\xbb\xbfa", "UTF-8", "a"),
        (bytearray(b"a"), "us-ascii", "a"),
        (memoryview(b"\xe9"), "iso-8859-1", "\xe9"),
    ],
)
def test_a_body_is_text_without_its_byte_order_mark(body, charset, text):
    assert body_text(body, charset) == text


def test_bytes_that_are_not_text_are_placed():
    with pytest.raises(MalformedBody, match="not utf-8 text: byte 2"):
        body_text(b"ab\xff")


def test_an_unknown_charset_is_named():
    with pytest.raises(UnsupportedMediaType, match="charset 'utf-7' is not supported"):
        body_text(b"a", "utf-7")
