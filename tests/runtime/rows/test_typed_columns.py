"""Cells become numbers only as `float` has it, text stays as it was sent, and the first other cell is named."""

from __future__ import annotations

import doctest
import struct

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sklearn_runtime.codecs.cells import parse_number
from sklearn_runtime.rows import typed_columns as module
from sklearn_runtime.rows.column_kinds import BOOLEAN, NUMBER, TEXT, UNKNOWN, Column
from sklearn_runtime.rows.typed_columns import typed_column

FLOATS = st.floats(allow_nan=False)


def bits(values):
    return [struct.pack("<d", value) for value in values]


@settings(deadline=None)
@given(st.lists(FLOATS), st.data())
def test_numbers_equal_float_bit_for_bit_as_text_or_as_numbers(numbers, data):
    cells = [data.draw(st.sampled_from([number, repr(number), f" {number!r}"])) for number in numbers]
    values, refused = typed_column(cells, Column(NUMBER))
    assert refused is None
    assert values.dtype == np.float64
    assert bits(values) == bits(numbers)


@settings(deadline=None)
@given(st.lists(st.one_of(FLOATS.map(repr), st.text(max_size=4)), min_size=1))
@example(["1", "1_0"])
@example(["٣"])
@example(["1", "٣", "x"])
@example([""])
def test_what_is_a_number_is_what_the_codecs_take_for_one(cells):
    values, refused = typed_column(cells, Column(NUMBER))
    numbers = [parse_number(cell) for cell in cells]
    if None in numbers:
        assert refused == numbers.index(None)
    else:
        assert refused is None
        np.testing.assert_array_equal(values, np.array(numbers, dtype=np.float64))


@settings(deadline=None)
@given(st.lists(st.text()))
def test_text_is_the_text_that_was_sent(cells):
    values, refused = typed_column(cells, Column(TEXT))
    assert refused is None
    assert values.dtype == object
    assert values.tolist() == cells


@pytest.mark.parametrize("kind", [NUMBER, UNKNOWN])
def test_missing_numbers_are_nan_and_booleans_are_one_and_zero(kind):
    values, refused = typed_column([None, float("nan"), True, False, 2, "1e3"], Column(kind))
    assert refused is None
    np.testing.assert_array_equal(values, [np.nan, np.nan, 1.0, 0.0, 2.0, 1000.0])


@pytest.mark.parametrize("missing", [None, np.nan])
@pytest.mark.parametrize("sent", [None, float("nan")])
def test_missing_text_is_what_the_model_knows_as_missing(missing, sent):
    values, refused = typed_column(["a", sent], Column(TEXT, missing))
    assert refused is None
    assert values[1] is missing


@pytest.mark.parametrize("cell", [7.0, 7, True])
def test_a_number_is_not_text(cell):
    assert typed_column(["7", None, cell], Column(TEXT))[1] == 2


@pytest.mark.parametrize("cell", [[1.0], 1j, object()])
def test_what_an_input_fn_of_the_users_may_hold_is_not_a_number(cell):
    assert typed_column([1.0, cell], Column(NUMBER))[1] == 1
    assert typed_column([1.0, cell], Column(UNKNOWN))[0].tolist() == [1.0, cell]


def test_booleans_are_told_by_name_or_number():
    values, refused = typed_column([True, "False", "TRUE", 0.0, 1, "1", " 0.0 "], Column(BOOLEAN))
    assert refused is None
    assert values.dtype == bool
    assert values.tolist() == [True, False, True, False, True, True, False]


def test_a_missing_boolean_makes_objects():
    values, refused = typed_column(["true", None], Column(BOOLEAN))
    assert refused is None
    assert values[0] is True
    assert np.isnan(values[1])


@pytest.mark.parametrize("cell", ["yes", "", 2.0, "2"])
def test_what_is_neither_true_nor_false_is_named(cell):
    assert typed_column(["true", cell, "no"], Column(BOOLEAN))[1] == 1


def test_a_column_of_which_nothing_is_known_is_numbers_or_stays_as_it_was_sent():
    assert typed_column(["007", None], Column(UNKNOWN))[0].tolist()[0] == 7.0
    values, refused = typed_column(["007", None, 1.5, "x"], Column(UNKNOWN, np.nan))
    assert refused is None
    assert values.tolist()[::2] == ["007", 1.5]
    assert np.isnan(values[1])


def test_a_column_of_which_nothing_is_known_is_boolean_where_pandas_wrote_booleans():
    values, refused = typed_column(["True", "False"], Column(UNKNOWN))
    assert refused is None
    assert values.dtype == bool
    assert values.tolist() == [True, False]
    for cells in (["True", "true"], ["True", None], ["True", [1.0]]):
        assert typed_column(cells, Column(UNKNOWN))[0].dtype == object
    assert typed_column(["True"], Column(NUMBER))[1] == 0


def test_the_examples_hold():
    assert doctest.testmod(module).failed == 0
