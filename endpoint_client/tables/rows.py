"""Turns what a caller has - arrays, lists, pandas and scipy objects - into rows that can be cut."""

from __future__ import annotations

import numbers
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from endpoint_client.exceptions import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray


class _Sliceable(Protocol):
    """An ndarray or a compressed sparse row matrix."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def __getitem__(self, rows: slice, /) -> Any: ...


@dataclass(frozen=True)
class Rows:
    """Rows of one input.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_features, ...), or scipy CSR of shape (n_rows, n_features)
        Of numbers, booleans or text; or of objects: numbers, booleans, text and None (missing).
    names : list of str or None
        Feature names, where the input carries them: the columns of a DataFrame.
    frame : DataFrame or None
        The same rows, for formats that keep a type a column.
    """

    values: _Sliceable
    names: list[str] | None = None
    frame: Any = None

    @property
    def count(self) -> int:
        """Number of rows."""
        return self.values.shape[0]

    @property
    def sparse(self) -> bool:
        """Whether the values are a sparse matrix."""
        return not isinstance(self.values, np.ndarray)

    def dense(self, start: int, stop: int) -> NDArray[Any]:
        """Give the values of rows `start` to `stop`; sparse ones are made dense here, a part at a time."""
        part = self.values[start:stop]
        values: NDArray[Any] = part.toarray() if self.sparse else part
        return values

    def cells(self, start: int, stop: int) -> list[list[Any]]:
        """Give rows `start` to `stop` of a frame as Python's own values, as its columns have them; None is missing."""
        part = self.frame.iloc[start:stop].astype(object)
        part = part.where(part.notna(), None)
        return [list(row) for row in zip(*(part.iloc[:, place] for place in range(part.shape[1])), strict=True)]


def rows_of(data: Any) -> Rows:
    """Read `data` as rows of features.

    Parameters
    ----------
    data : ndarray, list, tuple, pandas DataFrame or Series, scipy sparse matrix or array
        One dimension is one row: a flat list, a 1-D array, a Series (whose index names the features;
        for one feature of many rows use ``series.to_frame()``). Two or more dimensions are rows.

    Raises
    ------
    InvalidInput
        No rows, no features, rows of different lengths, or values that are neither numbers, text nor missing.
    """
    # A caller who holds such an object has imported its library already: never import it here.
    pandas, sparse = sys.modules.get("pandas"), sys.modules.get("scipy.sparse")
    if sparse is not None and sparse.issparse(data):
        rows = Rows(_nonempty(_numeric(data.tocsr() if data.ndim == 2 else data.reshape(1, -1).tocsr())))
    elif pandas is not None and isinstance(data, pandas.DataFrame):
        rows = _frame_rows(data)
    elif pandas is not None and isinstance(data, pandas.Series):
        rows = _frame_rows(data.to_frame().T)
    else:
        rows = Rows(_nonempty(_array(data)))
    return rows


def _frame_rows(frame: Any) -> Rows:
    return Rows(_nonempty(_frame_values(frame)), _names(frame.columns), frame)


def _array(data: Any) -> NDArray[Any]:
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise InvalidInput(f"the input is not a table: {error}; give every row the same number of features") from error
    if array.dtype.kind == "U" and not isinstance(data, np.ndarray):
        # NumPy would have turned the numbers of a mixed list into text.
        array = np.asarray(data, dtype=object)
    return _at_least_one_row(_typed(array))


def _frame_values(frame: Any) -> NDArray[Any]:
    values: NDArray[Any] = frame.to_numpy()
    if values.dtype == object:
        # pandas has several missing values (NaN, NaT, NA); the wire format has one.
        values = frame.astype(object).where(frame.notna(), None).to_numpy()
    return _typed(values)


def _typed(array: NDArray[Any]) -> NDArray[Any]:
    """Give an object array the dtype that its values have in common: a request never holds pickled objects."""
    if array.dtype.kind in "biufU":
        return array
    if array.dtype != object:
        raise _not_features(array)
    values = array.ravel().tolist()
    if all(value is None or isinstance(value, numbers.Real) for value in values):
        return array.astype(np.float64)
    if all(isinstance(value, str) for value in values):
        return array.astype(np.str_)
    for position, value in enumerate(values):
        if not (value is None or isinstance(value, str | numbers.Real)):
            raise InvalidInput(
                f"the input holds a {type(value).__name__} in row {position // max(1, int(np.prod(array.shape[1:])))}; "
                "features are numbers, booleans, text or missing (None, NaN)"
            )
    return array


def _numeric(matrix: Any) -> Any:
    if matrix.dtype.kind not in "biuf":
        raise _not_features(matrix)
    return matrix


def _not_features(values: _Sliceable) -> InvalidInput:
    return InvalidInput(
        f"the input has dtype {values.dtype}; features are numbers, booleans or text: convert it, for example with "
        ".astype(float)"
    )


def _at_least_one_row(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(1, -1) if array.ndim == 1 else array


def _nonempty(values: _Sliceable) -> _Sliceable:
    if len(values.shape) < 2 or 0 in values.shape:
        raise InvalidInput(f"the input has shape {values.shape}: give at least one row and one feature")
    return values


def _names(labels: Any) -> list[str] | None:
    # As scikit-learn: names count only where all of them are text (a plain frame has numbers).
    names = list(labels)
    return names if all(isinstance(name, str) for name in names) else None
