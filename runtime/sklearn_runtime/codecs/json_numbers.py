"""JSON that is a list of lists of numbers, checked and read with NumPy alone: several times as fast as the json module.

Every byte that is no digit is an event. The text is JSON of that shape if each event may follow the one before it, with
or without digits between them: a finite automaton, whose transitions are looked up all at once. `decimals` turns the
digits into numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, List, NamedTuple, Optional, Tuple

import numpy as np

from sklearn_runtime.codecs.decimals import Decimals, Exponents, decimal_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["number_rows"]

BLOCK_NUMBERS = 6_000
"""How many numbers are read at a time: their arrays stay in the processor's second cache."""
SAMPLE_BYTES = 4096
"""From these is estimated how long a number is."""
NUMBER_BYTES = 32
"""A number is taken for no longer than this."""
MAX_BLOCK_BYTES = 1 << 20
"""A longer row is left: the arrays need a hundred times the memory of a text of one-digit numbers."""

_ZERO, _SPACE = ord("0"), ord(" ")
_COMMA, _END, _OPEN, _MINUS, _POINT, _EXPONENT, _EXPONENT_PLUS, _EXPONENT_MINUS, _OTHER = range(9)


def _kinds() -> bytes:
    """A table for bytes.translate, from a byte to its kind of event."""
    kinds = bytearray([_OTHER]) * 256
    for byte, kind in zip(b",][-+.eE", (_COMMA, _END, _OPEN, _MINUS, _EXPONENT_PLUS, _POINT, _EXPONENT, _EXPONENT)):
        kinds[byte] = kind
    return bytes(kinds)


def _illegal() -> bytes:
    """A table for bytes.translate, from a transition to 1 where JSON does not have it.

    A transition is 16 times the kind of an event, twice that of the next, and 1 where digits stand between them.
    """
    illegal = bytearray(b"\1") * 256
    ends_number = (_COMMA, _END)
    for before, after in (
        (_OPEN, (_POINT, _EXPONENT, *ends_number)),
        (_COMMA, (_POINT, _EXPONENT, *ends_number)),
        (_MINUS, (_POINT, _EXPONENT, *ends_number)),
        (_POINT, (_EXPONENT, *ends_number)),
        (_EXPONENT, ends_number),
        (_EXPONENT_PLUS, ends_number),
        (_EXPONENT_MINUS, ends_number),
    ):
        for kind in after:
            illegal[before << 4 | kind << 1 | 1] = 0
    for before, kind in (
        (_OPEN, _MINUS),
        (_COMMA, _MINUS),
        (_EXPONENT, _EXPONENT_PLUS),
        (_EXPONENT, _EXPONENT_MINUS),
        (_END, _COMMA),
        (_COMMA, _OPEN),
    ):
        illegal[before << 4 | kind << 1] = 0
    return bytes(illegal)


_KINDS, _ILLEGAL = _kinds(), _illegal()


def number_rows(body: bytes) -> "Optional[NDArray[np.float64]]":
    """The rows of a JSON body, where it is a list of lists of numbers, all of one length, in the usual spacing.

    Parameters
    ----------
    body : bytes
        Without white space around it.

    Returns
    -------
    ndarray of float64, of shape (rows, columns), or None
        Each value is that of ``float`` of its text, bit for bit. None for anything else, JSON or not; also for other
        spacing than one space behind a comma, or none.

    Example
    -------
    >>> number_rows(b"[[1.5, -2], [0, 3e1]]")
    array([[ 1.5, -2. ],
           [ 0. , 30. ]])
    >>> number_rows(b"[[1.5], [007]]")
    """
    if body[:2] != b"[[" or body[-2:] != b"]]":
        return None
    blocks: "List[NDArray[np.float64]]" = []
    start, end = 1, len(body) - 1
    step = BLOCK_NUMBERS * min(SAMPLE_BYTES // (body.count(b",", 0, SAMPLE_BYTES) + 1), NUMBER_BYTES)
    while start < end:
        stop = body.find(b"],", start + step) + 1 or end
        if stop - start > MAX_BLOCK_BYTES:
            return None
        block = _block(body[start:stop])
        if block is None or block.shape[1] != (blocks or [block])[0].shape[1]:
            return None
        blocks.append(block)
        start = stop + (2 if body[stop + 1 : stop + 2] == b" " else 1)
    return np.concatenate(blocks)


class _Runs(NamedTuple):
    """The runs of digits between events: run i stands between an event of kind before[i] and one of kind after[i]."""

    before: "NDArray[np.uint8]"
    after: "NDArray[np.uint8]"
    digits: "NDArray[np.int64]"
    stops: "NDArray[np.int64]"
    has_exponents: bool


def _block(text: bytes) -> "Optional[NDArray[np.float64]]":
    """Some rows, from the first one's opening bracket to the last one's closing bracket."""
    runs = _runs(text)
    if runs is None:
        return None
    # The last run of each number.
    last = np.flatnonzero((runs.after <= _END) & (runs.digits > 0))
    columns = _columns(runs, last)
    if not columns:
        return None
    mantissa, exponents = _exponents(runs, last)
    point = runs.before[mantissa] == _POINT
    fraction = runs.digits[mantissa] * point
    first = mantissa - point
    whole = runs.digits[first]
    points = runs.stops[first]
    starts = points - whole
    if whole.max() > 1 and bool(((np.frombuffer(text, dtype=np.uint8)[starts] == _ZERO) & (whole > 1)).any()):
        return None
    negative = runs.before[first] == _MINUS
    values, uncertain = decimal_values(text, Decimals(points, whole, fraction, negative, exponents))
    for index in np.flatnonzero(uncertain).tolist():
        values[index] = float(text[starts[index] - negative[index] : runs.stops[last[index]]])
    return values.reshape(-1, columns)


def _runs(text: bytes) -> Optional[_Runs]:
    """The runs of a text in which every event may follow the one before it, else None."""
    if text[:1] != b"[" or text[-1:] != b"]":
        return None
    characters = np.frombuffer(text, dtype=np.uint8)
    is_event = (characters - np.uint8(_ZERO)) > 9
    is_space = characters == _SPACE
    spaces = np.count_nonzero(is_space)
    if spaces:
        is_event ^= is_space
    places = np.flatnonzero(is_event)
    kinds = np.frombuffer(characters[places].tobytes().translate(_KINDS), dtype=np.uint8)
    if kinds.max() == _OTHER:
        return None
    starts, stops = places[:-1] + 1, places[1:]
    before, after = kinds[:-1], kinds[1:]
    if spaces:
        # A space behind a comma is no event; anywhere else it is left to a parser of all JSON.
        behind_comma = (characters[starts] == _SPACE) & (before == _COMMA)
        if np.count_nonzero(behind_comma) != spaces:
            return None
        starts += behind_comma
    digits = stops - starts
    has_exponents = _EXPONENT in kinds.tobytes()
    if has_exponents:
        kinds = kinds.copy()
        kinds[1:][(before == _EXPONENT) & (after == _MINUS)] = _EXPONENT_MINUS
        before, after = kinds[:-1], kinds[1:]
    transitions = before * np.uint8(16)
    transitions |= after * np.uint8(2)
    transitions |= digits > 0
    return (
        None
        if b"\1" in transitions.tobytes().translate(_ILLEGAL)
        else _Runs(before, after, digits, stops, has_exponents)
    )


def _columns(runs: _Runs, last: "NDArray[np.int64]") -> int:
    """How many numbers stand in each pair of brackets; 0 where the brackets are not those of rows of one length."""
    ends_row = runs.after[last] == _END
    columns = int(ends_row.argmax()) + 1
    ends = last[columns - 1 :: columns]
    rows = len(ends)
    if len(last) != rows * columns or np.count_nonzero(ends_row) != rows or not ends_row[columns - 1 :: columns].all():
        return 0
    # One bracket opens the text. Behind each row stand a comma and the next opening bracket, as nowhere else.
    opens = np.count_nonzero(runs.after == _OPEN)
    return columns if opens == rows - 1 and bool((runs.after[ends[:-1] + 2] == _OPEN).all()) else 0


def _exponents(runs: _Runs, last: "NDArray[np.int64]") -> "Tuple[NDArray[np.int64], Optional[Exponents]]":
    """The last run of each number's mantissa, and the exponents."""
    if not runs.has_exponents:
        return last, None
    before = runs.before[last]
    places = np.flatnonzero((before >= _EXPONENT) & (before <= _EXPONENT_MINUS))
    exponent, kind = last[places], before[places]
    mantissa = last.copy()
    mantissa[places] -= 1 + (kind != _EXPONENT)
    return mantissa, Exponents(places, runs.stops[exponent], runs.digits[exponent], kind == _EXPONENT_MINUS)
