"""CSV whose fields are all numbers or empty, read with NumPy alone: many times faster than a list a row.

Every byte that is no digit is a mark. Most fields are a sign, digits, a point, digits and an exponent, or some of these
in this order: `decimals` converts their digits all at once. A field with any other marks, such as ``nan`` or `` 1``, is
decided for itself by `cells.parse_number`, as in every text format.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, List, NamedTuple, Optional, Union

import numpy as np

from sklearn_runtime.codecs.cells import NAN, parse_number
from sklearn_runtime.codecs.decimals import Decimals, Exponents, decimal_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["csv_number_rows"]

SMALL_BYTES = 6_000
"""Up to here ``float``, field by field, is faster."""
BLOCK_FIELDS = 5_000
"""How many fields are read at a time: their arrays stay in the processor's second cache."""
FIELD_BYTES = 400
"""Longer fields are left to the csv module, which has a limit of its own."""

_ZERO, _COMMA, _NEWLINE, _MINUS, _PLUS, _POINT, _EXPONENT = b"0,\n-+.e"
_SEPARATOR = re.compile(rb"[,\n]")
_LOWER_CASE = 0x20


def csv_number_rows(data: "Union[bytes, bytearray, memoryview]", start: int = 0) -> "Optional[NDArray[np.float64]]":
    """The rows of a CSV body without a header, where every field is a number or empty.

    Parameters
    ----------
    data : bytes-like
        Lines end with LF or CRLF; blank lines at the end are not rows.
    start : int
        Where the rows begin, for example behind a header line.

    Returns
    -------
    ndarray of float64, of shape (rows, columns), or None
        Each value is that of ``float`` of its text, bit for bit; an empty field is NaN. None for anything else: text,
        quotes, rows of several lengths, no rows. A CSV reader has to find out what that is, and what is wrong with it.

    Example
    -------
    >>> csv_number_rows(b"1.5,-2e3\\r\\n.5,\\r\\n")
    array([[ 1.5e+00, -2.0e+03],
           [ 5.0e-01,      nan]])
    >>> csv_number_rows(b"1,a\\n")
    """
    body = bytes(data) if isinstance(data, memoryview) else data
    line_end = body.find(b"\n", start)
    if line_end > start and body[line_end - 1 : line_end] == b"\r":
        body, start = body[start:].replace(b"\r\n", b"\n"), 0
    end = len(body)
    while end > start and body[end - 1] == _NEWLINE:
        end -= 1
    if end - start <= SMALL_BYTES:
        return _by_hand(body[start:end])
    if b", " in body[start : body.find(b"\n", start, end)]:
        # As many write it. Any other space is left to parse_number.
        body, start = body[start:end].replace(b", ", b","), 0
        end = len(body)
    line_end = body.find(b"\n", start, end)
    line = body[start : end if line_end < 0 else line_end]
    columns = line.count(b",") + 1
    step = BLOCK_FIELDS * (len(line) // columns + 1)
    blocks: "List[NDArray[np.float64]]" = []
    fields = 0
    while start < end:
        cut = _SEPARATOR.search(body, start + step, end)
        # Behind a comma at the very end stands an empty field.
        stop = cut.end() if cut and cut.end() < end else end
        block = _block(body[start:stop] + (b"\n" if stop == end else b""), columns, fields % columns)
        if block is None:
            return None
        blocks.append(block)
        fields += len(block)
        start = stop
    return None if fields % columns else np.concatenate(blocks).reshape(-1, columns)


def _by_hand(body: "Union[bytes, bytearray]") -> "Optional[NDArray[np.float64]]":
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        return None
    lines, columns = 1, text.count(",") + 1
    if "\n" in text:
        counts = {line.count(",") for line in text.split("\n")}
        if len(counts) > 1:
            return None
        lines, columns = text.count("\n") + 1, counts.pop() + 1
        text = text.replace("\n", ",")
    fields = text.split(",")
    try:
        # float would take underscores, and strip carriage returns.
        values = None if "_" in text or "\r" in text else np.array(list(map(float, fields)))
    except ValueError:
        values = None
    if values is None:
        values = np.empty(len(fields))
        for index, field in enumerate(fields):
            number = _number(field, columns)
            if number is None:
                return None
            values[index] = number
    return values.reshape(lines, columns)


def _number(text: str, columns: int) -> Optional[float]:
    if "\r" in text or len(text) > FIELD_BYTES:
        return None
    if text.strip():
        return parse_number(text)
    # In a single column an empty field is a blank line.
    return NAN if columns > 1 else None


def _block(text: "Union[bytes, bytearray]", columns: int, before: int) -> "Optional[NDArray[np.float64]]":
    """The values of some fields, each with its separator, the first of them behind `before` fields of its line."""
    fields = _fields(text)
    line_ends = np.arange(columns - 1 - before, len(fields.stops), columns)
    if not np.array_equal(fields.line_ends, line_ends):
        return None
    values, uncertain = decimal_values(bytes(text), fields.numbers)
    uncertain |= ~fields.usual
    if uncertain.any():
        if columns > 1:
            empty = fields.starts == fields.stops
            values[empty] = NAN
            uncertain &= ~empty
        for index in np.flatnonzero(uncertain).tolist():
            field = text[fields.starts[index] : fields.stops[index]]
            number = _number(field.decode("ascii", "replace"), columns)
            if number is None:
                return None
            values[index] = number
    return values


class _Fields(NamedTuple):
    """Where fields stand.

    Attributes
    ----------
    starts, stops : ndarray of int64
        Index of the first byte of each field, and of its separator.
    numbers : Decimals
    usual : ndarray of bool
        Whether a field is a number as `numbers` describes it, and nothing else.
    line_ends : ndarray of int64
        The fields at the ends of lines.
    """

    starts: "NDArray[np.int64]"
    stops: "NDArray[np.int64]"
    numbers: Decimals
    usual: "NDArray[np.bool_]"
    line_ends: "NDArray[np.int64]"


def _fields(text: "Union[bytes, bytearray]") -> _Fields:
    characters = np.frombuffer(text, dtype=np.uint8)
    places = np.flatnonzero((characters - np.uint8(_ZERO)) > 9)
    kinds = characters[places]
    # The last mark of each field is its separator.
    is_newline = kinds == _NEWLINE
    last = np.flatnonzero((kinds == _COMMA) | is_newline)
    stops = places[last]
    starts, mark = np.zeros_like(stops), np.zeros_like(last)
    np.add(stops[:-1], 1, out=starts[1:])
    np.add(last[:-1], 1, out=mark[1:])

    negative = (kinds[mark] == _MINUS) & (places[mark] == starts)
    mark += negative
    whole_stops = places[mark]
    whole = whole_stops - starts
    whole -= negative
    point = kinds[mark] == _POINT
    mark += point
    fraction = places[mark] - whole_stops
    fraction -= point
    exponents = _exponents(kinds, places, mark)
    usual = mark == last
    usual &= (whole + fraction) > 0
    numbers = Decimals(whole_stops, whole, fraction, negative, exponents)
    return _Fields(starts, stops, numbers, usual, np.flatnonzero(is_newline[last]))


def _exponents(
    kinds: "NDArray[np.uint8]", places: "NDArray[np.int64]", mark: "NDArray[np.int64]"
) -> Optional[Exponents]:
    """The exponents of the fields whose next mark is an e; `mark` is moved behind them."""
    fields = np.flatnonzero((kinds[mark] | _LOWER_CASE) == _EXPONENT)
    if not len(fields):
        return None
    at = mark[fields]
    # A separator follows in the end, so that there is a next mark, and another one if that is a sign.
    negative = kinds[at + 1] == _MINUS
    signed = (negative | (kinds[at + 1] == _PLUS)) & (places[at + 1] == places[at] + 1)
    after = at + 1 + signed
    digits = places[after] - places[at] - 1 - signed
    mark[fields] = np.where(digits > 0, after, -1)
    return Exponents(fields, places[after], digits, negative & signed)
