"""JSON: numbers bit for bit both ways, null for what is missing, and the cell named that is no number."""

from __future__ import annotations

import contextlib
import json
import math
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sklearn_runtime.codecs.json_text import MAX_DIMENSIONS, decode_json, decode_json_rows
from sklearn_runtime.errors import InvalidRows, MalformedBody, RequestError, UnsupportedMediaType
from tests.runtime.codecs.json_ways import SLOW, WAYS, forced

SPACE = st.sampled_from(["", "", "", " ", "\n", "\t\r "])
EXPONENT = st.tuples(
    st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), st.from_regex(r"0*[0-9]{1,3}", fullmatch=True)
)
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.integers(-(10**400), 10**400).map(str),
    st.tuples(
        st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,30})?", fullmatch=True), st.just("") | EXPONENT.map("".join)
    ).map("".join),
)
"""Every spelling of a number that JSON has."""


@st.composite
def tables(draw, numbers=NUMBERS):
    """Rows of numbers as text, and a body that holds them, with white space wherever JSON allows it."""
    columns = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(numbers, min_size=columns, max_size=columns), min_size=1, max_size=6))
    comma, end = (
        draw(st.sampled_from([(",", ","), (", ", ", "), (",", ", "), None])) or (draw(SPACE) + "," + draw(SPACE),) * 2
    )
    inner = draw(st.sampled_from(["", "", draw(SPACE)]))
    outer = draw(st.sampled_from(["", "", draw(SPACE)]))
    lines = ["[" + inner + comma.join(row) + inner + "]" for row in rows]
    body = outer + "[" + inner + end.join(lines) + inner + "]" + outer
    return rows, draw(st.sampled_from([body, body, '{"instances": ' + body + "}"]))


@pytest.mark.parametrize("way", WAYS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables())
@example(table=([["-0", "9007199254740993", "1e999"]], "[[-0,9007199254740993,1e999]]"))
@example(table=([["-0.0", "-0e5", "0"]], "[[-0.0,-0e5,0]]"))
@example(table=([["0.1", "2.2250738585072011e-308", "5e-324"]], "[[0.1, 2.2250738585072011e-308, 5e-324]]"))
@example(table=([["18446744073709551616", "1" * 400]], f"[[18446744073709551616,{'1' * 400}]]"))
def test_a_number_in_a_row_is_what_float_makes_of_its_text(way, table):
    texts, body = table
    with forced(way):
        rows, columns = decode_json_rows(body.encode())
    assert columns is None
    assert rows.shape == (len(texts), len(texts[0]))
    assert rows.dtype == np.float64
    assert rows.tobytes() == b"".join(struct.pack("=d", float(text)) for row in texts for text in row)


@settings(deadline=None)
@given(table=tables())
def test_a_number_that_is_sent_as_text_is_the_same_number(table):
    texts, _ = table
    rows, _ = decode_json_rows(json.dumps(texts).encode())
    assert rows.tobytes() == b"".join(struct.pack("=d", float(text)) for row in texts for text in row)


def outcome(way, read, body, *args):
    """What became of a body: bits, shape and names, or the error with all that it says."""
    with forced(way):
        try:
            result = read(body, *args)
        except RequestError as error:
            return type(error), error.message, error.row, error.column
    array, columns = result if isinstance(result, tuple) else (result, None)
    cells = array.tolist()
    return array.shape, array.dtype, repr(cells), columns


BODIES = st.one_of(
    tables().map(lambda table: table[1]),
    tables(
        st.sampled_from(["1", "-0", "0.5", "null", "true", "NaN", "Infinity", '"x"', '"1"', '"-0"', "[1]", "{}"])
    ).map(lambda table: table[1]),
    st.sampled_from(
        [
            '[{"a": 1, "b": -0}, {"b": 2.5, "a": null}]',
            '{"columns": ["a", "b"], "data": [[1, 2], [-0, true]]}',
            '{"columns": [0, 1], "index": [0, 1], "data": [[1, 2], [3, 4]]}',
            '{"instances": [1, 2], "instances": [[3, -0]]}',
            '{"instances": [{"a": "x"}, {"a": 1e400}]}',
            "[1, 2, 3]",
            "[[], []]",
            "[[[1, 2]]]",
            "18446744073709551616",
            "[18446744073709551616, 1]",
            "[true, 1, 2.5]",
            '["a", "b"]',
            "[]",
            "1",
        ]
    ),
)
MUTATIONS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 2),
        st.sampled_from(
            [bytes([byte]) for byte in b'[]{}",:.+-eE019 \n\x00x\xff'] + [b"null", b"],[", b"-0", b"\xef\xbb\xbf"]
        ),
    ),
    max_size=3,
)


@st.composite
def mutated(draw):
    """Bodies with bytes taken out, put in or changed."""
    body = draw(BODIES).encode()
    for place, removed, inserted in draw(MUTATIONS):
        at = int(place * len(body))
        body = body[:at] + inserted + body[at + removed :] if draw(st.booleans()) else body[:at] + body[at + 1 :]
    return body


@pytest.mark.parametrize("way", WAYS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=mutated(), text=st.booleans())
@example(body=b"[[-0]]", text=False)
@example(body=b"[[1,]]", text=False)
@example(body=b"[[007]]", text=False)
@example(body=b"[[1.]]", text=False)
@example(body=b"[[.5]]", text=False)
@example(body=b"[[+1]]", text=False)
@example(body=b"[[1e5.5, 1]]", text=False)
@example(body=b"[[1-2]]", text=False)
@example(body=b"[[1 2]]", text=False)
@example(body=b"[[1],[2],]", text=False)
@example(body=b"[[1],2,[3]]", text=False)
@example(body=b"[[1],[2]],[[3]]", text=False)
@example(body=b"[[1,2],[3]]", text=False)
@example(body=b"[[1],[2,3]]", text=False)
@example(body=b"[[1],[]]", text=False)
@example(body=b"[[1],[[2]]]", text=False)
@example(body=b'{"instances": [[1]]}}', text=False)
@example(body=b'{"instances": [[1]], "x": [[2]]}', text=False)
def test_rows_are_read_or_refused_as_the_json_module_alone_does_it(way, body, text):
    assert outcome(way, decode_json_rows, body, "utf-8", text) == outcome(SLOW, decode_json_rows, body, "utf-8", text)


@pytest.mark.parametrize("way", ["orjson", "json module"])
@settings(deadline=None)
@given(body=mutated())
def test_a_response_is_read_or_refused_as_the_json_module_alone_does_it(way, body):
    assert outcome(way, decode_json, body) == outcome(SLOW, decode_json, body)


@pytest.mark.parametrize("digits", [400, 5000])
def test_a_whole_number_of_any_length_is_read(digits):
    assert decode_json_rows("[1" + "0" * digits + "]")[0].tolist() == [[math.inf]]


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
        (" [[1]]\r\n", [[1.0]]),
        (bytearray(b"[[1]]"), [[1.0]]),
        (memoryview(b"[[1]]"), [[1.0]]),
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
    for content in ("", "1", '"a"'):
        with pytest.raises(MalformedBody, match="nested"):
            decode_json("[" * depth + content + "]" * depth)


@pytest.mark.parametrize("content", ["1", '"a"'])
def test_a_response_may_have_as_many_dimensions_as_an_array(content):
    assert decode_json("[" * MAX_DIMENSIONS + content + "]" * MAX_DIMENSIONS).ndim == MAX_DIMENSIONS


@pytest.mark.parametrize("charset", ["UTF-8", "utf8", "us-ascii", "iso-8859-1"])
def test_rows_are_the_same_in_every_charset(charset):
    assert decode_json_rows(b"[[1.5, -0]]", charset)[0].tolist() == [[1.5, 0.0]]
    assert decode_json(b"[1.5]", charset).tolist() == [1.5]


def test_an_unknown_charset_is_refused():
    with pytest.raises(UnsupportedMediaType, match="charset 'utf-7' is not supported"):
        decode_json_rows(b"[[1]]", "utf-7")


def test_no_rows_are_an_empty_array():
    assert decode_json_rows("[]")[0].size == 0


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(MalformedBody, InvalidRows):
        assert decode_json_rows(text)[0].ndim == 2
