"""Columns are found by exact name, else by the name without blanks around it; what does not fit is listed."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_runtime.errors import InvalidRows
from sklearn_runtime.rows import column_order as module
from sklearn_runtime.rows.column_kinds import TEXT, Column
from sklearn_runtime.rows.column_order import column_order
from sklearn_runtime.rows.model_columns import ModelColumns

NAMED = ModelColumns(n_features=4, names=("a", "b", "c", "d"))


def order(columns, takes=NAMED, rows=1):
    return column_order((rows, len(columns)), columns, takes)


@settings(deadline=None)
@given(st.permutations([f"f{place}" for place in range(8)]))
def test_any_order_is_undone(sent):
    names = tuple(f"f{place}" for place in range(8))
    found = order(sent, ModelColumns(names=names))
    assert tuple(sent[place] for place in (range(8) if found is None else found)) == names
    assert (found is None) == (tuple(sent) == names)


@pytest.mark.parametrize(
    ("names", "sent", "found"),
    [
        ((" a", "b "), ["b", "a"], [1, 0]),
        (("a", "b"), [" b", "a"], [1, 0]),
        ((" a", "a"), ["a", " a"], [1, 0]),
        ((" a", "a"), ["a", "a "], [1, 0]),
        ((" a ",), ["a"], None),
    ],
)
def test_the_exact_name_comes_before_one_with_other_blanks(names, sent, found):
    assert order(sent, ModelColumns(names=names)) == found


@pytest.mark.parametrize(
    ("sent", "message", "column"),
    [
        (["a", "b", "c"], "it lacks 'd'. ", None),
        (["a", "b", "c", "d", "e"], "the model does not know 'e'. ", 4),
        (["a", "x ", "b", "c"], "it lacks 'd'; the model does not know 'x '. ", 1),
        (["a", "b", "c", "d", "a"], "it repeats 'a'. ", None),
        (["a", "b", "c", "d", " d"], "the model does not know ' d'. ", 4),
        (["a", "b", " d", "d ", "c"], "it repeats 'd'. ", None),
        (["A", "b", "c", "d"], "it lacks 'a'; the model does not know 'A'. ", 0),
    ],
)
def test_names_that_are_not_the_models_are_listed(sent, message, column):
    with pytest.raises(InvalidRows) as caught:
        order(sent)
    assert message in caught.value.message
    assert "fitted on 'a', 'b', 'c', 'd', in any order here" in caught.value.message
    assert caught.value.column == column


def test_without_names_on_both_sides_only_the_number_counts():
    assert column_order((2, 4), None, NAMED) is None
    assert order(list("wxyz"), ModelColumns(n_features=4)) is None
    assert order(["w"], ModelColumns()) is None


def test_a_wrong_number_is_told_with_both_numbers_and_the_names():
    with pytest.raises(InvalidRows, match=r"the rows have 3 columns, the model takes 4 \('a', 'b', 'c', 'd'\)$"):
        column_order((2, 3), None, NAMED)
    with pytest.raises(InvalidRows, match=r"takes 1; a flat list is one row: send \[\[1.0\], \[2.0\]\]"):
        column_order((1, 3), None, ModelColumns(n_features=1))


def test_a_long_list_of_names_is_cut():
    with pytest.raises(InvalidRows, match="'f9' and 20 more"):
        column_order((1, 2), None, ModelColumns(n_features=30, names=tuple(f"f{place}" for place in range(30))))


BY_NAME = ModelColumns(columns={"city": Column(TEXT), 2: Column()}, needs_frame=True)


def test_a_model_that_picks_by_name_but_does_not_know_the_order_needs_those_names():
    assert order(["x", "city"], BY_NAME) is None
    with pytest.raises(InvalidRows, match="picks columns by name: send names, among them 'city'"):
        column_order((1, 2), None, BY_NAME)
    with pytest.raises(InvalidRows, match="send names, among them 'city'"):
        order(["x", "town"], BY_NAME)


def test_the_examples_hold():
    assert doctest.testmod(module).failed == 0
