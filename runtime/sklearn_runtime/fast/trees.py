"""Decision trees, extra trees and forests of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Optional

import numpy as np
import sklearn

from sklearn_runtime.fast.functions import Function, Plan, Variant, all_finite, estimator
from sklearn_runtime.fast.walk import NODES_MOST, Tree, Walk, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["edges_of", "forest", "narrowed", "prepared", "single_tree"]

EDGES_MOST = 64
"""Thresholds of each column that go into the probe."""


_VALUES_ARE_FRACTIONS = tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 3)
"""Before scikit-learn 1.3 a classifier's leaves held weights, and each prediction divided them by their sum."""


def prepared(tree: Any) -> Tree:
    return Tree(tree.feature, tree.threshold, tree.children_left, tree.children_right)


def edges_of(trees: List[Tree], columns: int) -> "NDArray[np.float64]":
    """Thresholds by column, and the numbers next to them."""
    found: List[List[float]] = [[0.0] for _ in range(columns)]
    for tree in trees:
        inner = np.flatnonzero(tree.left != -1)[:EDGES_MOST]
        for column, threshold in zip(tree.feature[inner].tolist(), tree.threshold[inner].tolist()):
            if len(found[column]) < EDGES_MOST:
                found[column].append(threshold)
    table = np.array([np.resize(values, EDGES_MOST) for values in found]).T
    return np.concatenate((table, np.nextafter(table, np.inf), np.nextafter(table, -np.inf)))


def narrowed(rows: "NDArray[np.float64]") -> "Optional[NDArray[np.float32]]":
    """Rows as trees compare them; None where a value does not fit into float32."""
    with np.errstate(over="ignore"):
        narrow = rows.astype(np.float32)
    return narrow if all_finite(narrow) else None


def _leaf_values(tree: Any, is_classifier: bool) -> Any:
    """What each node says: a number, or the fractions of the classes, of shape (nodes, classes)."""
    if not is_classifier:
        return tree.value[:, 0, 0]
    value = tree.value[:, 0, :]
    if _VALUES_ARE_FRACTIONS:
        return value
    totals = value.sum(axis=1)[:, np.newaxis]
    totals[totals == 0.0] = 1.0
    return value / totals


@estimator("DecisionTreeClassifier", "ExtraTreeClassifier", "DecisionTreeRegressor", "ExtraTreeRegressor")
def single_tree(model: Any) -> Optional[Plan]:
    """One tree: scikit-learn's own compiled walk, without what stands around it."""
    if model.n_outputs_ != 1:
        return None
    tree, is_classifier = model.tree_, hasattr(model, "classes_")
    values = _leaf_values(tree, is_classifier)

    def value(rows: "NDArray[np.float64]") -> Any:
        narrow = narrowed(rows)
        return None if narrow is None else values.take(tree.apply(narrow), axis=0)

    return Plan([_methods(model, value)], edges_of([prepared(tree)], tree.n_features))


@estimator("RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor", "ExtraTreesRegressor")
def forest(model: Any) -> Optional[Plan]:
    """A forest: all trees walked at once for few rows, tree by tree for more; the mean is taken in the trees' order."""
    if model.n_outputs_ != 1:
        return None
    trees = [one.tree_ for one in model.estimators_]
    values = [_leaf_values(tree, hasattr(model, "classes_")) for tree in trees]
    means = [_tree_by_tree(trees, values)]
    if sum(map(len, values)) <= NODES_MOST:
        means.append(_all_at_once(trees, values))
    return Plan(
        [_methods(model, mean) for mean in means], edges_of([prepared(tree) for tree in trees], trees[0].n_features)
    )


def _methods(model: Any, value: Function) -> Variant:
    """The methods of a tree or a forest, from what its leaves say of the rows."""
    if not hasattr(model, "classes_"):
        return {"predict": value}
    classes = model.classes_

    def predict(rows: "NDArray[np.float64]") -> Any:
        found = value(rows)
        return None if found is None else classes.take(np.argmax(found, axis=1), axis=0)

    return {"predict": predict, "predict_proba": value}


def _tree_by_tree(trees: List[Any], values: "List[NDArray[np.float64]]") -> Function:
    def mean(rows: "NDArray[np.float64]") -> Any:
        narrow = narrowed(rows)
        if narrow is None:
            return None
        total = np.zeros((len(rows), *values[0].shape[1:]))
        for tree, value in zip(trees, values):
            total += value.take(tree.apply(narrow), axis=0)
        total /= len(trees)
        return total

    return mean


def _all_at_once(trees: List[Any], values: "List[NDArray[np.float64]]") -> Function:
    walk, value = Walk([prepared(tree) for tree in trees]), np.concatenate(values)

    def mean(rows: "NDArray[np.float64]") -> Any:
        narrow = narrowed(rows)
        if narrow is None:
            return None
        total = in_order(value.take(walk.leaves(narrow.astype(np.float64)), axis=0))
        total /= len(trees)
        return total

    return mean
