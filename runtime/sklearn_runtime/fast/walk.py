"""Walks all trees of an ensemble at once: one NumPy operation a level in place of one call a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, NamedTuple, Optional

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NODES_MOST", "Tree", "Walk", "in_order"]

NODES_MOST = 4_000_000
"""Nodes of an ensemble that are prepared, 28 bytes each beside what scikit-learn holds: larger ones are asked tree by
tree."""


class Tree(NamedTuple):
    """The nodes of one tree, the root first; a leaf has the left child -1.

    Attributes
    ----------
    feature, left, right : ndarray of int, shape (nodes,)
    threshold : ndarray of float64, shape (nodes,)
        A row goes left where its value is not above.
    missing_left : ndarray of bool, shape (nodes,), or None
        Whether a missing value goes left; None: rows have none.
    """

    feature: "NDArray[Any]"
    threshold: "NDArray[np.float64]"
    left: "NDArray[Any]"
    right: "NDArray[Any]"
    missing_left: "Optional[NDArray[np.bool_]]" = None


class Walk:
    """Prepared trees.

    Parameters
    ----------
    trees : list of Tree

    Attributes
    ----------
    roots : ndarray of intp, shape (trees,)
        Where each tree's nodes start; values of leaves are laid out in the same way.
    """

    def __init__(self, trees: List[Tree]) -> None:
        sizes = [len(tree.feature) for tree in trees]
        self.roots = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp)
        nodes = sum(sizes)
        self._feature = np.zeros(nodes, np.intp)
        self._threshold = np.full(nodes, np.inf)
        # The children of node n stand at 2n (left) and 2n + 1: taking one is one operation. A leaf is its own child.
        self._children = np.repeat(np.arange(nodes, dtype=np.intp), 2)
        self._missing_right: "Optional[NDArray[np.bool_]]" = None
        if trees[0].missing_left is not None:
            self._missing_right = np.zeros(nodes, np.bool_)
        self._depth = 0
        for root, tree in zip(self.roots.tolist(), trees):
            inner = np.flatnonzero(tree.left != -1)
            self._feature[root + inner] = tree.feature[inner]
            self._threshold[root + inner] = tree.threshold[inner]
            self._children[2 * (root + inner)] = root + tree.left[inner].astype(np.intp)
            self._children[2 * (root + inner) + 1] = root + tree.right[inner].astype(np.intp)
            if self._missing_right is not None and tree.missing_left is not None:
                self._missing_right[root + inner] = ~tree.missing_left[inner].astype(bool)
            self._depth = max(self._depth, _depth(tree))

    def leaves(self, rows: "NDArray[np.float64]") -> "NDArray[np.intp]":
        """The leaf that each row reaches in each tree.

        Parameters
        ----------
        rows : ndarray of float64, shape (rows, columns), in C order

        Returns
        -------
        ndarray of intp, shape (trees, rows)
            Numbers of nodes, counted from the first tree's root.
        """
        count, columns = rows.shape
        values = rows.ravel()
        missing = self._missing_right is not None and bool(np.isnan(values).any())
        node = self.roots if count == 1 else np.repeat(self.roots, count)
        first = None if count == 1 else np.tile(np.arange(0, count * columns, columns), len(self.roots))
        feature, threshold, children = self._feature, self._threshold, self._children
        for _ in range(self._depth):
            place = feature.take(node)
            if first is not None:
                place += first
            value = values.take(place)
            right = value > threshold.take(node)
            if missing:
                right |= np.isnan(value) & self._missing_right.take(node)  # type: ignore[union-attr]
            node = children.take(node + node + right)
        return node.reshape(len(self.roots), count)


def _depth(tree: Tree) -> int:
    """Levels below the root."""
    level, depth = np.zeros(1, np.intp), 0
    while True:
        level = level[tree.left[level] != -1]
        if not level.size:
            return depth
        level = np.concatenate((tree.left[level], tree.right[level])).astype(np.intp)
        depth += 1


def in_order(terms: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The sum over the first axis, one term after the other from 0.0, as scikit-learn's loops over trees make it.

    ``np.add.reduce`` adds in this order where the terms are several numbers, and pairwise where each is a single one.
    """
    if terms[0].size > 1:
        total: "NDArray[np.float64]" = np.add.reduce(terms, axis=0)
    else:
        total = np.add.accumulate(terms, axis=0)[-1]
    # A sum that starts from 0.0 is never -0.0.
    total += 0.0
    return total
