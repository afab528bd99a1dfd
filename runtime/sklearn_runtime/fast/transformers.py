"""Transformers of numbers, as they stand at the start of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Optional

import numpy as np

from sklearn_runtime.fast.functions import Plan, estimator

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["imputer", "pca", "scaler", "selector"]


@estimator("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler")
def scaler(model: Any) -> Optional[Plan]:
    """A shift and a scale for each column."""
    operations: "List[tuple[Any, NDArray[np.float64]]]" = []
    clip = None
    name = type(model).__name__
    if name == "MinMaxScaler":
        operations = [(np.multiply, model.scale_), (np.add, model.min_)]
        clip = model.feature_range if getattr(model, "clip", False) else None
    else:
        shift = {"StandardScaler": "with_mean", "RobustScaler": "with_centering"}.get(name)
        scale = {"StandardScaler": "with_std", "RobustScaler": "with_scaling"}.get(name)
        if shift and getattr(model, shift):
            operations.append((np.subtract, model.mean_ if name == "StandardScaler" else model.center_))
        if scale is None or getattr(model, scale):
            operations.append((np.true_divide, model.scale_))

    def transform(rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
        found = rows
        for operation, values in operations:
            found = operation(found, values)
        return found if clip is None else np.clip(found, clip[0], clip[1])

    columns = len(model.scale_) if getattr(model, "scale_", None) is not None else len(operations[0][1])
    shifts = [values for operation, values in operations if operation is np.subtract]
    return Plan([{"transform": transform}], np.array(shifts) if shifts else np.empty((0, columns)))


@estimator("SimpleImputer")
def imputer(model: Any) -> Optional[Plan]:
    """A value for each column in the place of a missing one."""
    statistics = model.statistics_
    marker = model.missing_values
    usable = statistics.dtype == np.float64 and isinstance(marker, float) and np.isnan(marker)
    if not usable or np.isnan(statistics).any() or model.add_indicator:
        return None

    def transform(rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
        return np.where(np.isnan(rows), statistics, rows)

    edges = np.array([statistics, np.full(len(statistics), np.nan)])
    return Plan([{"transform": transform}], edges, takes_missing=True)


@estimator("PCA", "TruncatedSVD")
def pca(model: Any) -> Optional[Plan]:
    """One product with the components."""
    components = model.components_.T
    mean = getattr(model, "mean_", None)
    if getattr(model, "whiten", False):
        return None

    def centered_after(rows: "NDArray[np.float64]") -> Any:
        found = rows @ components
        if mean is not None:
            found -= np.reshape(mean, (1, -1)) @ components
        return found

    def centered_before(rows: "NDArray[np.float64]") -> Any:
        return (rows if mean is None else rows - mean) @ components

    edges = np.empty((0, components.shape[0])) if mean is None else np.reshape(mean, (1, -1))
    return Plan([{"transform": centered_after}, {"transform": centered_before}], edges)


@estimator(
    "SelectKBest", "SelectPercentile", "SelectFromModel", "VarianceThreshold", "RFE", "RFECV", "GenericUnivariateSelect"
)
def selector(model: Any) -> Optional[Plan]:
    """Some of the columns."""
    support = model.get_support()

    def transform(rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
        # As scikit-learn selects them: the order in memory, which this leaves, decides how a product adds up.
        found: "NDArray[np.float64]" = rows[:, support]
        return found

    return Plan([{"transform": transform}], np.empty((0, len(support))))
