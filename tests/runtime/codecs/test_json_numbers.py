"""Lists of lists of numbers: nothing is taken that is no JSON, and each number is what float makes of its text."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest

from sklearn_runtime.codecs.json_numbers import BLOCK_NUMBERS, MAX_BLOCK_BYTES, number_rows


def by_the_json_module(body):
    """The bits and the shape of rows of numbers, None where a body is anything else."""
    try:
        rows = json.loads(body, parse_int=float, parse_constant=int)
        array = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return (array.shape, array.tobytes()) if array.ndim == 2 and array.size else None


def read(body):
    array = number_rows(body)
    return None if array is None else (array.shape, array.tobytes())


@pytest.mark.parametrize(("alphabet", "most"), [("01.-e", 5), ("1.-+E", 5), ("1,[] ", 6)])
def test_of_all_short_texts_exactly_those_that_are_json_are_taken(alphabet, most):
    for length in range(most + 1):
        for characters in itertools.product(alphabet, repeat=length):
            body = ("[[" + "".join(characters) + "]]").encode()
            taken = read(body)
            expected = by_the_json_module(body)
            assert taken == expected or (taken is None and b" " in body), body


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize(
    "rows",
    [
        np.random.default_rng(0).normal(size=(BLOCK_NUMBERS // 2, 5)),
        np.random.default_rng(1).normal(size=(BLOCK_NUMBERS + 1, 1)),
        np.random.default_rng(2).normal(size=(1, 2 * BLOCK_NUMBERS)),
        np.random.default_rng(3).integers(-300, 300, (1000, 20)),
        10.0 ** np.random.default_rng(4).uniform(-320, 308, (1000, 9)),
        np.random.default_rng(5).normal(size=(999, 7)).astype(np.float32).astype(float),
        1.7e9 + np.random.default_rng(6).normal(size=(100, 3)),
    ],
    ids=["many blocks", "one column", "one row", "whole numbers", "any power of ten", "float32", "times"],
)
def test_what_the_json_module_writes_is_read_bit_for_bit(rows, separators):
    body = json.dumps(rows.tolist(), separators=separators).encode()
    assert read(body) == (rows.shape, rows.astype(np.float64).tobytes())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"[[]]",
        b"[[1]",
        b"1]]",
        b'[["1"]]',
        b"[[null]]",
        b"[[NaN]]",
        b"[[1\x00]]",
        b"[[1\xff]]",
        b"[[1]]]",
        b"[[1]]]]",
        b"[[[1]]]",
        b"[[1],]]",
        b"[[1],[2]],[[3]]",
        b"[[1],[2]],[3]]",
        b"[[1, 2], [3]]",
        b"[[1], [2, 3]]",
        b"[[1],[2,3],[4]]",
        b"[[1e0000-1]]",
        b"[[0x1]]",
        b"[[1_0]]",
    ],
)
def test_anything_else_is_left(body):
    assert read(body) is None


@pytest.mark.parametrize(
    "text", ["1" * 5000, "0." + "0" * 5000 + "1", "1e" + "0" * 5000 + "5", "-1e999", "-0", "5e-324"]
)
def test_a_number_of_any_length_and_size_is_read(text):
    assert read(f"[[0.5,{text}]]".encode()) == ((1, 2), np.array([0.5, float(text)]).tobytes())


def test_blocks_of_several_lengths_are_left():
    row = "[" + ",".join(["1.5"] * BLOCK_NUMBERS) + "]"
    assert read(f"[{row},{row}]".encode()) is not None
    assert read(f"[{row},[1.5]]".encode()) is None
    assert read(f"[{row},{row},,{row}]".encode()) is None


def test_a_very_long_row_is_left():
    row = b"[" + b"1," * (MAX_BLOCK_BYTES // 2 - 2) + b"1]"
    assert read(b"[" + row + b"]") is not None
    assert read(b"[" + row[:-1] + b".5]]") is None


def test_numbers_that_grow_shorter_are_read():
    rows = [["1" * 5000]] + [["1"]] * (4 * BLOCK_NUMBERS)
    array = number_rows(json.dumps(rows).replace('"', "").encode())
    assert array is not None
    assert array.tolist() == [[math.inf]] + [[1.0]] * (4 * BLOCK_NUMBERS)
