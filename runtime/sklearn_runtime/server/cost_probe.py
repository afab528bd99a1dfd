"""Measures what a loaded model takes for one row, two, four and so on, before requests have to show it."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any, Callable, Iterator, Optional

import numpy as np

from sklearn_runtime.prediction import predict
from sklearn_runtime.rows.column_kinds import TEXT, Column
from sklearn_runtime.rows.model_columns import model_columns
from sklearn_runtime.server.cost import BUDGET_SECONDS, Measurement

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["measure", "sample_row"]

COLD_SECONDS = 0.2
"""A first call may import what the next ones find there; one that takes longer than this is not repeated."""


def measure(model: Any, method: str, most_cells: int) -> Iterator[Measurement]:
    """Time predictions of ever more rows, until one takes longer than `cost.BUDGET_SECONDS`.

    Parameters
    ----------
    model : fitted estimator
    method : str
        Which of its methods.
    most_cells : int
        More than this need no measurement.

    Yields
    ------
    (int, float)
        Cells and seconds, ascending. None where the model does not say what its rows are, or does not take the sample:
        whatever goes wrong, it is no failure.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            row = sample_row(model)
            if row is not None:
                yield from _measured(lambda rows: predict(np.repeat(row, rows, 0), model, method), row.size, most_cells)
        except (Exception, SystemExit):  # noqa: BLE001  a model of the user's may raise anything
            return


def sample_row(model: Any) -> "Optional[NDArray[Any]]":
    """A row that the model should take, of shape (1, columns).

    Ones, where it takes numbers: most transformations are defined there. The first category, where it knows some.
    None where it does not say how many columns it takes, or takes one text a row, of any length.

    Example
    -------
    >>> from sklearn.preprocessing import StandardScaler
    >>> sample_row(StandardScaler().fit([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 1.0]]
    """
    takes = model_columns(model)
    if takes.n_features is None or takes.documents or takes.records:
        return None
    cells = [_cell(takes.column(place)) for place in range(takes.n_features)]
    row = np.empty((1, len(cells)), object)
    row[0] = cells
    return row if any(isinstance(cell, str) for cell in cells) else row.astype(np.float64)


def _cell(column: Column) -> Any:
    if column.categories is not None and len(column.categories):
        return column.categories[0]
    return "a" if column.kind == TEXT else 1.0


def _measured(call: Callable[[int], Any], columns: int, most_cells: int) -> Iterator[Measurement]:
    rows, seconds = 1, _seconds(call, 1)
    if BUDGET_SECONDS < seconds < COLD_SECONDS:
        seconds = min(seconds, _seconds(call, 1))
    while True:
        yield rows * columns, seconds
        if seconds > BUDGET_SECONDS or rows * columns >= most_cells:
            return
        rows *= 2
        seconds = _seconds(call, rows)


def _seconds(call: Callable[[int], Any], rows: int) -> float:
    started = time.perf_counter()
    call(rows)
    return time.perf_counter() - started
