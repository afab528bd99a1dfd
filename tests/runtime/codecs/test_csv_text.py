"""CSV: numbers bit for bit both ways, headers, blank lines, quotes, and the field named that is no number."""

from __future__ import annotations

import contextlib
import csv
import io
import math
import struct

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sklearn_runtime.codecs.csv_text import decode_csv, decode_csv_rows, encode_csv
from sklearn_runtime.errors import InvalidRows, MalformedBody, NotAcceptable, UnsupportedMediaType

NUMBER_TEXTS = st.one_of(
    st.floats(allow_nan=False).map(repr),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.sampled_from([".5", "+1", "007", "-0", "9007199254740993", " 1 ", "1e400"]),
)


@given(
    st.lists(st.lists(NUMBER_TEXTS, min_size=2, max_size=2), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\r\n\r\n"]),
    st.booleans(),
    st.sampled_from(["", "\ufeff"]),
    st.booleans(),
)
def test_a_number_in_a_row_is_what_float_makes_of_its_text(texts, newline, end, quoted, mark, header):
    lines = [",".join(f'"{text}"' if quoted else text for text in row) for row in texts]
    body = mark + newline.join((["a,b"] if header else []) + lines) + end
    rows, columns = decode_csv_rows(body.encode())
    assert rows.tobytes() == b"".join(struct.pack("=d", float(text)) for row in texts for text in row)
    assert rows.shape == (len(texts), 2)
    assert columns == (("a", "b") if header else None)


@given(hnp.arrays(st.one_of(hnp.floating_dtypes(sizes=(32, 64)), hnp.integer_dtypes()), hnp.array_shapes(max_dims=2)))
@example(np.array([[1.0], [2.0]]))
def test_an_array_that_is_written_is_read_back_bit_for_bit(array):
    read = decode_csv(encode_csv(array))
    # One value a line is one dimension: CSV cannot tell a column from a list.
    expected = array.ravel() if array.ndim == 2 and array.shape[1] == 1 else array
    assert read.dtype.kind == array.dtype.kind
    assert read.shape == expected.shape
    np.testing.assert_array_equal(read, expected.astype(read.dtype))


@given(st.lists(st.text(min_size=1).filter(lambda text: "\0" not in text), min_size=1))
def test_labels_of_any_text_come_back(labels):
    # Labels that look like numbers are numbers in CSV; this letter keeps them apart.
    array = np.array(["x" + label for label in labels])
    assert decode_csv(encode_csv(array)).tolist() == array.tolist()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([0, 1]), "0\n1\n"),
        (np.array([0.1, np.nan]), "0.1\nnan\n"),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), "1.0,2.0\n3.0,4.0\n"),
        (np.array(["a", 'b"c', "d,e"], dtype=object), 'a\n"b""c"\n"d,e"\n'),
        (np.array([True, False]), "True\nFalse\n"),
        (np.array([b"\xc3\xa9", b"\xff"]), "\xe9\n\ufffd\n"),
        (np.array([["a", "b"], ["", "d"]]), "a,b\n,d\n"),
        (np.array([0.5], dtype=np.longdouble), "0.5\n"),
        (np.array(["2026-01-02"], dtype="datetime64[D]"), "2026-01-02\n"),
        (pd.DataFrame({"a": [1.5], "b": ["x"]}), "1.5,x\n"),
        (3, "3\n"),
        ("a", "a\n"),
        (np.empty((0, 2)), ""),
    ],
)
def test_a_prediction_of_any_kind_is_written(value, text):
    assert encode_csv(value).decode("utf-8") == text


def test_columns_are_written_as_a_header():
    assert encode_csv(np.array([[1, 2]]), columns=["a", "b,c"]) == b'a,"b,c"\n1,2\n'


def test_more_than_two_dimensions_are_not_acceptable():
    with pytest.raises(NotAcceptable, match="has 3 dimensions, text/csv holds at most 2"):
        encode_csv(np.zeros((1, 1, 1)))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"0\n1\n", np.array([0, 1])),
        (b"0.5,1\n", np.array([[0.5, 1.0]])),
        (b"\xef\xbb\xbf1\n-0\n007\n", np.array([1, 0, 7])),
        (b"1,2\r\n3,4\r\n", np.array([[1, 2], [3, 4]])),
        (b"1e5\n2\n", np.array([1e5, 2.0])),
        (b"9007199254740993\n1\n", np.array([2**53 + 1, 1])),
        (b"18446744073709551615\n", np.array([2**64 - 1], dtype=np.uint64)),
        (b"nan\n1\n", np.array([np.nan, 1.0])),
        (b"nan,\n1,2\n", np.array([["nan", ""], ["1", "2"]])),
        (b"inf\n1\n", np.array([np.inf, 1.0])),
        (b'"0.5"\n1\n', np.array([0.5, 1.0])),
        (b"True\nFalse\n", np.array([True, False])),
        (b"a\nb\n", np.array(["a", "b"])),
        (b"99999999999999999999999\n", np.array([1e23])),
        (b"", np.array([])),
    ],
)
def test_a_response_keeps_its_kind_of_values(body, expected):
    array = decode_csv(body)
    assert array.dtype == expected.dtype
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("body", [b"1,2\n3\n", b'"a', b"\xff"])
def test_a_response_that_is_no_array_is_refused(body):
    with pytest.raises(MalformedBody):
        decode_csv(body)


@pytest.mark.parametrize(
    ("text", "header", "columns", "values"),
    [
        ("1,2,3", None, None, [[1.0, 2.0, 3.0]]),
        ("1\n2\n", None, None, [[1.0], [2.0]]),
        ("a, b\n1,2\n", None, ("a", " b"), [[1.0, 2.0]]),
        ('"a","b"\n1,2\n', None, ("a", "b"), [[1.0, 2.0]]),
        ("1,2\n3,4\n", True, ("1", "2"), [[3.0, 4.0]]),
        ("1,2\n3,4\n", False, None, [[1.0, 2.0], [3.0, 4.0]]),
        (",b\n0,2\n", None, ("", "b"), [[0.0, 2.0]]),
        ("r\u00e9sum\u00e9\n1\n", None, ("r\u00e9sum\u00e9",), [[1.0]]),
    ],
)
def test_rows_and_header_are_read(text, header, columns, values):
    rows, names = decode_csv_rows(text, header=header)
    assert names == columns
    assert rows.tolist() == values


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("first", ["\ufeff", ""])
@pytest.mark.parametrize("names", ['"a","b c"', "a,b c", ",b c", "1st,b c"])
def test_a_header_stands_before_a_large_table(names, first, end):
    body = (first + names + end + f"1.5,{end}".join([""] * 2000)).encode()
    rows, columns = decode_csv_rows(body)
    assert columns == tuple(names.replace('"', "").split(","))
    assert rows.shape == (1999, 2)
    assert rows[:, 0].tolist() == [1.5] * 1999


def test_a_header_longer_than_is_remembered_is_read_too():
    names = tuple(f"feature_{index}" for index in range(2000))
    rows, columns = decode_csv_rows(",".join(names) + "\n" + ",".join(["1"] * 2000))
    assert columns == names
    assert rows.shape == (1, 2000)


@pytest.mark.parametrize("body", [b'"a\nb",c\n1,2\n', b'"a\r\nb",c\r\n1,2\r\n'])
def test_a_header_may_go_over_several_lines(body):
    rows, columns = decode_csv_rows(body)
    assert columns == (body[1:5].decode().rstrip('"'), "c")
    assert rows.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_body_is_any_bytes(kind):
    assert decode_csv_rows(kind(b"a\xe9,b\n1,2\n"), "iso-8859-1")[1] == ("a\xe9", "b")
    assert decode_csv_rows(kind(b"x,1\n"), header=False)[0].tolist() == [["x", "1"]]
    assert decode_csv(kind(b"x\ny\n")).tolist() == ["x", "y"]


def test_a_text_has_no_charset_any_more():
    assert decode_csv_rows("\xe9\n1\n", "iso-8859-1")[1] == ("\xe9",)


@pytest.mark.parametrize("decoder", [decode_csv, decode_csv_rows])
def test_an_unknown_charset_is_refused_for_numbers_too(decoder):
    with pytest.raises(UnsupportedMediaType):
        decoder(b"1,2\n", "utf-7")


@pytest.mark.parametrize("text", ["1,,3", '1,"",3', "1, ,3", "1,nan,3", "1,NaN,3\n", "a,b,c\n1,,3"])
def test_an_empty_field_and_nan_are_missing_values(text):
    rows, _ = decode_csv_rows(text)
    assert math.isnan(rows[0, 1])
    assert rows[0, 2] == 3.0


def test_a_row_of_empty_fields_is_no_header():
    rows, columns = decode_csv_rows(",,\n1,2,3\n")
    assert columns is None
    assert rows.shape == (2, 3)


@pytest.mark.parametrize(
    ("text", "message", "row", "column"),
    [
        ("1,2\n3", "row 1 has 1 columns, row 0 has 2", 1, 1),
        ("1,2\n\n3,4", "row 1 is a blank line", 1, None),
        ("\n1,2", "row 0 is a blank line", 0, None),
        ("a,b\n1\n", "row 0 has 1 columns, the header has 2", 0, None),
        ("1;2;3", "row 0 is '1;2;3': values are separated by commas", 0, None),
        ("a\tb\n1\t2\n", "values are separated by commas", 0, None),
    ],
)
def test_what_is_not_rows_is_named(text, message, row, column):
    with pytest.raises(InvalidRows) as caught:
        decode_csv_rows(text)
    assert message in caught.value.message
    assert (caught.value.row, caught.value.column) == (row, column)


@pytest.mark.parametrize(
    ("body", "text", "columns", "cells"),
    [
        ("1,x", False, None, [["1", "x"]]),
        ("a,b\n007,x\n,y\n", False, ("a", "b"), [["007", "x"], [None, "y"]]),
        ("1_0,\u0661", False, None, [["1_0", "\u0661"]]),
        ('007, 2\n"",\n', True, None, [["007", " 2"], [None, None]]),
        ('a,b\n"c,d","e\n""f"""\r\n', False, None, [["a", "b"], ["c,d", 'e\n"f"']]),
    ],
)
def test_text_comes_as_it_was_sent(body, text, columns, cells):
    rows, names = decode_csv_rows(body, header=columns is not None, text=text)
    assert names == columns
    assert rows.dtype == object
    assert rows.tolist() == cells


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the body is empty"),
        ("\r\n \n", "the body is empty"),
        ('1,"2', "the body is not CSV: line 1"),
        ('1,"2"3\n', "the body is not CSV: line 1"),
        ('"' + "1" * (csv.field_size_limit() + 1) + '"', "the body is not CSV: line 1: field larger than field limit"),
    ],
)
def test_what_is_not_csv_is_refused(text, message):
    with pytest.raises(MalformedBody, match=message):
        decode_csv_rows(text)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(MalformedBody, InvalidRows):
        assert decode_csv_rows(text)[0].ndim == 2


@given(st.lists(st.lists(st.floats(allow_nan=False), min_size=3, max_size=3), min_size=1))
def test_what_pythons_own_writer_writes_is_read_exactly(rows):
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    assert decode_csv_rows(stream.getvalue())[0].tolist() == rows
