"""When a fast path steps aside, and how it is ended."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from sklearn_runtime.fast import FastPaths, find_fast_paths, path
from sklearn_runtime.fast.path import FastPath
from sklearn_runtime.fast.probe import Band
from tests.runtime.fast.fitted import bits, data, fit


@pytest.fixture(name="model")
def fixture_model() -> Any:
    return fit(LogisticRegression(), *data(3))


class Subclass(LogisticRegression):  # type: ignore[misc]
    """Any method may have been replaced."""


def test_a_subclass_of_a_listed_estimator_has_none() -> None:
    assert find_fast_paths(fit(Subclass(), *data(3)), ["predict"]).active == {}


def test_a_class_of_the_same_name_has_none(model: Any) -> None:
    namesake = type("LogisticRegression", (LogisticRegression,), {"__module__": "sklearn.linear_model._logistic"})
    twin = namesake()
    twin.__dict__.update(model.__dict__)
    assert find_fast_paths(twin, ["predict"]).active == {}


def test_an_instance_with_a_method_of_its_own_has_none(model: Any) -> None:
    model.decision_function = lambda rows: np.zeros((len(rows), 3))
    assert find_fast_paths(model, ["predict"]).active == {}


@pytest.mark.parametrize("other", [KNeighborsClassifier(), make_pipeline(PolynomialFeatures(), LogisticRegression())])
def test_what_is_not_listed_has_none(other: Any) -> None:
    assert find_fast_paths(fit(other, *data(3)), ["predict"]).active == {}


@pytest.mark.parametrize("other", [None, {"a": 1}, object(), LogisticRegression()])
def test_what_is_no_fitted_estimator_has_none(other: Any) -> None:
    assert find_fast_paths(other, ["predict"]).active == {}


def test_a_probe_that_fails_is_logged_and_leaves_none(model: Any, monkeypatch: Any, caplog: Any) -> None:
    monkeypatch.setattr(path, "plan_of", lambda _: 1 / 0)
    assert find_fast_paths(model, ["predict"]).active == {}
    assert "no fast paths" in caplog.text


def test_only_the_methods_asked_for(model: Any) -> None:
    assert set(find_fast_paths(model, ["predict", "transform"]).active) == {"predict"}


def test_a_function_corrupted_after_the_probe_is_found_out_and_off(model: Any, caplog: Any) -> None:
    rows = data(3).rows
    paths = find_fast_paths(model, ["predict"])
    assert paths.answer("predict", rows[:1]) is not None
    corrupted = FastPath(
        "predict", model.predict, [Band(8, lambda batch: np.zeros(len(batch), int), 0, 30.0)], 6, False
    )
    wrong = next(place for place in range(len(rows)) if model.predict(rows[place : place + 1])[0] != 0)
    right = next(place for place in range(len(rows)) if model.predict(rows[place : place + 1])[0] == 0)
    for _ in range(3):
        corrupted(rows[right : right + 1])
    assert corrupted.rows == 8
    answers = [corrupted(rows[wrong : wrong + 1]) for _ in range(8)]
    assert corrupted.rows == 0
    assert answers[-1] is None
    assert "another answer than scikit-learn" in caplog.text


def test_an_audit_answers_with_scikit_learn(model: Any) -> None:
    rows = data(3).rows
    lying = FastPath("predict", model.predict, [Band(8, lambda batch: np.full(len(batch), 7), 0, 30.0)], 6, False)
    assert bits(lying(rows[:2])) == bits(model.predict(rows[:2]))


def test_audits_become_rare_but_never_end(model: Any) -> None:
    asked = []

    def method(rows: Any) -> Any:
        asked.append(1)
        return model.predict(rows)

    watched = FastPath("predict", method, [Band(8, model.predict, 0, 2.0)], 6, False)
    rows = data(3).rows[:1]
    for _ in range(1000):
        watched(rows)
    assert 8 <= len(asked) <= 14


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.astype(np.float32),
        lambda rows: rows.astype(np.int64),
        lambda rows: rows[:, :5].copy(),
        np.asfortranarray,
        lambda rows: np.resize(rows, (5000, 6)),
    ],
    ids=["float32", "int64", "width", "order", "rows"],
)
def test_other_rows_are_left_to_scikit_learn(model: Any, change: Any) -> None:
    paths = find_fast_paths(model, ["predict"])
    assert paths.answer("predict", data(3).rows[:4]) is not None
    assert paths.answer("predict", change(data(3).rows[:4])) is None


def test_a_forest_with_threads_of_its_own_is_compared_without_them() -> None:
    model = fit(RandomForestClassifier(12, n_jobs=2, random_state=0), *data(3))
    assert set(find_fast_paths(model, ["predict", "predict_proba"]).active) == {"predict", "predict_proba"}
    assert model.n_jobs == 2


def test_no_paths_say_so(model: Any) -> None:
    assert FastPaths().answer("predict", data(3).rows) is None
    assert FastPaths().rows("predict") == 0
    assert find_fast_paths(model, ["predict"]).rows("predict") >= 64
