"""JSON: rows of requests, arrays of numbers or strings in responses.

JSON (RFC 8259) has neither NaN nor infinity. NaN is written as ``null``, and ``null`` and ``NaN`` are read as NaN.
Infinity is written as ``1e999``, which every IEEE 754 reader takes for infinity. No spaces are written.

orjson is used where it is installed. What it reads is what the json module reads, bit for bit: whatever differs between
them, as NaN, and every error, is left to the json module. What it writes differs in the spelling of exponents only.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import struct
from typing import TYPE_CHECKING, Any, Callable, List, Optional, Tuple, Union

import numpy as np

from sklearn_runtime.codecs import json_library
from sklearn_runtime.codecs.cells import body_text, cell_array
from sklearn_runtime.codecs.json_forms import table
from sklearn_runtime.codecs.json_numbers import number_rows
from sklearn_runtime.codecs.json_writer import encode_json
from sklearn_runtime.content_types import JSON
from sklearn_runtime.errors import InvalidRows, MalformedBody

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["decode_json", "decode_json_rows", "encode_json", "plain_rows"]

Body = Union[bytes, bytearray, memoryview, str]

NUMPY_BYTES = 8_000
"""From here on `json_numbers` is faster than the json module."""
NUMPY_BYTES_BESIDE_ORJSON = 4_000_000
"""From here on it is as fast as orjson too, and needs less memory than lists of Python's floats."""

MAX_DIMENSIONS = 32
"""Of an array in NumPy 1."""

_WHITE_SPACE = b" \t\n\r"
_INSTANCES = re.compile(rb'\{[ \t\n\r]*"instances"[ \t\n\r]*:[ \t\n\r]*(?=\[)')
_NEGATIVE_ZERO, _NEGATIVE_ZERO_BYTES = re.compile("-0(?![.eE])"), re.compile(b"-0(?![.eE])")
"""The json module with parse_int=float keeps its sign, orjson makes it the integer 0."""
_decoder = json.JSONDecoder(parse_int=float)


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
    array = _plain_array(body, charset)
    if array is not None:
        return array
    data = _loads(body_text(body, charset), parse_int=_whole)
    shape = _shape(data)
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


def _shape(data: Any, depth: int = 0) -> Tuple[int, ...]:
    if not isinstance(data, list):
        return ()
    if depth == MAX_DIMENSIONS:
        raise MalformedBody(f"the body is not one array: it is nested deeper than {MAX_DIMENSIONS} lists")
    shapes = {_shape(item, depth + 1) for item in data} if any(isinstance(item, list) for item in data) else {()}
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
    if not text:
        rows = plain_rows(body, charset)
        if rows is not None:
            return rows, None
    source = body_text(body, charset)
    if json_library.ORJSON is not None and not _NEGATIVE_ZERO.search(source):
        with contextlib.suppress(ValueError, InvalidRows):
            return _rows(json_library.ORJSON.loads(source), text)
    # float reads whole numbers too: exact beyond 2**53, with the sign of -0, and without a bound on the digits.
    return _rows(_loads(source, parse_int=float), text)


def _ascii(body: Body, charset: str) -> Optional[bytes]:
    """A body without the white space around it, where it is ASCII; else None."""
    if charset.lower() != "utf-8":
        return None
    if isinstance(body, memoryview):
        body = body.tobytes()
    if not body.isascii():
        return None
    return (body.encode("ascii") if isinstance(body, str) else bytes(body)).strip(_WHITE_SPACE)


def _plain_array(body: Body, charset: str) -> "Optional[NDArray[Any]]":
    """The array where the body is nothing but numbers and booleans, in lists of any depth; else None."""
    source = _ascii(body, charset)
    if source is None or b'"' in source:
        return None
    library = json_library.ORJSON
    try:
        data = json.loads(source.decode("ascii")) if library is None else library.loads(source)
        if b"." in source:
            array = np.array(data, dtype=np.float64)
        else:
            if source.count(b"[") > 1:
                np.array(data, dtype=np.float64)  # older NumPy refuses lists of several lengths only for a given type
            array = np.array(data)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    return array if array.dtype.kind in "biuf" and array.ndim <= MAX_DIMENSIONS else None


def plain_rows(body: Body, charset: str = "utf-8") -> "Optional[NDArray[np.float64]]":
    """The rows where the body is nothing but numbers in lists, which is most of the time; else None."""
    source = _ascii(body, charset)
    if source is None:
        return None
    instances = _INSTANCES.match(source) if source[-1:] == b"}" else None
    if instances:
        source = source[instances.end() : -1].rstrip(_WHITE_SPACE)
    if b'"' in source:
        return None
    library = json_library.ORJSON
    if len(source) > (NUMPY_BYTES if library is None else NUMPY_BYTES_BESIDE_ORJSON):
        rows = number_rows(source)
        if rows is not None:
            return rows
    try:
        if library is None:
            data, end = _decoder.raw_decode(source.decode("ascii"))
        else:
            data, end = library.loads(source), len(source)
        array = _packed(data)
        if array is None:
            array = np.array(data, dtype=np.float64)
    except (TypeError, ValueError, RecursionError):
        return None
    if end != len(source) or array.ndim not in (1, 2) or not array.size:
        return None
    if library is not None and b"-0" in source:
        # Of many numbers, zeros are found faster than in the text.
        some_zero = len(source) < NUMPY_BYTES or not array.all()
        if some_zero and _NEGATIVE_ZERO_BYTES.search(source):
            return None
    return array if array.ndim == 2 else array.reshape(1, -1)


def _packed(data: Any) -> "Optional[NDArray[np.float64]]":
    """Rows of numbers and booleans as an array, in a quarter of the time that NumPy takes; None for anything else."""
    try:
        columns = len(data[0])
        pack = struct.Struct(f"{columns}d").pack
        values = bytearray().join([pack(*row) for row in data])
    except (KeyError, IndexError, OverflowError, TypeError, struct.error):
        return None
    return np.frombuffer(values, np.float64).reshape(len(data), columns)


def _rows(data: Any, text: bool) -> "Tuple[NDArray[Any], Optional[Tuple[str, ...]]]":
    rows, columns = table(data)
    array = None if text else _number_array(rows)
    return cell_array(rows, text=text) if array is None else array, columns or None


def _number_array(rows: List[Any]) -> "Optional[NDArray[np.float64]]":
    """Rows of numbers, booleans and null as one array; None where a cell is anything else, or the rows are no rows."""
    try:
        if set(map(type, itertools.chain.from_iterable(rows))) <= {float, int, bool, type(None)}:
            array = np.array(rows, dtype=np.float64)
            return array if array.ndim == 2 else None
    except (TypeError, ValueError):
        pass
    return None
