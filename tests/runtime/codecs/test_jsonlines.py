"""JSON lines: one row, one result a line, and the line at fault is named."""

from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sklearn_runtime.codecs.json_text import decode_json_rows, encode_json
from sklearn_runtime.codecs.jsonlines import decode_jsonlines, decode_jsonlines_rows, encode_jsonlines
from sklearn_runtime.errors import InvalidRows, MalformedBody, NotAcceptable, RequestError

FLOATS = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=1, max_dims=2), elements=st.floats(allow_nan=True, allow_infinity=True)
)


@given(FLOATS)
def test_numbers_come_back_bit_for_bit_and_a_line_is_a_result(array):
    body = encode_jsonlines(array)
    assert body.count(b"\n") == len(array)
    assert body.endswith(b"\n")
    np.testing.assert_array_equal(decode_jsonlines(body), array)
    rows, columns = decode_jsonlines_rows(body)
    np.testing.assert_array_equal(rows, array.reshape(len(array), -1))
    assert columns is None


@pytest.mark.parametrize(
    "value",
    [
        np.array([1, 2]),
        np.array([True, False]),
        np.array(["a", "b, [c]", '"]\n["']),
        np.array(["a", "b"], dtype=object),
        np.array([["a"], ["b"]]),
        np.zeros((2, 2, 2)),
        np.array([[0.1, 2.0]], dtype=np.float32),
    ],
)
def test_an_array_comes_back_as_it_was(value):
    read = decode_jsonlines(encode_jsonlines(value))
    np.testing.assert_array_equal(read, value)
    assert encode_jsonlines(value).count(b"\n") == len(value)


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (["a", None, 1], [b'"a"', b"null", b"1"]),
        ([{"label": "a"}, {"label": "b"}], [b'{"label": "a"}', b'{"label": "b"}']),
        ([np.array([1, 2]), np.array([3, 4])], [b"[1, 2]", b"[3, 4]"]),
        ({"label": "a"}, [b'{"label": "a"}']),
        ("one", [b'"one"']),
        (np.array(2), [b"2"]),
        (np.empty((2, 0)), [b"[]", b"[]"]),
        ([], []),
    ],
)
def test_whatever_json_takes_is_written_an_item_a_line(value, lines):
    assert [json.loads(line) for line in encode_jsonlines(value).splitlines()] == [json.loads(line) for line in lines]


def test_one_array_an_output_is_no_result_a_row():
    with pytest.raises(NotAcceptable, match=r"a list of 2 arrays, not one result a row, .*: accept application/json"):
        encode_jsonlines([np.zeros((3, 2)), np.zeros((3, 2))])


@pytest.mark.parametrize(
    ("body", "rows", "columns"),
    [
        ("[1, 2]\n[3, 4]\n", [[1, 2], [3, 4]], None),
        ("[1, 2]\r\n[3, 4]\r\n \n", [[1, 2], [3, 4]], None),
        ("\ufeff [1]", [[1]], None),
        ('{"features": [1, "2"]}\n{"features": [3, true]}', [[1, 2], [3, 1]], None),
        ('{"features": 5}\n{"features": 6}', [[5], [6]], ("features",)),
        ('{"b": 2, "a": 1}\n{"a": 3, "b": null}', [[2, 1], [None, 3]], ("b", "a")),
        ("1\n2.5\nnull\n", [[1], [2.5], [None]], None),
        ('"1"\n"2"', [[1], [2]], None),
    ],
)
def test_a_row_is_a_list_a_record_features_or_one_value(body, rows, columns):
    read, names = decode_jsonlines_rows(body)
    assert read.dtype == np.float64
    np.testing.assert_array_equal(read, np.array(rows, dtype=float))
    assert names == columns


def test_text_is_given_as_it_was_sent():
    rows, _ = decode_jsonlines_rows('["007", "x", 1]\n[null, "", true]')
    assert rows.dtype == object
    assert rows.tolist() == [["007", "x", 1.0], [None, "", True]]
    assert decode_jsonlines_rows('"thin"\n"thick"')[0].tolist() == [["thin"], ["thick"]]
    rows, _ = decode_jsonlines_rows("[1]\n[2]", text=True)
    assert rows.tolist() == [[1.0], [2.0]]
    assert rows.dtype == object


@pytest.mark.parametrize(
    ("body", "row", "message"),
    [
        ("", None, "the body is empty"),
        ("\n \n", None, "the body is empty"),
        ("[1]\n\n[2]", 1, "row 1 is a blank line"),
        ("[1]\n[2", 1, "row 1 is not JSON: "),
        ("[1],[2]\n[3]", 0, "row 0 is not JSON: Extra data"),
        ("[1,2],[3\n4]", 0, "row 0 is not JSON: "),
        ("[1,2\n3,4]\n[5]", 0, "row 0 is not JSON"),
        ("[1]\n" + "[" * 100_000, 1, "row 1 is nested too deeply"),
        ("1, 2\n", 0, "row 0 is not JSON: Extra data"),
    ],
)
def test_a_line_that_is_no_json_is_named(body, row, message):
    with pytest.raises(MalformedBody, match=message) as caught:
        decode_jsonlines_rows(body)
    assert caught.value.row == row


@pytest.mark.parametrize(
    ("body", "row", "column", "message"),
    [
        ("[1, 2]\n[3]", 1, 1, "row 1 has 1 columns, row 0 has 2"),
        ('[1]\n{"a": 1}', 1, None, "not a list like the other rows"),
        ('{"a": 1}\n{"b": 1}', 1, None, "row 1 has other columns than row 0"),
        ("[1]\n[{}]", 1, 0, "row 1, column 0 is an object"),
        ("[[1]]", 0, 0, "row 0, column 0 is a list"),
    ],
)
def test_rows_that_do_not_fit_are_named(body, row, column, message):
    with pytest.raises(InvalidRows, match=message) as caught:
        decode_jsonlines_rows(body)
    assert (caught.value.row, caught.value.column) == (row, column)


@given(FLOATS.filter(lambda array: array.ndim == 2))
def test_the_rows_are_those_of_the_same_json(array):
    lines, _ = decode_jsonlines_rows(encode_jsonlines(array))
    assert lines.tobytes() == decode_json_rows(encode_json(array))[0].tobytes()


def is_json(line):
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


@given(st.lists(st.sampled_from(["[", "]", "{", "}", ",", "\n", "1", '"a"', ":", " ", "null"]), max_size=12))
def test_a_body_is_read_exactly_where_every_line_is_json(parts):
    body = "".join(parts)
    lines = body.rstrip("\n ").split("\n")
    valid = all(map(is_json, lines))
    with contextlib.suppress(InvalidRows):
        try:
            rows, _ = decode_jsonlines_rows(body)
        except MalformedBody:
            assert not valid
        else:
            assert valid
            assert len(rows) == len(lines)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(RequestError):
        decode_jsonlines_rows(text)
