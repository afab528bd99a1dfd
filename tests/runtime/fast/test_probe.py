"""The probe: rows made from the model, and which functions pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sklearn_runtime.fast.functions import Plan, Variant
from sklearn_runtime.fast.probe import ROWS, bands, passing, probe_rows, same

EDGES = np.array([[0.5, 100.0], [1.5, 200.0]])


def test_rows_hold_the_edges_and_other_numbers() -> None:
    rows = probe_rows(Plan([], EDGES))
    assert rows.shape == (ROWS, 2)
    assert set(EDGES[:, 1]) <= set(rows[:, 1])
    assert len(set(rows[:, 0])) > ROWS / 2
    assert np.isfinite(rows).all()


def test_rows_hold_missing_values_where_the_estimator_takes_them() -> None:
    assert np.isnan(probe_rows(Plan([], EDGES, takes_missing=True))).any()


def test_rows_without_edges_and_with_infinite_ones() -> None:
    assert probe_rows(Plan([], np.empty((0, 3)))).shape == (ROWS, 3)
    assert np.isfinite(probe_rows(Plan([], np.array([[np.inf, np.nan]])))).all()


@pytest.mark.parametrize(
    "other",
    [
        np.array([1.0, np.nextafter(2.0, 3.0)]),
        np.array([1.0, 2.0], np.float32),
        np.array([[1.0, 2.0]]),
        [1.0, 2.0],
        np.array([1.0, 2.0], object),
        None,
    ],
    ids=["bits", "dtype", "shape", "list", "objects", "none"],
)
def test_answers_that_differ(other: Any) -> None:
    assert not same(np.array([1.0, 2.0]), other)


def test_answers_that_are_the_same() -> None:
    assert same(np.array([1.0, np.nan]), np.array([1.0, np.nan]))
    assert same(np.array(["a", None], object), np.array(["a", None], object))
    assert not same(np.array([0.0]), np.array([-0.0]))


def double(rows: Any) -> Any:
    return rows[:, 0] * 2


def spoil(rows: Any) -> Any:
    answer = rows[:, 0] * 2
    rows[:] = 0.0
    return answer


def only_many(rows: Any) -> Any:
    return rows[:, 0] * 2 if len(rows) > 1 else rows[:, 0] * 2.0000000001


def fail(rows: Any) -> Any:
    raise ZeroDivisionError


def decline(rows: Any) -> Any:
    return None


def inexact(rows: Any) -> Any:
    return rows[:, 0] * 2.0000000001


@pytest.mark.parametrize("wrong", [fail, decline, inexact, spoil, only_many])
def test_a_variant_passes_whole_or_not_at_all(wrong: Any) -> None:
    rows = probe_rows(Plan([], EDGES))
    methods: Variant = {"predict": double, "transform": double}
    right: Variant = {"predict": double, "transform": double}
    assert passing([{"predict": double, "transform": wrong}, right], methods, rows) == [right]


def test_methods_that_the_estimator_lacks_are_not_asked() -> None:
    rows = probe_rows(Plan([], EDGES))
    assert passing([{"predict": double, "decision_function": spoil}], {"predict": double}, rows) == [
        {"predict": double}
    ]
    assert passing([{"decision_function": spoil}], {"predict": double}, rows) == []


def test_bands_end_where_the_method_is_as_fast() -> None:
    rows = probe_rows(Plan([], EDGES))

    def slow_for_many(batch: Any) -> Any:
        for _ in range(len(batch) ** 2):
            np.sort(batch[:, 0])
        return double(batch)

    def slow_for_one(batch: Any) -> Any:
        for _ in range(200):
            np.sort(batch[:, 0])
        return double(batch)

    measured = bands([slow_for_many], slow_for_one, rows)
    assert [band.rows for band in measured] in ([1], [1, 8])
    assert bands([slow_for_one], double, rows) == []
