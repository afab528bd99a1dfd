"""What scikit-learn refused, with the cell of the request that it speaks of where that can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Tuple

import numpy as np

from sklearn_runtime.codecs.arrays import is_data_frame
from sklearn_runtime.errors import InputRefused, InvalidRows, MissingValue, RequestError, shown
from sklearn_runtime.rows.column_kinds import Column, is_missing
from sklearn_runtime.rows.typed_columns import typed_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["cell_place", "refusal"]

FLOAT32_MAX = 3.4028235e38
"""scikit-learn's trees compare in float32, and refuse what does not fit."""
UNKNOWN_CATEGORY = "Found unknown categor"
NOT_A_NUMBER = "could not convert string to float: "
Cell = Tuple[int, int]


def refusal(message: str, rows: Any, columns: Sequence[Column] = ()) -> RequestError:
    """The error for a request that scikit-learn refused.

    Parameters
    ----------
    message : str
        scikit-learn's.
    rows : ndarray, DataFrame or anything else
        As the request had them, not as the model was given them.
    columns : sequence of Column
        What the model takes, in the order of the request; empty where that is not known.

    Returns
    -------
    RequestError
        `MissingValue` or `InvalidRows` where the cell was found and that is what is wrong with it, else `InputRefused`.
    """
    cells = rows.to_numpy() if is_data_frame(rows) else rows
    if not isinstance(cells, np.ndarray) or cells.ndim != 2 or cells.dtype.kind not in "fiubO":
        return InputRefused(message)
    cells, names = np.asarray(cells), getattr(rows, "columns", None)
    if len(columns) != cells.shape[1]:
        columns = [Column()] * cells.shape[1]
    first_line = message.partition("\n")[0]
    if message.startswith(UNKNOWN_CATEGORY):
        unknown = _first_unknown(cells, columns)
        if unknown is not None and not is_missing(cells.item(unknown)):
            what = f"{cell_place(unknown, names)} is {shown(cells.item(unknown))}"
            return InputRefused(f"{what}, which the model does not know: {first_line}", *unknown)
    if "nan" in message.lower():
        missing = _first_missing(rows, cells, columns)
        if missing is not None:
            what = f"{cell_place(missing, names)} is missing, and the model takes no missing values"
            return MissingValue(f"{what}: {first_line}", *missing)
    if "infinity" in message and cells.dtype.kind == "f":
        large = _first(~(np.abs(cells) <= FLOAT32_MAX))
        if large is not None:
            return InputRefused(f"{cell_place(large, names)} is {cells[large]}: {first_line}", *large)
    if message.startswith(NOT_A_NUMBER) and cells.dtype.kind == "O":
        text = _first_text(cells, first_line[len(NOT_A_NUMBER) :])
        if text is not None:
            return InvalidRows(f"{cell_place(text, names)}: {shown(cells.item(text))} is not a number", *text)
    return InputRefused(message)


def cell_place(cell: Cell, names: Any = None) -> str:
    """Where a cell stands, for a message.

    Example
    -------
    >>> cell_place((0, 1), ["age", "city"])
    "row 0, column 1 ('city')"
    """
    name = "" if names is None else f" ({shown(names[cell[1]])})"
    return f"row {cell[0]}, column {cell[1]}{name}"


def _first(mask: "NDArray[np.bool_]") -> Optional[Cell]:
    if not mask.any():
        return None
    row, column = divmod(int(mask.argmax()), mask.shape[1])
    return row, column


def _first_missing(rows: Any, cells: "NDArray[Any]", columns: Sequence[Column]) -> Optional[Cell]:
    if is_data_frame(rows):
        mask = np.asarray(rows.isna())
    elif cells.dtype.kind == "O":
        mask = np.array([[is_missing(cell) for cell in row] for row in cells.tolist()])
    else:
        mask = np.isnan(cells)
    # Where an imputer takes the column, the model has not refused it for that.
    refusing = mask & ~np.array([column.takes_missing for column in columns])
    return _first(refusing) or _first(mask)


def _first_unknown(cells: "NDArray[Any]", columns: Sequence[Column]) -> Optional[Cell]:
    found: List[Cell] = []
    for place, column in enumerate(columns):
        if column.categories is None:
            continue
        values = typed_column(cells[:, place].tolist(), column)[0].tolist()
        known = set(column.categories.tolist())
        row = next((row for row, value in enumerate(values) if value not in known), None)
        if row is not None and not (column.takes_missing and is_missing(values[row])):
            found.append((row, place))
    return min(found, default=None)


def _first_text(cells: "NDArray[Any]", written: str) -> Optional[Cell]:
    for place, cell in enumerate(cells.ravel().tolist()):
        # NumPy writes the text with quotes, its older versions without.
        if isinstance(cell, str) and written in (repr(cell), cell):
            row, column = divmod(place, cells.shape[1])
            return row, column
    return None
