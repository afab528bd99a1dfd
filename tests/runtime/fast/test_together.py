"""Rows of several requests are predicted together only where every bit of every answer stays the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sklearn_runtime.fast import find_fast_paths, probe
from sklearn_runtime.fast.path import TOGETHER_ROWS, FastPath, FastPaths
from sklearn_runtime.fast.probe import Band, row_by_row
from tests.runtime.estimators import SKLEARN
from tests.runtime.fast.fitted import METHODS, bits, data, estimator, fit

ENSEMBLES = (
    "ensemble.RandomForestClassifier",
    "ensemble.ExtraTreesRegressor",
    "ensemble.GradientBoostingClassifier",
    "ensemble.HistGradientBoostingClassifier",
    "ensemble.HistGradientBoostingRegressor",
)


@pytest.fixture(autouse=True)
def _whatever_they_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "WORTHWHILE", np.inf)
    monkeypatch.setattr(probe, "TOGETHER_SECONDS", -1.0)
    monkeypatch.setattr(probe, "MEASURING_SECONDS", np.inf)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("path", ENSEMBLES)
def test_the_answers_of_an_ensemble_are_the_same_together_and_alone(path: str, classes: int) -> None:
    rows, target = data(classes)
    model = fit(estimator(path), rows, target)
    paths = find_fast_paths(model, METHODS)
    if not paths.active and SKLEARN < (1, 0):
        pytest.skip("no fast path answers as this old scikit-learn does, which is asked itself")
    parts = [rows[:1], rows[1:4], rows[4:5], rows[5:12], rows[12:90], *(rows[place : place + 1] for place in range(90))]
    for method in paths.active:
        assert paths.puts_together(method)
        answers = paths.answer_together(method, parts)
        assert len(answers) == len(parts)
        assert answers[4] is None, "more rows than are put together"
        for part, answer in zip(parts, answers):
            if answer is not None:
                assert bits(np.ascontiguousarray(answer)) == bits(getattr(model, method)(part))
        assert sum(answer is not None for answer in answers) > 80


def test_rows_of_which_one_is_refused_are_asked_for_alone() -> None:
    rows, target = data(3)
    paths = find_fast_paths(fit(estimator("ensemble.RandomForestClassifier"), rows, target), ["predict"])
    refused = np.full((1, rows.shape[1]), np.inf)
    assert paths.answer_together("predict", [rows[:1], refused, rows[1:2]]) == [None] * 3


def test_one_request_is_asked_for_alone() -> None:
    rows, target = data(3)
    paths = find_fast_paths(fit(estimator("ensemble.RandomForestClassifier"), rows, target), ["predict"])
    assert paths.answer_together("predict", [rows[:1]]) == [None]
    assert paths.answer_together("predict", []) == []
    assert paths.answer_together("transform", [rows[:1], rows[1:2]]) == [None, None]


def test_answers_that_depend_on_the_other_rows_are_not_given_together() -> None:
    def centred(rows: Any) -> Any:
        return rows[:, 0] - rows[:, 0].mean()

    def first(rows: Any) -> Any:
        return rows[:, 0]

    rows = data(3).rows
    assert row_by_row([Band(1, first, 0, 9.0), Band(8, first, 0, 9.0)], rows)
    assert not row_by_row([Band(1, first, 0, 9.0), Band(8, centred, 0, 9.0)], rows)
    assert not row_by_row([Band(1, first, 0, 9.0), Band(8, lambda _rows: None, 0, 9.0)], rows)


def test_a_path_that_is_not_said_to_go_together_does_not() -> None:
    rows, target = data(3)
    model = fit(estimator("ensemble.RandomForestClassifier"), rows, target)
    paths = FastPaths({"predict": FastPath("predict", model.predict, [Band(8, model.predict, 0, 9.0)], 6, False)})
    assert not paths.puts_together("predict")
    assert paths.answer_together("predict", [rows[:1], rows[1:2]]) == [None, None]


def test_no_more_rows_are_put_together_than_take_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, target = data(3)
    paths = find_fast_paths(fit(estimator("ensemble.RandomForestClassifier"), rows, target), ["predict"])
    sizes = []
    monkeypatch.setattr(paths, "answer", lambda _method, joined: sizes.append(len(joined)))
    paths.answer_together("predict", [rows[:20]] * 7)
    assert sizes == [60, 60]
    assert TOGETHER_ROWS == 64
