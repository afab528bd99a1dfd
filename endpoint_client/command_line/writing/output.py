"""What every output of predictions can do, and what its columns are called."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import TYPE_CHECKING, Any, Protocol

from endpoint_client.command_line.command_error import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


class Output(Protocol):
    """Predictions, a row each, behind the columns that are kept of the input."""

    def write(self, kept: Mapping[str, Any], results: NDArray[Any]) -> None:
        """Write the results of some rows; what was written before stays whatever happens.

        Parameters
        ----------
        kept : mapping of str to sequence
            Columns of the input by name, as a `Batch` has them.
        results : ndarray of shape (n_rows,) or (n_rows, ...)
        """
        ...

    def close(self) -> None:
        """Put everything that was written where it can be read."""
        ...


def prediction_columns(name: str, results: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Give the results as columns.

    Parameters
    ----------
    name : str
        The method that was asked for, or ``"prediction"``.
    results : ndarray of shape (n_rows,) or (n_rows, n_columns)

    Raises
    ------
    CommandError
        More dimensions.

    Example
    -------
    >>> import numpy as np
    >>> list(prediction_columns("predict_proba", np.zeros((5, 2))))
    ['predict_proba_0', 'predict_proba_1']
    """
    if results.ndim == 1:
        return {name: results}
    if results.ndim == 2:
        return {f"{name}_{place}": results[:, place] for place in range(results.shape[1])}
    raise CommandError(
        f"the endpoint answers with {results.ndim - 1} dimensions a row, and a table holds one: write .npy or .jsonl"
    )


def joined(kept: Mapping[str, Any], predictions: Mapping[str, Any]) -> dict[str, Any]:
    """Put columns of the input before those of the predictions.

    Raises
    ------
    CommandError
        Two have the same name.
    """
    if both := sorted(set(kept) & set(predictions)):
        raise CommandError(
            f"the input has a column {both[0]!r}, and so have the predictions: rename it, or do not keep it"
        )
    return {**kept, **predictions}


def python_values(column: Any) -> Sequence[Any]:
    """Give the values of a column as Python's own: of a list, an ndarray or an Arrow array."""
    if isinstance(column, list):
        return column
    values: list[Any] = column.to_pylist() if hasattr(column, "to_pylist") else column.tolist()
    return values


def plain(value: Any) -> Any:
    """Give a value of a kept column as JSON and CSV write it: dates and exact decimals as text."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal | dt.timedelta):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return list(map(plain, value)) if isinstance(value, list) else value
