"""Converts the cells of one column of a request to what the model takes there: numbers, text or booleans."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from sklearn_runtime.codecs.cells import NAN, parse_number
from sklearn_runtime.rows.column_kinds import BOOLEAN, NUMBER, TEXT, Column, is_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WANTED", "typed_column"]

WANTED = {NUMBER: "is not a number", TEXT: "is not text", BOOLEAN: "is not true or false"}
"""What a message says of the first cell that is none of its column's kind."""

_BOOLEANS: Dict[Any, bool] = {"true": True, "false": False, 1.0: True, 0.0: False}
_WRITTEN_BOOLEANS = ("True", "False")
"""As pandas writes a column of booleans to a CSV, and reads it."""

Converted = Tuple["NDArray[Any]", Optional[int]]


def typed_column(cells: Sequence[Any], column: Column) -> Converted:
    """The cells of one column in the dtype that the model was fitted on.

    Parameters
    ----------
    cells : sequence
        Each is a str, a number, a bool, or None or NaN where the value is missing.
    column : Column
        What the model takes.

    Returns
    -------
    values : ndarray of shape (rows,)
        float64 for numbers; bool for booleans, and where nothing is known and all cells are ``True`` or ``False``;
        object for text, and for booleans where one is missing.
    refused : int or None
        The row of the first cell that is none of that kind; `values` is of no use then.

    Example
    -------
    >>> typed_column(["007", None], Column(TEXT))
    (array(['007', nan], dtype=object), None)
    >>> typed_column(["007", None], Column(NUMBER))
    (array([ 7., nan]), None)
    >>> typed_column(["007", "x"], Column(NUMBER))[1]
    1
    """
    if column.kind == TEXT:
        return _texts(cells, column.missing)
    if column.kind == BOOLEAN:
        return _booleans(cells, column.missing)
    values, refused = _numbers(cells)
    if refused is None or column.kind == NUMBER:
        return values, refused
    if all(isinstance(cell, str) and cell in _WRITTEN_BOOLEANS for cell in cells):
        return np.array([cell == "True" for cell in cells]), None
    return _objects([column.missing if is_missing(cell) else cell for cell in cells]), None


def _numbers(cells: Sequence[Any]) -> Converted:
    types = set(map(type, cells))
    try:
        values = list(
            map(float, cells if type(None) not in types else [NAN if cell is None else cell for cell in cells])
        )
    except (TypeError, ValueError):
        return _numbers_one_by_one(cells)
    text = "".join(cells if types == {str} else [cell for cell in cells if isinstance(cell, str)])
    if "_" in text or not text.isascii():
        # float() takes underscores and the digits of other scripts, which are no numbers in a request.
        return _numbers_one_by_one(cells)
    return np.array(values, dtype=np.float64), None


def _numbers_one_by_one(cells: Sequence[Any]) -> Converted:
    values = list(map(_number, cells))
    refused = values.index(None) if None in values else None
    return np.array(values, dtype=np.float64), refused


def _number(cell: Any) -> Optional[float]:
    if isinstance(cell, str):
        return parse_number(cell)
    if cell is None:
        return NAN
    return float(cell) if isinstance(cell, numbers.Real) else None


def _texts(cells: Sequence[Any], missing: Optional[float]) -> Converted:
    if set(map(type, cells)) == {str}:
        return _objects(cells), None
    values: List[Any] = [missing if is_missing(cell) else cell for cell in cells]
    refused = next(
        (row for row, value in enumerate(values) if not isinstance(value, str) and value is not missing), None
    )
    return _objects(values), refused


def _booleans(cells: Sequence[Any], missing: Optional[float]) -> Converted:
    values: List[Any] = [missing if is_missing(cell) else _boolean(cell) for cell in cells]
    refused = next((row for row, value in enumerate(values) if value is _NEITHER), None)
    whole = all(value is not missing for value in values)
    return (np.array(values, dtype=bool) if whole and refused is None else _objects(values)), refused


_NEITHER = object()


def _boolean(cell: Any) -> Any:
    if isinstance(cell, str):
        text = cell.strip().lower()
        return _BOOLEANS.get(text, _BOOLEANS.get(parse_number(text), _NEITHER))
    return _BOOLEANS.get(cell, _NEITHER)


def _objects(values: Sequence[Any]) -> "NDArray[Any]":
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
