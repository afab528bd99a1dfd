"""What a column holds is read from what an encoder or an imputer learned of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sklearn_runtime.rows.column_kinds import (
    BOOLEAN,
    NUMBER,
    TEXT,
    UNKNOWN,
    Column,
    column_of_categories,
    column_of_statistic,
    is_missing,
    merged,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("categories", "kind"),
    [
        (np.array(["a", "b"]), TEXT),
        (np.array(["a", "b"], dtype=object), TEXT),
        (np.array(["a", None], dtype=object), TEXT),
        (np.array(["a", np.nan], dtype=object), TEXT),
        (np.array([1, 2]), NUMBER),
        (np.array([1.5, np.nan]), NUMBER),
        (np.array([1, 2.5], dtype=object), NUMBER),
        (np.array([False, True]), BOOLEAN),
        (np.array([False, np.bool_(True)], dtype=object), BOOLEAN),
        (np.array([1, "a"], dtype=object), UNKNOWN),
        (np.array([b"a"]), UNKNOWN),
        (np.array([], dtype=object), UNKNOWN),
    ],
)
def test_the_kind_is_that_of_all_categories(categories, kind):
    assert column_of_categories(categories, others_are_errors=True).kind == kind


@pytest.mark.parametrize(
    ("categories", "marker"),
    [(["a", None], None), (["a", np.nan], NAN), (["a"], NAN), (["a", None, np.nan], NAN)],
)
def test_a_missing_value_is_what_the_encoder_knows_it_as(categories, marker):
    missing = column_of_categories(np.array(categories, dtype=object), others_are_errors=True).missing
    assert missing is None if marker is None else missing is not None and math.isnan(missing)


def test_an_encoder_takes_missing_values_that_it_was_fitted_with_or_that_it_ignores():
    known, with_missing = np.array(["a"], dtype=object), np.array(["a", None], dtype=object)
    assert not column_of_categories(known, others_are_errors=True).takes_missing
    assert column_of_categories(with_missing, others_are_errors=True).takes_missing
    assert column_of_categories(known, others_are_errors=False).takes_missing


def test_categories_are_kept_where_others_are_errors():
    categories = np.array(["a", "b"])
    assert column_of_categories(categories, others_are_errors=True).categories is categories
    assert column_of_categories(categories, others_are_errors=False).categories is None


@pytest.mark.parametrize(("statistic", "kind"), [("most", TEXT), (2.5, NUMBER), (True, BOOLEAN), (NAN, UNKNOWN)])
def test_the_kind_of_an_imputed_column_is_that_of_what_is_put_in(statistic, kind):
    column = column_of_statistic(statistic, NAN)
    assert (column.kind, column.takes_missing) == (kind, True)


def test_an_imputer_may_take_none_or_another_value_for_missing():
    assert column_of_statistic("most", None)[:3] == (TEXT, None, True)
    assert not column_of_statistic(2.5, -1).takes_missing


def test_none_and_nan_are_missing():
    assert [is_missing(value) for value in (None, NAN, np.float64("nan"), 0.0, "nan", "", False)] == [True] * 3 + [
        False
    ] * 4


@pytest.mark.parametrize("kinds", [(TEXT, NUMBER), (TEXT, UNKNOWN), (BOOLEAN, NUMBER), (NUMBER, UNKNOWN)])
def test_two_parts_together_know_what_the_surer_one_knows(kinds):
    one, other = map(Column, kinds)
    assert merged(one, other).kind == merged(other, one).kind == kinds[0]


def test_two_parts_together_take_a_missing_value_where_both_do():
    imputed, encoded = Column(TEXT, takes_missing=True), Column(TEXT)
    assert merged(imputed, imputed).takes_missing
    assert not merged(imputed, encoded).takes_missing
    assert merged(imputed, Column(UNKNOWN)).takes_missing
