"""K-means: scikit-learn's own compiled assignment, without the search for thread pools that surrounds it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from sklearn_runtime.fast.functions import Plan, estimator

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["k_means"]


@estimator("KMeans", "MiniBatchKMeans")
def k_means(model: Any) -> Optional[Plan]:
    """The nearest centre of each row."""
    assign = importlib.import_module(type(model).__module__)._labels_inertia
    centers = np.ascontiguousarray(model.cluster_centers_)
    if centers.dtype != np.float64:
        return None

    def predict(rows: "NDArray[np.float64]") -> Any:
        return assign(rows, np.ones(len(rows)), centers, n_threads=1, return_inertia=False)

    between = (centers[:, np.newaxis, :] + centers) / 2
    return Plan([{"predict": predict}], np.concatenate((centers, between.reshape(-1, centers.shape[1])[:64])))
