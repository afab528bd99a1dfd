"""What predictions and requests are made of, as one ndarray: arrays, lists, tuples, data frames and sparse matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sklearn_runtime.errors import NotAcceptable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["dense", "is_data_frame", "is_sparse", "to_array"]


def is_sparse(value: object) -> bool:
    """Whether a value is one of SciPy's sparse matrices or arrays; SciPy itself need not be there."""
    return hasattr(value, "tocsr") and hasattr(value, "toarray")


def is_data_frame(value: object) -> bool:
    """Whether a value is a DataFrame or Series of pandas, or of a library made like it."""
    return hasattr(value, "to_numpy") and hasattr(value, "shape")


def dense(value: Any) -> Any:
    """A sparse matrix or a data frame as the array it stands for; anything else as it is."""
    if is_sparse(value):
        return value.toarray()
    if is_data_frame(value):
        return value.to_numpy()
    return value


def to_array(value: Any, content_type: str) -> "NDArray[Any]":
    """One ndarray for a value.

    Parameters
    ----------
    value : ndarray, number, string, list, tuple, DataFrame, Series or sparse matrix
        A tuple or list of arrays of one shape, as ``predict_proba`` of a multi-output classifier gives, is stacked.
    content_type : str
        What it is to be written in, for the message.

    Returns
    -------
    ndarray
        Labels in an object array get the dtype that they have: ``<U`` for strings, int64 for whole numbers. An object
        array of mixed values stays one.

    Raises
    ------
    NotAcceptable
        The value has no such form: a dict, or arrays of several shapes.

    Example
    -------
    >>> to_array(np.array(["yes", "no"], dtype=object), "application/x-npy")
    array(['yes', 'no'], dtype='<U3')
    """
    value = dense(value)
    if isinstance(value, np.ndarray):
        array = np.asarray(value)
    elif isinstance(value, (list, tuple)):
        array = _stacked(value, content_type)
    elif isinstance(value, (np.generic, bool, int, float, str)):
        array = np.asarray(value)
    else:
        raise NotAcceptable(
            f"the prediction is a {type(value).__name__}, which {content_type} cannot hold: accept application/json"
        )
    return _tightened(array) if array.dtype.hasobject else array


def _stacked(values: Any, content_type: str) -> "NDArray[Any]":
    parts = [dense(part) for part in values]
    if any(isinstance(part, (list, tuple)) for part in parts):
        parts = [to_array(part, content_type) for part in parts]
    shapes = {np.shape(part) for part in parts}
    if len(shapes) > 1:
        raise NotAcceptable(
            f"the prediction holds arrays of the shapes {sorted(shapes)}, which {content_type} cannot hold: "
            "accept application/json"
        )
    if any(isinstance(part, np.ndarray) for part in parts):
        return np.stack(parts)
    array = np.empty(len(parts), dtype=object)
    array[:] = parts
    return array


def _tightened(array: "NDArray[Any]") -> "NDArray[Any]":
    kinds = {type(item) for item in array.ravel().tolist()}
    if kinds and all(issubclass(kind, str) for kind in kinds):
        # Not by astype, which NumPy's own text of variable width does not know.
        return np.array(array.tolist(), dtype=str).reshape(array.shape)
    if kinds and all(issubclass(kind, (bool, int, float, np.generic)) for kind in kinds):
        tight = np.array(array.tolist()).reshape(array.shape)
        return tight if tight.dtype.kind in "biuf" else array
    return array
