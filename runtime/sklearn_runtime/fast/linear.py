"""Linear models: one product with the coefficients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Optional

import numpy as np

from sklearn_runtime.fast.functions import Function, Plan, Variant, estimator

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["linear_classifier", "linear_regressor", "softmax"]


def softmax(scores: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Probabilities from scores, in place: the operations of ``sklearn.utils.extmath.softmax``, in their order."""
    scores -= np.max(scores, axis=1).reshape((-1, 1))
    np.exp(scores, scores)
    scores /= np.sum(scores, axis=1).reshape((-1, 1))
    return scores


def _no_edges(coefficients: "NDArray[Any]") -> "NDArray[np.float64]":
    return np.empty((0, coefficients.shape[-1]))


@estimator(
    "LogisticRegression",
    "LogisticRegressionCV",
    "LinearDiscriminantAnalysis",
    "LinearSVC",
    "PassiveAggressiveClassifier",
    "Perceptron",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "SGDClassifier",
)
def linear_classifier(model: Any) -> Optional[Plan]:
    """Scores, labels and probabilities of a linear classifier."""
    coefficients, classes = model.coef_, model.classes_
    if not (isinstance(classes, np.ndarray) and classes.ndim == 1 and getattr(coefficients, "ndim", 3) <= 2):
        return None
    weights, intercept = coefficients.T, model.intercept_
    binary = coefficients.ndim == 1 or coefficients.shape[0] == 1

    def scores(rows: "NDArray[np.float64]") -> Any:
        return rows @ weights + intercept

    def decision_function(rows: "NDArray[np.float64]") -> Any:
        found = scores(rows)
        return found.reshape(-1) if binary else found

    def predict(rows: "NDArray[np.float64]") -> Any:
        found = scores(rows)
        labels = (found.reshape(-1) > 0).astype(int) if binary else found.argmax(axis=1)
        return classes[labels]

    plain: Variant = {"predict": predict, "decision_function": decision_function}
    variants = [plain]
    if hasattr(model, "predict_proba"):
        for predict_proba in (_one_versus_rest(decision_function), _multinomial(decision_function)):
            variants.append({**plain, "predict_proba": predict_proba})
            variants.append({**variants[-1], "predict_log_proba": _logarithm(predict_proba)})
    return Plan(variants, _no_edges(coefficients))


def _one_versus_rest(decision_function: Function) -> Function:
    from scipy.special import expit

    def predict_proba(rows: "NDArray[np.float64]") -> Any:
        found = decision_function(rows)
        expit(found, out=found)
        if found.ndim == 1:
            return np.vstack([1 - found, found]).T
        totals = found.sum(axis=1)
        if not totals.all():
            return None
        found /= totals.reshape((found.shape[0], -1))
        return found

    return predict_proba


def _multinomial(decision_function: Function) -> Function:
    def predict_proba(rows: "NDArray[np.float64]") -> Any:
        found = decision_function(rows)
        return softmax(np.c_[-found, found] if found.ndim == 1 else found)

    return predict_proba


def _logarithm(predict_proba: Function) -> Function:
    def predict_log_proba(rows: "NDArray[np.float64]") -> Any:
        found = predict_proba(rows)
        return None if found is None else np.log(found)

    return predict_log_proba


@estimator(
    "ARDRegression",
    "BayesianRidge",
    "ElasticNet",
    "ElasticNetCV",
    "GammaRegressor",
    "HuberRegressor",
    "Lars",
    "LarsCV",
    "Lasso",
    "LassoCV",
    "LassoLars",
    "LassoLarsCV",
    "LassoLarsIC",
    "LinearRegression",
    "LinearSVR",
    "OrthogonalMatchingPursuit",
    "OrthogonalMatchingPursuitCV",
    "PassiveAggressiveRegressor",
    "PoissonRegressor",
    "QuantileRegressor",
    "Ridge",
    "RidgeCV",
    "SGDRegressor",
    "TheilSenRegressor",
    "TweedieRegressor",
)
def linear_regressor(model: Any) -> Optional[Plan]:
    """The value of a linear regressor, through the logarithm's inverse where it has that link."""
    coefficients = model.coef_
    if not isinstance(coefficients, np.ndarray) or coefficients.ndim > 2:
        return None
    weights, intercept = coefficients.T, model.intercept_

    def predict(rows: "NDArray[np.float64]") -> Any:
        return rows @ weights + intercept

    def through_exponential(rows: "NDArray[np.float64]") -> Any:
        return np.exp(predict(rows))

    def flat(rows: "NDArray[np.float64]") -> Any:
        return predict(rows).ravel()

    variants: List[Variant] = [{"predict": predict}, {"predict": through_exponential}, {"predict": flat}]
    return Plan(variants, _no_edges(coefficients))
