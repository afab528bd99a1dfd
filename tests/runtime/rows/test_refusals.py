"""What scikit-learn refused is told with the cell of the request, where the message lets it be found."""

from __future__ import annotations

import doctest

import numpy as np
import pandas as pd
import pytest

from sklearn_runtime.errors import InputRefused, InvalidRows, MissingValue
from sklearn_runtime.rows import refusals as module
from sklearn_runtime.rows.column_kinds import NUMBER, TEXT, Column
from sklearn_runtime.rows.decoding import NamedRows
from sklearn_runtime.rows.refusals import refusal

NAN = float("nan")
UNKNOWN_CATEGORY = "Found unknown categories ['Oslo'] in column 0 during transform"
CITY = Column(TEXT, categories=np.array(["Paris", "Rome"], dtype=object))
SIZE = Column(TEXT, categories=np.array(["S", "L"]))
ROOMS = Column(NUMBER, categories=np.array([1, 2]))


def objects(*rows):
    array = np.empty((len(rows), len(rows[0])), dtype=object)
    array[:] = rows
    return array


def told(error):
    return type(error), error.row, error.column


def test_an_unknown_category_is_found_in_the_columns_that_are_encoded():
    rows = objects(["Rome", "Oslo", "S"], ["Oslo", "Paris", "S"], ["Rome", "Oslo", "S"])
    error = refusal(UNKNOWN_CATEGORY, rows, [Column(TEXT), CITY, SIZE])
    assert told(error) == (InputRefused, 0, 1)
    assert error.message == f"row 0, column 1 is 'Oslo', which the model does not know: {UNKNOWN_CATEGORY}"


def test_an_unknown_category_may_be_a_number_sent_as_text_or_as_one():
    for rows in (objects(["1"], ["3"]), np.array([[1.0], [3.0]]), np.array([[1], [3]])):
        assert told(refusal(UNKNOWN_CATEGORY, rows, [ROOMS])) == (InputRefused, 1, 0)


def test_the_first_unknown_category_counts_row_by_row():
    rows = objects(["Rome", "S"], ["Rome", "XL"], ["Oslo", "XL"])
    assert told(refusal(UNKNOWN_CATEGORY, rows, [CITY, SIZE])) == (InputRefused, 1, 1)


def test_an_unknown_category_that_is_missing_is_a_missing_value():
    message = "Found unknown categories [nan] in column 0 during transform"
    rows = NamedRows(objects(["Rome", None], [None, "S"]), ["city", "size"])
    error = refusal(message, rows, [CITY, SIZE._replace(takes_missing=True)])
    assert told(error) == (MissingValue, 1, 0)
    assert error.message == (f"row 1, column 0 ('city') is missing, and the model takes no missing values: {message}")


@pytest.mark.parametrize("columns", [[], [CITY], [Column(), Column()], [CITY, SIZE]])
def test_an_unknown_category_that_cannot_be_found_has_scikit_learns_message(columns):
    error = refusal(UNKNOWN_CATEGORY, objects(["Rome", "S"]), columns)
    assert told(error) == (InputRefused, None, None)
    assert error.message == UNKNOWN_CATEGORY


@pytest.mark.parametrize(
    "rows",
    [
        np.array([[1.0, 2.0], [3.0, NAN], [NAN, 1.0]]),
        np.array([[1.0, 2.0], [3.0, NAN], [NAN, 1.0]], dtype=np.float32),
        objects([1.0, "a"], [2.0, None], [None, "a"]),
        objects([1.0, "a"], [2.0, NAN], [None, "a"]),
        pd.DataFrame({"age": [1.0, 2.0, NAN], "city": ["a", None, "a"]}),
    ],
)
@pytest.mark.parametrize("message", ["Input X contains NaN.", "np.nan is an invalid document, expected a string."])
def test_the_first_missing_value_is_found_in_arrays_and_frames(rows, message):
    error = refusal(message, rows)
    assert told(error) == (MissingValue, 1, 1)
    assert message in error.message
    assert ("('city')" in error.message) == isinstance(rows, pd.DataFrame)


def test_a_missing_value_that_an_imputer_takes_is_not_the_reason():
    rows = np.array([[NAN, 2.0], [1.0, NAN]])
    imputed, plain = Column(NUMBER, takes_missing=True), Column(NUMBER)
    assert told(refusal("Input contains NaN", rows, [imputed, plain])) == (MissingValue, 1, 1)
    assert told(refusal("Input contains NaN", rows, [imputed, imputed])) == (MissingValue, 0, 0)


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39])
def test_a_number_that_is_too_large_is_found(value):
    error = refusal("Input contains infinity or a value too large", np.array([[1.0, 2.0], [3.0, value]]))
    assert told(error) == (InputRefused, 1, 1)
    assert f"row 1, column 1 is {value}" in error.message


@pytest.mark.parametrize("written", ["'a b'", "a b"])
def test_a_text_that_was_to_be_a_number_is_found(written):
    error = refusal(f"could not convert string to float: {written}", objects(["a", 1.0], [2.0, "a b"]))
    assert told(error) == (InvalidRows, 1, 1)
    assert error.message == "row 1, column 1: 'a b' is not a number"


@pytest.mark.parametrize(
    ("message", "rows"),
    [
        ("not today", np.ones((1, 1))),
        ("NaN is not the reason here, nor infinity", np.ones((1, 1))),
        ("contains NaN", np.array([[1, 2]])),
        ("contains NaN", np.full((1, 1, 1), NAN)),
        ("contains NaN", [[None]]),
        ("contains NaN", pd.Series([NAN])),
        ("contains NaN", np.array([["a"]])),
        ("contains infinity", objects([float("inf")])),
        ("could not convert string to float: 'x'", objects(["y"])),
        ("could not convert string to float: 'x'", np.ones((1, 1))),
    ],
)
def test_any_other_refusal_has_the_models_own_message(message, rows):
    error = refusal(message, rows)
    assert told(error) == (InputRefused, None, None)
    assert error.message == message


def test_only_the_first_line_of_a_long_message_is_told_with_a_cell():
    message = "Input X contains NaN.\nLogisticRegression does not accept missing values encoded as NaN natively."
    assert refusal(message, np.array([[NAN]])).message.endswith("no missing values: Input X contains NaN.")


def test_the_examples_hold():
    assert doctest.testmod(module).failed == 0
