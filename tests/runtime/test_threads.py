"""Threads inside a prediction are used for many rows only."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_runtime import threads
from sklearn_runtime.prediction import predict
from sklearn_runtime.threads import MANY_ROWS, has_threads, suitable_threads
from tests.runtime.estimators import boosting


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


def openmp_threads() -> int:
    threadpoolctl = pytest.importorskip("threadpoolctl")
    pools = [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "openmp"]
    if not pools:
        pytest.skip("this scikit-learn does not use OpenMP")
    return int(max(pools))


@pytest.mark.parametrize(("rows", "asked"), [(MANY_ROWS - 1, 1), (MANY_ROWS, 3)])
def test_openmp_has_every_core_for_many_rows_and_its_own_number_again_afterwards(
    rows: int, asked: int, monkeypatch: Any
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    before = openmp_threads()
    with suitable_threads(KMeans(2), np.ones((rows, 2))):
        assert openmp_threads() == (asked if asked > 1 else before)
    assert openmp_threads() == before


def test_a_number_of_threads_that_was_chosen_stays(monkeypatch: Any) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    before = openmp_threads()
    with suitable_threads(KMeans(2), np.ones((MANY_ROWS, 2))):
        assert openmp_threads() == before


def test_without_threadpoolctl_nothing_changes(monkeypatch: Any) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    threads._threadpools.cache_clear()
    with suitable_threads(KMeans(2), np.ones((MANY_ROWS, 2))):
        pass
    threads._threadpools.cache_clear()


@pytest.mark.parametrize(
    "model",
    [KMeans(3, random_state=0), KNeighborsClassifier(), boosting(10)],
    ids=lambda model: type(model).__name__,
)
def test_many_rows_have_the_same_bits_with_every_core(model: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    random = np.random.RandomState(0)
    model.fit(random.standard_normal((300, 3)), random.randint(3, size=300))
    rows = random.standard_normal((MANY_ROWS, 3))
    assert predict(rows, model).tobytes() == model.predict(rows).tobytes()
    if hasattr(model, "predict_proba"):
        assert predict(rows, model, "predict_proba").tobytes() == model.predict_proba(rows).tobytes()
