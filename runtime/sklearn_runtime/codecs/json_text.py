"""JSON: rows of numbers in requests, arrays of numbers or strings in responses.

JSON (RFC 8259) has neither NaN nor infinity. NaN is written as ``null``, and ``null`` and ``NaN`` are read as NaN.
Infinity is written as ``1e999``, which every IEEE 754 reader takes for infinity.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Callable, List, Optional, Tuple, Union

import numpy as np

from sklearn_runtime.codecs.arrays import dense
from sklearn_runtime.codecs.cells import body_text, float_rows
from sklearn_runtime.codecs.json_forms import table
from sklearn_runtime.content_types import CSV, JSON
from sklearn_runtime.errors import InvalidRows, MalformedBody, NotAcceptable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["decode_json", "decode_json_rows", "encode_json"]

Body = Union[bytes, bytearray, memoryview, str]


def encode_json(value: Any) -> bytes:
    """Write a prediction, or the rows of a request, as JSON.

    Parameters
    ----------
    value : array-like, number, string, None, list, tuple or dict
        Arrays of any shape and order, data frames (as rows of values), sparse matrices (written out), nested in lists,
        tuples and dicts. Dates are written in ISO 8601.

    Returns
    -------
    bytes
        ASCII. Numbers are written so that ``float`` reads back the same bits.

    Raises
    ------
    NotAcceptable
        The value holds something that JSON has no form for, such as complex numbers.

    Example
    -------
    >>> encode_json(np.array([[0.1, np.nan]]))
    b'[[0.1, null]]'
    """
    value = dense(value)
    if isinstance(value, np.ndarray):
        kind = value.dtype.kind
        if kind in "biuU" or (kind == "f" and value.dtype.itemsize <= 8 and bool(np.isfinite(value).all())):
            return json.dumps(value.tolist()).encode("ascii")
    return _written(value).encode("ascii")


def _written(value: Any) -> str:
    value = dense(value)
    if isinstance(value, (np.ndarray, np.generic)):
        value = _python(np.asarray(value))
    if isinstance(value, dict):
        return "{" + ", ".join(json.dumps(str(key)) + ": " + _written(item) for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, float):
        if value != value:
            return "null"
        return float.__repr__(value) if abs(value) != float("inf") else ("1e999" if value > 0 else "-1e999")
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if value is None or isinstance(value, (bool, int, str)):
        return json.dumps(value)
    if hasattr(value, "isoformat"):
        return json.dumps(value.isoformat())
    raise NotAcceptable(f"the prediction holds a {type(value).__name__}, which {JSON} cannot hold: accept {CSV}")


def _python(array: "NDArray[Any]") -> Any:
    if array.dtype.kind in "mM":
        # tolist would give integers for nanoseconds and datetimes for the rest.
        texts = array.astype(str).astype(object)
        texts[np.isnat(array)] = None
        return texts.tolist()
    if array.dtype.kind == "f":
        array = array.astype(np.float64)
    return array.tolist()


def _loads(text: str, parse_int: Callable[[str], Any]) -> Any:
    if not text.strip():
        raise MalformedBody(f"the body is empty: send rows as {JSON}, for example [[1.0, 2.0]]")
    try:
        return json.loads(text, parse_int=parse_int)
    except json.JSONDecodeError as error:
        raise MalformedBody(f"the body is not JSON: {error}") from None
    except RecursionError:
        raise MalformedBody("the body is not rows: it is nested too deeply; send a list of lists of numbers") from None


def _whole(text: str) -> Union[int, float]:
    # Longer ones have no integer dtype, and Python 3.11 and later bound the digits of an int.
    return int(text) if len(text) <= len(str(2**64)) else float(text)


def decode_json(body: Body, charset: str = "utf-8") -> "NDArray[Any]":
    """Read an array, as a response holds one.

    Returns
    -------
    ndarray
        Of the shape that was sent. int64 where all are whole numbers, float64 for other numbers (``null`` is NaN),
        bool, or ``<U`` for strings; object only where strings and ``null`` are mixed.

    Raises
    ------
    MalformedBody
        Not JSON, or JSON that is not one array.

    Example
    -------
    >>> decode_json(b'["yes", "no"]')
    array(['yes', 'no'], dtype='<U3')
    """
    data = _loads(body_text(body, charset), parse_int=_whole)
    try:
        shape = _shape(data)
    except RecursionError:
        raise MalformedBody("the body is not one array: it is nested too deeply") from None
    cells = data
    for _ in shape[1:]:
        cells = [cell for part in cells for cell in part]
    flat = cells if shape else [data]
    kinds = {type(cell) for cell in flat}
    if kinds <= {bool, int, float, type(None)}:
        array = np.array(flat, dtype=np.float64) if type(None) in kinds or not kinds else np.array(flat)
        # Whole numbers beyond 64 bits have no dtype of their own.
        return (array if array.dtype.kind in "biuf" else array.astype(np.float64)).reshape(shape)
    if kinds <= {str, type(None)}:
        return np.array(flat, dtype=str if kinds == {str} else object).reshape(shape)
    raise MalformedBody(f"the body is not one array: it mixes {', '.join(sorted(kind.__name__ for kind in kinds))}")


def _shape(data: Any) -> Tuple[int, ...]:
    if not isinstance(data, list):
        return ()
    shapes = {_shape(item) for item in data} if any(isinstance(item, list) for item in data) else {()}
    if len(shapes) > 1:
        raise MalformedBody("the body is not one array: its lists have several lengths")
    return (len(data), *shapes.pop())


def decode_json_rows(
    body: Body, charset: str = "utf-8", text: bool = False
) -> "Tuple[NDArray[Any], Optional[Tuple[str, ...]]]":
    """Read the rows of a request.

    Parameters
    ----------
    body : bytes-like or str
        A list of rows; one flat list: one row; or one of the other forms of `json_forms.table`. Text that is a number
        is one, true and false are 1 and 0, as in NumPy, where every cell is a number.
    text : bool
        Whether the cells are wanted as they were sent, also where every one is a number.

    Returns
    -------
    rows : ndarray
        float64 of shape (rows, columns) where every cell is a number or missing; each value is that of ``float`` of its
        text, bit for bit. Else of objects: str, float (whole numbers too), bool, and None where a value is missing.
    columns : tuple of str, or None
        Names, where the form has them.

    Raises
    ------
    MalformedBody
        Not JSON.
    InvalidRows
        JSON that is not rows of one length, or rows that hold lists or objects; with row and column.

    Example
    -------
    >>> decode_json_rows(b"[1, null]")
    (array([[ 1., nan]]), None)
    """
    source = body_text(body, charset)
    # float reads whole numbers too: exact beyond 2**53, with the sign of -0, and without a bound on the digits.
    data = _loads(source, parse_int=float)
    if not text and '"' not in source:
        try:
            array = np.array(data, dtype=np.float64)
        except (TypeError, ValueError):
            array = np.empty(())
        if array.ndim == 2:
            return array, None
    rows, columns = table(data)
    return _rows_array(rows, text), columns or None


def _rows_array(rows: List[Any], text: bool) -> "NDArray[Any]":
    # Refuses rows of several lengths and nested cells, whatever text stands beside them.
    float_rows(
        [[0.0 if isinstance(cell, str) else cell for cell in row] if isinstance(row, list) else row for row in rows]
    )
    if not text:
        with contextlib.suppress(InvalidRows):
            return float_rows(rows)
    cells = np.empty((len(rows), len(rows[0]) if rows else 0), dtype=object)
    for index, row in enumerate(rows):
        cells[index] = row
    return cells
