"""CSV (RFC 4180): rows of numbers in requests, one value a line or rows of values in responses."""

from __future__ import annotations

import codecs
import csv
import functools
import io
from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Tuple, Union

import numpy as np

from sklearn_runtime.codecs.arrays import to_array
from sklearn_runtime.codecs.cells import body_text, cell_array, has_mark, parse_number
from sklearn_runtime.codecs.csv_lines import label_lines, number_lines, text_lines
from sklearn_runtime.codecs.csv_numbers import csv_number_rows
from sklearn_runtime.content_types import CSV
from sklearn_runtime.errors import InvalidRows, MalformedBody, NotAcceptable, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["decode_csv", "decode_csv_rows", "encode_csv"]

Body = Union[bytes, bytearray, memoryview, str]

CACHED_BYTES = 8_000
"""Header lines up to here are remembered: a client sends the same with every request."""
EXACT_INTEGERS = 2**53
"""Below, every whole number is a float64."""

_NUMBER_STARTS = b"0123456789+-."


def encode_csv(value: Any, columns: Optional[Sequence[str]] = None) -> bytes:
    """Write a prediction, or the rows of a request, as CSV.

    Parameters
    ----------
    value : array-like
        Of one dimension: one value a line. Of two: one row a line.
    columns : sequence of str, optional
        Names for a header line. Responses have none.

    Returns
    -------
    bytes
        UTF-8 with ``\\n`` line ends, nothing for an empty array. Numbers are written so that ``float`` reads back the
        same bits, NaN as ``nan``.

    Raises
    ------
    NotAcceptable
        More than two dimensions, or no array at all.

    Example
    -------
    >>> encode_csv(np.array([[0.1, 2.0]]), columns=["a", "b"])
    b'a,b\\n0.1,2.0\\n'
    """
    array = to_array(value, CSV)
    if array.ndim > 2:
        raise NotAcceptable(
            f"the prediction has {array.ndim} dimensions, {CSV} holds at most 2: accept application/json"
        )
    header = b"" if columns is None else text_lines([list(columns)])
    kind = array.dtype.kind
    if not array.size:
        return header
    if kind in "biuf":
        array = array.astype(np.float64, copy=False) if kind == "f" else array
        return header + number_lines(np.atleast_1d(array))
    if kind in "mMc":
        array = array.astype(str)
    elif kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    if array.ndim < 2 and kind != "O":
        return header + label_lines(array.ravel().tolist())
    return header + text_lines(array.reshape(-1, 1 if array.ndim < 2 else array.shape[1]).tolist())


def decode_csv(body: Body, charset: str = "utf-8") -> "NDArray[Any]":
    """Read an array, as a response holds one.

    Returns
    -------
    ndarray
        Of shape (lines,) where every line holds one value, else (lines, values). CSV has no types: int64 where all are
        whole numbers, float64 for other numbers, bool where all are True or False, else ``<U``.

    Raises
    ------
    MalformedBody
        Not CSV, or lines with different numbers of values.

    Example
    -------
    >>> decode_csv(b"0\\n1\\n")
    array([0, 1])
    """
    content, charset = _content(body, charset)
    array = _number_array(content, charset)
    return _cell_array(_split(body_text(content, charset))) if array is None else array


def _number_array(content: Union[bytes, bytearray], charset: str) -> "Optional[NDArray[Any]]":
    """The array, where every value is a number that float64 holds exactly; None for any other."""
    array: Optional[NDArray[Any]] = csv_number_rows(content, _start(content, charset))
    if array is None:
        return None
    missing = np.count_nonzero(np.isnan(array))
    if missing and missing != content.lower().count(b"nan"):
        return None
    if not any(mark in content for mark in (b".", b"e", b"E")) and bool(np.isfinite(array).all()):
        if np.abs(array).max() >= EXACT_INTEGERS:
            return None
        array = array.astype(np.int64)
    return array if array.shape[1] > 1 else array.ravel()


def _cell_array(rows: List[List[str]]) -> "NDArray[Any]":
    width = len(rows[0]) if rows else 1
    if any(len(row) != width for row in rows):
        raise MalformedBody("the body is not one array: its lines hold different numbers of values")
    array = _typed([cell for row in rows for cell in row])
    return array if width == 1 else array.reshape(len(rows), width)


def _typed(cells: List[str]) -> "NDArray[Any]":
    if set(cells) <= {"True", "False"} and cells:
        return np.array([cell == "True" for cell in cells])
    numbers = []
    for cell in cells:
        number = parse_number(cell)
        if number is None:
            return np.array(cells, dtype=str)
        numbers.append(number)
    try:
        whole = np.array([int(cell) for cell in cells])
    except ValueError:
        return np.array(numbers, dtype=np.float64)
    return whole if whole.dtype.kind in "iu" else np.array(numbers, dtype=np.float64)


def decode_csv_rows(
    body: Body, charset: str = "utf-8", header: Optional[bool] = None, text: bool = False
) -> "Tuple[NDArray[Any], Optional[Tuple[str, ...]]]":
    """Read the rows of a request.

    Parameters
    ----------
    body : bytes-like or str
        One row a line; lines end with LF or CRLF, blank lines at the end are not rows. An empty field is a missing
        value.
    header : bool, optional
        Whether the first line is a header. None: it is one if it has names, and no field of it is a number.
    text : bool
        Give the text of every field, also where all are numbers: some column of the model is text.

    Returns
    -------
    rows : ndarray
        Of shape (rows, columns). float64 where every field is a number; each value is that of ``float`` of its text,
        bit for bit. Else object: the text of each field as it was sent, None for an empty one.
    columns : tuple of str, or None
        The header.

    Raises
    ------
    MalformedBody
        Not CSV: a quote that is not closed, for example.
    InvalidRows
        A blank line, lines with different numbers of fields; with row and column, the header not counted.

    Example
    -------
    >>> decode_csv_rows(b"a,b\\r\\n1,\\r\\n")
    (array([[ 1., nan]]), ('a', 'b'))
    """
    content, charset = _content(body, charset)
    rows = None if text else _number_rows(content, charset, header)
    return _cell_rows(body_text(content, charset), header, text) if rows is None else rows


def _number_rows(
    content: Union[bytes, bytearray], charset: str, header: Optional[bool]
) -> "Optional[Tuple[NDArray[np.float64], Optional[Tuple[str, ...]]]]":
    """The rows, where every field is a number or empty, and perhaps a header of one line; None for anything else."""
    start = _start(content, charset)
    columns = None
    if header or (header is None and content[start : start + 1] not in _NUMBER_STARTS):
        end = content.find(b"\n", start) + 1 or len(content)
        read = _first_line if end <= CACHED_BYTES else _first_line.__wrapped__
        fields, named = read(bytes(content[:end]), charset)
        if not fields:
            return None
        if header or named:
            columns, start = fields, end
    rows = csv_number_rows(content, start)
    if rows is None or (columns is not None and len(columns) != rows.shape[1]):
        return None
    return rows, columns


@functools.lru_cache(maxsize=64)
def _first_line(line: bytes, charset: str) -> Tuple[Tuple[str, ...], bool]:
    """The fields of a first line, and whether they look like names; no fields where it cannot be read by itself."""
    try:
        rows = _split(body_text(line, charset))
    except MalformedBody:
        return (), False
    return (tuple(rows[0]), _is_header(rows[0])) if len(rows) == 1 else ((), False)


def _cell_rows(content: str, header: Optional[bool], text: bool) -> "Tuple[NDArray[Any], Optional[Tuple[str, ...]]]":
    if not content.strip():
        raise MalformedBody(f"the body is empty: send rows as {CSV}, for example 1.0,2.0")
    rows = _split(content)
    for separator in ";\t|":
        if all(len(row) == 1 and separator in row[0].strip() for row in rows):
            raise InvalidRows(f"row 0 is {shown(rows[0][0])}: values are separated by commas", row=0)
    columns = None
    if header or (header is None and _is_header(rows[0])):
        columns, rows = tuple(rows[0]), rows[1:]
    for index, row in enumerate(rows):
        if not row:
            raise InvalidRows(f"row {index} is a blank line: only the last lines may be blank", row=index)
    if rows and columns is not None and len(rows[0]) != len(columns):
        raise InvalidRows(f"row 0 has {len(rows[0])} columns, the header has {len(columns)}", row=0)
    return cell_array(rows, empty_is_missing=True, text=text), columns


def _content(body: Body, charset: str) -> Tuple[Union[bytes, bytearray], str]:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass"), "utf-8"
    return (bytes(body) if isinstance(body, memoryview) else body), charset


def _start(content: Union[bytes, bytearray], charset: str) -> int:
    return len(codecs.BOM_UTF8) if has_mark(content, charset) else 0


def _is_header(row: Sequence[str]) -> bool:
    return any(cell.strip() for cell in row) and all(parse_number(cell) is None for cell in row)


def _split(text: str) -> List[List[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise MalformedBody(f"the body is not CSV: line {reader.line_num}: {error}") from None
    while rows and not rows[-1]:
        rows.pop()
    return rows
