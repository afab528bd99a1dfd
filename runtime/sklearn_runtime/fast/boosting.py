"""Gradient boosting, on sorted values and on histograms."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from sklearn_runtime.fast.functions import Function, Plan, Variant, estimator
from sklearn_runtime.fast.trees import edges_of, narrowed, prepared
from sklearn_runtime.fast.walk import NODES_MOST, Tree, Walk, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["gradient_boosting", "hist_gradient_boosting"]

_CONSTANT_STRATEGIES = ("prior", "mean", "median", "quantile", "constant", "most_frequent")


@estimator("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")
def hist_gradient_boosting(model: Any) -> Optional[Plan]:
    """Histogram gradient boosting without categorical columns; a missing value takes the direction that was learned."""
    predictors = [predictor for iteration in model._predictors for predictor in iteration]
    nodes = [predictor.nodes for predictor in predictors]
    if sum(map(len, nodes)) > NODES_MOST or any(_has_categories(one) for one in nodes):
        return None
    walk = Walk([_hist_tree(one) for one in nodes])
    values = np.concatenate([one["value"] for one in nodes]).astype(np.float64)
    outputs = model.n_trees_per_iteration_
    baseline = np.reshape(np.asarray(model._baseline_prediction, dtype=np.float64), -1)
    first = np.broadcast_to(baseline, outputs).reshape(1, outputs, 1)

    def by_output(rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
        count = len(rows)
        terms = values.take(walk.leaves(rows)).reshape(-1, outputs, count)
        return in_order(np.concatenate((np.broadcast_to(first, (1, outputs, count)), terms)))

    def by_row(rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
        return by_output(rows).T

    # Before scikit-learn 1.1 the scores had one row an output.
    variants = [_around_scores(model, "_raw_predict", scores) for scores in (by_row, by_output)]
    return Plan(variants, _hist_edges(nodes, model), takes_missing=True)


def _has_categories(nodes: "NDArray[Any]") -> bool:
    return "is_categorical" in nodes.dtype.names and bool(nodes["is_categorical"].any())  # type: ignore[operator]


def _hist_tree(nodes: "NDArray[Any]") -> Tree:
    leaf = nodes["is_leaf"].astype(bool)
    names = nodes.dtype.names or ()
    return Tree(
        nodes["feature_idx"].astype(np.intp),
        nodes["num_threshold" if "num_threshold" in names else "threshold"].astype(np.float64),
        np.where(leaf, -1, nodes["left"].astype(np.int64)),
        np.where(leaf, -1, nodes["right"].astype(np.int64)),
        nodes["missing_go_to_left"].astype(bool),
    )


def _hist_edges(nodes: "list[NDArray[Any]]", model: Any) -> "NDArray[np.float64]":
    table = edges_of(
        [_hist_tree(one) for one in nodes], model._n_features if hasattr(model, "_n_features") else model.n_features_
    )
    table[::7] = np.nan
    return table


def _around_scores(model: Any, replaced: str, scores: Function) -> Variant:
    """scikit-learn's own methods around our scores.

    They run on a copy of the estimator, in which the one method that all others are made of is replaced: what each
    version makes of the scores (links, ties, labels) stays its own.
    """
    around = copy.copy(model)
    around.__dict__[replaced] = lambda rows, *_args, **_options: scores(rows)
    names = ("predict", "predict_proba", "decision_function")
    variant: Variant = {}
    for name in names:
        if hasattr(model, name):
            variant[name] = scores if name == replaced else getattr(around, name)
    return variant


@estimator("GradientBoostingClassifier", "GradientBoostingRegressor")
def gradient_boosting(model: Any) -> Optional[Plan]:
    """Gradient boosting from a constant start."""
    start = model.init_
    constant = isinstance(start, str) or getattr(start, "strategy", None) in _CONSTANT_STRATEGIES
    if not constant:
        return None
    trees = [one.tree_ for one in model.estimators_.ravel()]
    if sum(tree.node_count for tree in trees) > NODES_MOST:
        return None
    walk = Walk([prepared(tree) for tree in trees])
    values = np.concatenate([model.learning_rate * tree.value[:, 0, 0] for tree in trees])
    outputs, columns = model.estimators_.shape[1], trees[0].n_features
    first = model._raw_predict_init(np.zeros((1, columns), np.float32)).reshape(1, outputs, 1)

    def raw(rows: "NDArray[np.float64]") -> Any:
        narrow = narrowed(rows)
        if narrow is None:
            return None
        count = len(rows)
        terms = values.take(walk.leaves(narrow.astype(np.float64))).reshape(-1, outputs, count)
        total = in_order(np.concatenate((np.broadcast_to(first, (1, outputs, count)), terms)))
        return total[0] if outputs == 1 else np.ascontiguousarray(total.T)

    edges = edges_of([prepared(tree) for tree in trees], columns)
    if not hasattr(model, "classes_"):
        return Plan([{"predict": raw}], edges)
    return Plan([_around_scores(model, "decision_function", raw)], edges)
