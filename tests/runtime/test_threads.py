"""A model's own threads are used for many rows only."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_runtime import threads
from sklearn_runtime.prediction import predict
from sklearn_runtime.threads import MANY_ROWS, has_threads, suitable_threads


def forest(**settings: Any) -> Any:
    rows = np.arange(80.0).reshape(40, 2)
    return RandomForestClassifier(6, random_state=0, **settings).fit(rows, np.arange(40) % 3)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (forest(n_jobs=2), True),
        (forest(n_jobs=-1), True),
        (forest(n_jobs=1), False),
        (forest(), False),
        (make_pipeline(StandardScaler(), RandomForestClassifier(n_jobs=2)), True),
        (make_pipeline(StandardScaler(), LogisticRegression()), False),
        (object(), False),
        (type("Jobs", (), {"n_jobs": 4})(), True),
    ],
)
def test_which_models_have_threads(model: Any, expected: bool) -> None:
    assert has_threads(model) is expected
    assert has_threads(model) is expected


@pytest.mark.parametrize(("rows", "alone"), [(1, True), (MANY_ROWS - 1, True), (MANY_ROWS, False)])
def test_few_rows_are_predicted_in_the_thread_that_asks(rows: int, alone: bool, monkeypatch: Any) -> None:
    model = forest(n_jobs=2)
    own, seen = model.estimators_[0].predict_proba, set()

    def predict_proba(*arguments: Any, **options: Any) -> Any:
        seen.add(threading.current_thread())
        return own(*arguments, **options)

    for tree in model.estimators_:
        monkeypatch.setattr(tree, "predict_proba", predict_proba)
    predict(np.ones((rows, 2)), model)
    assert (seen == {threading.current_thread()}) is alone
    assert model.n_jobs == 2


def test_the_answers_are_the_models() -> None:
    model = forest(n_jobs=2)
    rows = np.arange(60.0).reshape(30, 2)
    assert predict(rows, model).tolist() == model.predict(rows).tolist()


def test_nothing_is_done_for_a_model_without_threads(monkeypatch: Any) -> None:
    monkeypatch.setattr(threads, "_parallel_backend", lambda: 1 / 0)
    with suitable_threads(forest(), np.ones((1, 2))):
        pass
