"""Numbers are written so that they are read back bit for bit, the same with orjson and without."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from sklearn_runtime.codecs.json_text import decode_json
from sklearn_runtime.codecs.json_writer import LABELS_SIZE, SMALL_SIZE, TINY_SIZE, encode_json
from sklearn_runtime.errors import NotAcceptable
from tests.runtime.codecs.json_ways import forced

WRITERS = ("orjson", "json module")


@pytest.mark.parametrize("way", WRITERS)
@settings(deadline=None)
@given(
    array=hnp.arrays(
        dtype=st.one_of(
            hnp.floating_dtypes(sizes=(16, 32, 64), endianness="?"), hnp.integer_dtypes(), hnp.boolean_dtypes()
        ),
        shape=hnp.array_shapes(max_dims=3, max_side=4),
    )
)
def test_an_array_that_is_written_is_read_back_bit_for_bit(way, array):
    with forced(way):
        read = decode_json(encode_json(array))
    assert read.shape == array.shape
    assert read.dtype.kind == array.dtype.kind
    np.testing.assert_array_equal(read, array.astype(read.dtype))
    if array.dtype.kind == "f":
        finite = ~np.isnan(array)
        assert read[finite].tobytes() == array[finite].astype(np.float64).tobytes()


@settings(deadline=None)
@given(hnp.arrays(st.sampled_from([np.float64, np.float32, np.int8, np.bool_]), hnp.array_shapes(max_dims=2)))
def test_what_is_written_is_strict_json_and_the_same_value_in_every_way(array):
    def refuse(constant):
        raise AssertionError(constant)

    values = []
    for way in WRITERS:
        with forced(way):
            values.append(json.loads(encode_json(array), parse_constant=refuse))
    assert values[0] == values[1]


@pytest.mark.parametrize(
    "size", [1, TINY_SIZE, TINY_SIZE + 1, LABELS_SIZE, LABELS_SIZE + 1, SMALL_SIZE, SMALL_SIZE + 1, 1000]
)
@pytest.mark.parametrize("way", WRITERS)
@pytest.mark.parametrize("dtype", ["i1", "u1", "<i8", ">i8", "u8"])
@pytest.mark.parametrize("most", [9, 10])
def test_labels_are_written_the_same_in_every_number(size, way, dtype, most):
    labels = np.arange(size).astype(dtype) % (most + 1)
    for array in (labels, labels[::-1], labels.reshape(-1, 1)):
        with forced(way):
            assert encode_json(array) == json.dumps(array.tolist(), separators=(",", ":")).encode()


@pytest.mark.parametrize("shape", [(600,), (300, 2), (2, 300), (600, 1), (10, 30, 2)])
@pytest.mark.parametrize("last", [0.1, np.nan, np.inf, -1e-7])
@pytest.mark.parametrize("dtype", ["f8", ">f8", "f4"])
def test_many_floats_are_written_the_same_with_numpy(shape, last, dtype):
    array = np.append(np.arange(599) / 7, last).reshape(shape).astype(dtype)
    with forced("json module"):
        written = encode_json(array)
    expected = json.dumps(array.astype(float).tolist(), separators=(",", ":"))
    assert written.decode() == expected.replace("NaN", "null").replace("Infinity", "1e999")


@pytest.mark.parametrize("way", WRITERS)
@pytest.mark.parametrize(
    "array", [np.empty((0,)), np.empty((2, 0)), np.empty((0, 2)), np.array(0.5), np.arange(-40, 40)]
)
def test_an_array_of_any_shape_and_sign_is_written(way, array):
    with forced(way):
        assert encode_json(array) == json.dumps(array.tolist(), separators=(",", ":")).encode()


@pytest.mark.parametrize("way", WRITERS)
@settings(deadline=None)
@given(labels=st.lists(st.text(), min_size=1))
@example(labels=["half a pair: \ud800"])
@example(labels=['\x7f\x1b\n"\\/'])
def test_text_is_written_in_ascii_and_read_back(way, labels):
    with forced(way):
        for array in (np.array(labels, dtype=object), np.array(labels)):
            text = encode_json(array)
            assert text.isascii()
            assert json.loads(text) == array.tolist()


@pytest.mark.parametrize("way", WRITERS)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([0, 1]), "[0,1]"),
        (np.array([[0.1, np.nan]]), "[[0.1,null]]"),
        (np.array([np.inf, -np.inf]), "[1e999,-1e999]"),
        (np.array(["a", "\u00e9"]), '["a","\\u00e9"]'),
        (np.array(["a", None, 1], dtype=object), '["a",null,1]'),
        (np.array([b"a"]), '["a"]'),
        (np.array([["a"], ["b"]]), '[["a"],["b"]]'),
        (np.array("a"), '"a"'),
        (np.array([], dtype=str), "[]"),
        (np.array([[True], [False]]), "[[true],[false]]"),
        (np.array([0.5], dtype=np.longdouble), "[0.5]"),
        (np.array(["2026-01-02", "NaT"], dtype="datetime64[D]"), '["2026-01-02",null]'),
        (np.array([1.0, np.nan, np.inf, -np.inf, 0.1, -0.0]), "[1.0,null,1e999,-1e999,0.1,-0.0]"),
        (
            np.array([0.1, 0.2, 0.3, 0.4, 0.5], dtype=np.float16)[:1].repeat(5),
            "[" + ",".join(["0.0999755859375"] * 5) + "]",
        ),
        (np.float32(0.5), "0.5"),
        (float("nan"), "null"),
        ([np.str_("a"), b"b"], '["a","b"]'),
        (np.array(7), "7"),
        (True, "true"),
        (None, "null"),
        ((np.array([1.0]), np.array([2.0, 3.0])), "[[1.0],[2.0,3.0]]"),
        ({"label": np.array(["a"]), 1: np.nan}, '{"label":["a"],"1":null}'),
        (pd.DataFrame({"a": [1.5], "b": ["x"]}), '[[1.5,"x"]]'),
        (pd.Series([1, 2]), "[1,2]"),
        (sparse.csr_matrix([[0.0, 2.0]]), "[[0.0,2.0]]"),
        ([dt.date(2026, 1, 2)], '["2026-01-02"]'),
    ],
)
def test_a_prediction_of_any_kind_is_written(way, value, text):
    with forced(way):
        assert encode_json(value).decode("ascii") == text


@pytest.mark.parametrize("value", [np.array([1j]), {"a": object()}])
def test_what_json_has_no_form_for_is_not_acceptable(value):
    with pytest.raises(NotAcceptable, match="which application/json cannot hold"):
        encode_json(value)
