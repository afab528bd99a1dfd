"""Naive Bayes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from sklearn_runtime.fast.functions import Function, Plan, Variant, estimator

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["complement", "gaussian", "multinomial"]


@estimator("GaussianNB")
def gaussian(model: Any) -> Optional[Plan]:
    """Gaussian likelihoods of all classes at once."""
    means = model.theta_
    variances = model.var_ if hasattr(model, "var_") else model.sigma_
    prior = np.log(model.class_prior_)
    scale = np.array([-0.5 * np.sum(np.log(2.0 * np.pi * one)) for one in variances])

    def scores(rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
        distance = np.sum(((rows[:, np.newaxis, :] - means) ** 2) / variances, axis=-1)
        # scikit-learn's array holds one class a row: later sums go through memory in that order.
        found: "NDArray[np.float64]" = np.asfortranarray(prior + (scale - 0.5 * distance))
        return found

    return _plan(model, scores, np.concatenate((means, means + np.sqrt(variances), means - np.sqrt(variances))))


@estimator("MultinomialNB")
def multinomial(model: Any) -> Optional[Plan]:
    """One product with the logarithms of the probabilities."""
    weights, prior = model.feature_log_prob_.T, model.class_log_prior_

    def scores(rows: "NDArray[np.float64]") -> Any:
        return rows @ weights + prior

    return _plan(model, scores, np.ones((1, weights.shape[0])))


@estimator("ComplementNB")
def complement(model: Any) -> Optional[Plan]:
    """One product with the weights of the complements."""
    weights = model.feature_log_prob_.T

    def scores(rows: "NDArray[np.float64]") -> Any:
        return rows @ weights

    return _plan(model, scores, np.ones((1, weights.shape[0])))


def _plan(model: Any, scores: Function, edges: "NDArray[np.float64]") -> Plan:
    from scipy.special import logsumexp

    classes = model.classes_

    def predict(rows: "NDArray[np.float64]") -> Any:
        return classes[np.argmax(scores(rows), axis=1)]

    def predict_log_proba(rows: "NDArray[np.float64]") -> Any:
        found = scores(rows)
        return found - np.atleast_2d(logsumexp(found, axis=1)).T

    def predict_proba(rows: "NDArray[np.float64]") -> Any:
        return np.exp(predict_log_proba(rows))

    variant: Variant = {
        "predict": predict,
        "predict_proba": predict_proba,
        "predict_log_proba": predict_log_proba,
    }
    return Plan([variant], edges)
