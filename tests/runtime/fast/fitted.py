"""Fitted estimators for the tests of the fast paths, by what the installed scikit-learn has."""

from __future__ import annotations

import functools
import importlib
import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
from sklearn.datasets import make_classification

METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "score_samples")
SIZES = (1, 2, 3, 7, 40)

CLASSIFIERS = (
    "linear_model.LogisticRegression",
    "linear_model.LogisticRegressionCV",
    "linear_model.PassiveAggressiveClassifier",
    "linear_model.Perceptron",
    "linear_model.RidgeClassifier",
    "linear_model.RidgeClassifierCV",
    "linear_model.SGDClassifier",
    "discriminant_analysis.LinearDiscriminantAnalysis",
    "svm.LinearSVC",
    "tree.DecisionTreeClassifier",
    "tree.ExtraTreeClassifier",
    "ensemble.RandomForestClassifier",
    "ensemble.ExtraTreesClassifier",
    "ensemble.GradientBoostingClassifier",
    "ensemble.HistGradientBoostingClassifier",
    "naive_bayes.GaussianNB",
    "naive_bayes.MultinomialNB",
    "naive_bayes.ComplementNB",
)
REGRESSORS = (
    "linear_model.ARDRegression",
    "linear_model.BayesianRidge",
    "linear_model.ElasticNet",
    "linear_model.ElasticNetCV",
    "linear_model.GammaRegressor",
    "linear_model.HuberRegressor",
    "linear_model.Lars",
    "linear_model.LarsCV",
    "linear_model.Lasso",
    "linear_model.LassoCV",
    "linear_model.LassoLars",
    "linear_model.LassoLarsCV",
    "linear_model.LassoLarsIC",
    "linear_model.LinearRegression",
    "linear_model.OrthogonalMatchingPursuit",
    "linear_model.OrthogonalMatchingPursuitCV",
    "linear_model.PassiveAggressiveRegressor",
    "linear_model.PoissonRegressor",
    "linear_model.QuantileRegressor",
    "linear_model.Ridge",
    "linear_model.RidgeCV",
    "linear_model.SGDRegressor",
    "linear_model.TheilSenRegressor",
    "linear_model.TweedieRegressor",
    "svm.LinearSVR",
    "tree.DecisionTreeRegressor",
    "tree.ExtraTreeRegressor",
    "ensemble.RandomForestRegressor",
    "ensemble.ExtraTreesRegressor",
    "ensemble.GradientBoostingRegressor",
    "ensemble.HistGradientBoostingRegressor",
)
OTHERS = (
    "cluster.KMeans",
    "cluster.MiniBatchKMeans",
    "decomposition.PCA",
    "decomposition.TruncatedSVD",
    "feature_selection.GenericUnivariateSelect",
    "feature_selection.SelectKBest",
    "feature_selection.SelectPercentile",
    "feature_selection.VarianceThreshold",
    "impute.SimpleImputer",
    "preprocessing.MaxAbsScaler",
    "preprocessing.MinMaxScaler",
    "preprocessing.RobustScaler",
    "preprocessing.StandardScaler",
)
#: Kept small, so that many of them can be fitted: what is tested does not grow with the model.
SMALL = {"n_estimators": 12, "max_iter": 200, "n_init": 2, "k": 3, "random_state": 0}


class Data(NamedTuple):
    """A problem: rows with values on both sides of 0, and targets."""

    rows: Any
    target: Any


@functools.lru_cache(maxsize=None)
def data(classes: int = 3) -> Data:
    """Rows of 6 columns."""
    rows, target = make_classification(300, 6, n_informative=5, n_redundant=0, n_classes=classes, random_state=3)
    return Data(rows, target)


def estimator(path: str, **settings: Any) -> Any:
    """An estimator by module and class, with few trees or iterations; skips where this scikit-learn lacks it."""
    module, _, name = path.rpartition(".")
    if name.startswith("HistGradientBoosting"):
        pytest.importorskip("sklearn.ensemble._hist_gradient_boosting")
        if not hasattr(importlib.import_module("sklearn.ensemble"), name):
            importlib.import_module("sklearn.experimental.enable_hist_gradient_boosting")
    kind = getattr(importlib.import_module(f"sklearn.{module}"), name, None)
    if kind is None:
        pytest.skip(f"this scikit-learn has no {name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = kind().get_params()
        small = {key: value for key, value in SMALL.items() if known.get(key) is not None or key == "random_state"}
        return kind(**{**{key: value for key, value in small.items() if key in known}, **settings})


def fit(model: Any, rows: Any, target: Any, **options: Any) -> Any:
    """Fit without the warnings of small settings and of parameters whose defaults will change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(rows, target, **options)


def draws(rows: Any, sizes: Any = SIZES, times: int = 12) -> list[Any]:
    """Batches of several sizes drawn from rows, the last of each between the rows."""
    random = np.random.RandomState(5)
    found = []
    for size in sizes:
        for _ in range(times):
            batch = rows[random.randint(len(rows), size=size)]
            found.append(batch)
        found.append(batch + random.standard_normal(batch.shape))
    return found


def bits(answer: Any) -> Any:
    """What must be equal: the class, dtype, shape and every bit."""
    assert isinstance(answer, np.ndarray)
    return answer.dtype, answer.shape, answer.tolist() if answer.dtype.hasobject else answer.tobytes()
