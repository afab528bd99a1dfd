"""Every estimator on the list gives scikit-learn's answers, bit for bit, for rows that the probe has not seen."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sklearn_runtime.fast import find_fast_paths, probe
from tests.runtime.estimators import SKLEARN
from tests.runtime.fast.fitted import (
    CLASSIFIERS,
    METHODS,
    OTHERS,
    REGRESSORS,
    bits,
    data,
    draws,
    estimator,
    fit,
)


@pytest.fixture(autouse=True)
def _whatever_they_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fast function that passes answers here, also one that gains nothing with this scikit-learn, or just now."""
    monkeypatch.setattr(probe, "WORTHWHILE", np.inf)


def assert_equal_answers(model: Any, batches: Any, methods: Any = METHODS) -> int:
    """Compare all answers of the fast paths; gives how many there were."""
    paths = find_fast_paths(model, methods)
    answers = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for method in paths.active:
            for batch in batches:
                found = paths.answer(method, batch)
                if found is not None:
                    assert bits(found) == bits(getattr(model, method)(batch)), method
                    answers += 1
    assert set(paths.active) == set(find_fast_paths(model, methods).active)
    if not answers and SKLEARN < (1, 2):
        pytest.skip("no fast path answers as this old scikit-learn does, which is asked itself")
    return answers


def positive(path: str, rows: Any) -> Any:
    return np.abs(rows) if path.endswith("NB") else rows


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("path", CLASSIFIERS)
def test_a_classifier(path: str, classes: int) -> None:
    rows, target = data(classes)
    rows = positive(path, rows)
    model = fit(estimator(path), rows, target)
    assert assert_equal_answers(model, draws(rows))


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["no", "yes", "maybe"]),
        np.array(["a", "b", "c"], object),
        np.array([0.0, 1.0, -3.0]),
        np.array([True, False, True]),
    ],
    ids=["text", "objects", "numbers", "truth"],
)
@pytest.mark.parametrize("path", ["linear_model.LogisticRegression", "ensemble.RandomForestClassifier"])
def test_labels_of_any_dtype(path: str, labels: Any) -> None:
    rows, target = data(3)
    model = fit(estimator(path), rows, labels[target])
    assert assert_equal_answers(model, draws(rows))


@pytest.mark.parametrize("path", REGRESSORS)
def test_a_regressor(path: str) -> None:
    rows, target = data(3)
    model = fit(estimator(path), rows, np.exp(rows[:, 0] / 4) + target)
    assert assert_equal_answers(model, draws(rows))


@pytest.mark.parametrize("path", OTHERS)
def test_a_transformer_or_a_cluster(path: str) -> None:
    rows, target = data(3)
    model = fit(estimator(path), rows, target)
    assert assert_equal_answers(model, draws(rows))


@pytest.mark.parametrize(
    "settings",
    [
        {"max_depth": 1},
        {"max_leaf_nodes": 3},
        {"min_samples_leaf": 150},
        {"ccp_alpha": 0.02},
        {"n_jobs": 2},
        {"class_weight": "balanced"},
    ],
    ids=str,
)
def test_pruned_and_degenerate_forests(settings: Any) -> None:
    rows, target = data(3)
    if "ccp_alpha" in settings and "ccp_alpha" not in estimator("ensemble.RandomForestClassifier").get_params():
        pytest.skip("this scikit-learn has no ccp_alpha")
    model = fit(estimator("ensemble.RandomForestClassifier", **settings), rows, target)
    model.n_jobs = None if settings.get("n_jobs") is None else 1
    assert assert_equal_answers(model, draws(rows))


@pytest.mark.parametrize("path", [*CLASSIFIERS[-9:-3], *REGRESSORS[-6:]])
def test_sample_weights(path: str) -> None:
    rows, target = data(3)
    model = estimator(path)
    if "sample_weight" not in inspect.signature(model.fit).parameters:
        pytest.skip("this scikit-learn has no weights here")
    fit(model, rows, target, sample_weight=np.random.RandomState(1).uniform(0, 3, len(rows)))
    assert assert_equal_answers(model, draws(rows))


@pytest.mark.parametrize("path", ["ensemble.HistGradientBoostingClassifier", "ensemble.HistGradientBoostingRegressor"])
@pytest.mark.parametrize("classes", [2, 3])
def test_missing_and_infinite_values_in_histogram_boosting(path: str, classes: int) -> None:
    rows, target = data(classes)
    random = np.random.RandomState(2)
    holes = np.where(random.uniform(size=rows.shape) < 0.2, np.nan, rows)
    model = estimator(path)
    try:
        fit(model, holes, target)
    except ValueError:
        pytest.skip("this scikit-learn takes no missing values here")
    extreme = np.where(random.uniform(size=rows.shape) < 0.1, np.inf, holes)
    assert assert_equal_answers(model, draws(holes) + draws(extreme) + draws(-extreme))


@pytest.mark.parametrize("settings", [{"loss": "poisson"}, {"loss": "absolute_error"}, {"max_leaf_nodes": 2}], ids=str)
def test_losses_and_stumps_of_histogram_boosting(settings: Any) -> None:
    rows, target = data(3)
    model = estimator("ensemble.HistGradientBoostingRegressor", **settings)
    try:
        fit(model, rows, target + 1.0)
    except (ValueError, KeyError):
        pytest.skip("this scikit-learn has no such loss")
    assert assert_equal_answers(model, draws(rows))


@pytest.mark.parametrize(
    "settings", [{"init": "zero"}, {"subsample": 0.5}, {"max_depth": 8}, {"learning_rate": 0.037}], ids=str
)
@pytest.mark.parametrize("classes", [2, 3])
def test_gradient_boosting_settings(settings: Any, classes: int) -> None:
    rows, target = data(classes)
    model = estimator("ensemble.GradientBoostingClassifier", **settings)
    try:
        fit(model, rows, target)
    except ValueError:
        pytest.skip("this scikit-learn has no such setting")
    assert assert_equal_answers(model, draws(rows))


@pytest.mark.parametrize(
    "last", ["linear_model.LogisticRegression", "ensemble.RandomForestClassifier", "linear_model.Ridge"]
)
@pytest.mark.parametrize(
    "steps",
    [
        ["preprocessing.StandardScaler"],
        ["impute.SimpleImputer", "preprocessing.MinMaxScaler"],
        ["preprocessing.RobustScaler", "decomposition.PCA"],
        ["feature_selection.SelectKBest", "preprocessing.StandardScaler"],
    ],
    ids=",".join,
)
def test_pipelines(steps: Any, last: str) -> None:
    rows, target = data(3)
    model = fit(make_pipeline(*map(estimator, [*steps, last])), rows, target)
    assert assert_equal_answers(model, draws(rows))


def test_a_pipeline_fills_missing_values() -> None:
    rows, target = data(3)
    holes = np.where(np.random.RandomState(2).uniform(size=rows.shape) < 0.2, np.nan, rows)
    model = fit(
        make_pipeline(estimator("impute.SimpleImputer"), estimator("linear_model.LogisticRegression")), holes, target
    )
    batches = draws(holes)
    assert assert_equal_answers(model, batches, ["predict"]) == len(batches)


def test_extreme_values_are_scikit_learns() -> None:
    rows, target = data(3)
    model = fit(
        make_pipeline(estimator("preprocessing.StandardScaler"), estimator("linear_model.LogisticRegression")),
        rows,
        target,
    )
    paths = find_fast_paths(model, ["predict"])
    for value in (np.nan, np.inf, -np.inf, 1e308):
        row = rows[:1].copy()
        row[0, 1:3] = value
        assert paths.answer("predict", row) is None


def test_thresholds_and_their_neighbours_go_the_same_way() -> None:
    rows, target = data(3)
    model = fit(estimator("ensemble.RandomForestClassifier"), rows, target)
    tree = model.estimators_[5].tree_
    inner = tree.children_left >= 0
    batches = []
    for feature, threshold in zip(tree.feature[inner], tree.threshold[inner]):
        for value in (threshold, np.nextafter(threshold, 9e9), np.nextafter(np.float32(threshold), np.float32(9e9))):
            row = rows[:1].copy()
            row[0, feature] = value
            batches.append(row)
    assert assert_equal_answers(model, batches) == 2 * len(batches)
