"""Sparse matrices from the arrays that describe them, each index checked before native code uses it.

SciPy trusts the indices of a matrix: one out of range makes its C++ code read and write outside of the arrays, and its
own check (``check_format``) passes over some, such as an indptr of 0, 5, 0.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Dict, Tuple

import numpy as np

from sklearn_runtime.content_types import NPY, NPZ
from sklearn_runtime.errors import MalformedBody, UnsupportedMediaType, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Dict[str, NDArray[Any]]
    Shape = Tuple[int, int]

__all__ = ["FORMATS", "csr_matrix"]


def csr_matrix(name: str, arrays: "Arrays", shape: "Shape") -> Any:
    """Build a matrix.

    Parameters
    ----------
    name : str
        Its format, one of `FORMATS`.
    arrays : dict
        ``data``, and what the format has beside it, see `FORMATS`; all from outside.
    shape : tuple of int
        Rows and columns, neither below 0.

    Returns
    -------
    scipy.sparse.csr_matrix

    Raises
    ------
    UnsupportedMediaType
        SciPy is not installed.
    MalformedBody
        Other arrays than the format has; arrays of the wrong shape or dtype; an index outside of the matrix.

    Example
    -------
    >>> arrays = {"data": np.array([2.0]), "row": np.array([0]), "col": np.array([1])}
    >>> csr_matrix("coo", arrays, (1, 2)).toarray()
    array([[0., 2.]])
    """
    beside = set(arrays) - {"data"}
    if beside not in FORMATS[name]:
        wanted = " or ".join(", ".join(sorted(names)) for names in FORMATS[name])
        found = ", ".join(map(shown, sorted(beside)))
        raise MalformedBody(f"a sparse matrix of format {name} has {wanted} beside data, not {found}")
    try:
        sparse = importlib.import_module("scipy.sparse")
    except ModuleNotFoundError:
        raise UnsupportedMediaType(f"{NPZ} is not supported here, where SciPy is not installed: send {NPY}") from None
    return _BUILDERS[name](sparse, arrays["data"], arrays, shape).tocsr()


def _indices(array: "NDArray[Any]", bound: int, count: int, what: str) -> "NDArray[Any]":
    """Whole numbers from 0 to `bound` (exclusive), `count` of them."""
    if array.ndim != 1 or array.dtype.kind not in "iu" or len(array) != count:
        raise MalformedBody(
            f"the sparse matrix has {what} of shape {shown(array.shape)} and dtype {array.dtype}: it needs {count} "
            "whole numbers"
        )
    if array.size and not (int(array.min()) >= 0 and int(array.max()) < bound):
        raise MalformedBody(
            f"the sparse matrix has {what} from {array.min()} to {array.max()}: they must be from 0 to {bound - 1}"
        )
    return array.astype(np.int32 if bound <= np.iinfo(np.int32).max else np.int64, copy=False)


def _pointers(array: "NDArray[Any]", lines: int, entries: int) -> "NDArray[Any]":
    pointers = _indices(array, entries + 1, lines + 1, "indptr")
    if pointers[0] != 0 or bool((np.diff(pointers) < 0).any()):
        raise MalformedBody("the sparse matrix has an indptr that does not start at 0, or falls")
    return pointers


def _compressed(data: "NDArray[Any]", arrays: "Arrays", lines: int, bound: int) -> Tuple[Any, Any, Any]:
    """Data, indices and indptr of a matrix that is compressed along `lines`."""
    pointers = _pointers(arrays["indptr"], lines, len(data))
    used = int(pointers[-1])
    indices = _indices(arrays["indices"], bound, len(data), "indices")
    return data[:used], indices[:used], pointers


def _vector(data: "NDArray[Any]", dimensions: int) -> "NDArray[Any]":
    if data.ndim != dimensions or 0 in data.shape[1:]:
        raise MalformedBody(
            f"the sparse matrix has data of shape {shown(data.shape)}: it needs {dimensions} dimensions"
        )
    return data


def _csr(sparse: Any, data: "NDArray[Any]", arrays: "Arrays", shape: Tuple[int, int]) -> Any:
    return sparse.csr_matrix(_compressed(_vector(data, 1), arrays, shape[0], shape[1]), shape=shape)


def _csc(sparse: Any, data: "NDArray[Any]", arrays: "Arrays", shape: Tuple[int, int]) -> Any:
    return sparse.csc_matrix(_compressed(_vector(data, 1), arrays, shape[1], shape[0]), shape=shape)


def _bsr(sparse: Any, data: "NDArray[Any]", arrays: "Arrays", shape: Tuple[int, int]) -> Any:
    _, height, width = _vector(data, 3).shape
    if shape[0] % height or shape[1] % width:
        raise MalformedBody(f"the sparse matrix of shape {shape} cannot be of blocks of {height} by {width}")
    blocks = _compressed(data, arrays, shape[0] // height, shape[1] // width)
    return sparse.bsr_matrix(blocks, shape=shape)


def _coo(sparse: Any, data: "NDArray[Any]", arrays: "Arrays", shape: Tuple[int, int]) -> Any:
    count = len(_vector(data, 1))
    row, col = arrays.get("row"), arrays.get("col")
    if row is None or col is None:
        coords = arrays["coords"]
        if coords.ndim != 2 or len(coords) not in (1, 2):
            raise MalformedBody(
                f"the sparse matrix has coords of shape {shown(coords.shape)}: it needs rows and columns"
            )
        # An array of one dimension has the columns of its one row.
        row, col = coords[0] if len(coords) == 2 else np.zeros(count, dtype=np.int32), coords[-1]
    pair = (_indices(row, shape[0], count, "row"), _indices(col, shape[1], count, "col"))
    return sparse.coo_matrix((data, pair), shape=shape)


def _dia(sparse: Any, data: "NDArray[Any]", arrays: "Arrays", shape: Tuple[int, int]) -> Any:
    offsets = arrays["offsets"]
    if data.ndim != 2 or offsets.shape != data.shape[:1] or offsets.dtype.kind != "i":
        raise MalformedBody(f"the sparse matrix has offsets of shape {shown(offsets.shape)}: it needs one a diagonal")
    if len(set(offsets.tolist())) != len(offsets):
        raise MalformedBody("the sparse matrix has two diagonals of one offset")
    offsets = offsets.astype(np.int64)
    inside = (offsets > -shape[0]) & (offsets < shape[1])
    data, offsets = data[inside], offsets[inside]
    columns = np.broadcast_to(np.arange(data.shape[1], dtype=np.int64), data.shape)
    rows = columns - offsets[:, np.newaxis]
    used = (rows >= 0) & (rows < shape[0]) & (columns < shape[1]) & (data != 0)
    return sparse.coo_matrix((data[used], (rows[used], columns[used])), shape=shape)


FORMATS = {
    "csr": ({"indices", "indptr"},),
    "csc": ({"indices", "indptr"},),
    "bsr": ({"indices", "indptr"},),
    "coo": ({"row", "col"}, {"coords"}),
    "dia": ({"offsets"},),
}
"""The arrays that a format has beside ``data``; ``coords`` is SciPy's form for arrays of any dimension."""

_BUILDERS = {"csr": _csr, "csc": _csc, "bsr": _bsr, "coo": _coo, "dia": _dia}
