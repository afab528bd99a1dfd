"""Single values of text formats: which text is a number, and rows of cells as one array of numbers or of text."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Set, Union

import numpy as np

from sklearn_runtime.errors import InvalidRows, MalformedBody, UnsupportedMediaType, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NAN", "body_text", "cell_array", "has_mark", "parse_number"]

NAN = float("nan")

_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_CHARSETS = {"utf-8": "utf-8-sig", "utf8": "utf-8-sig", "us-ascii": "ascii", "ascii": "ascii", "iso-8859-1": "latin-1"}


def body_text(body: Union[bytes, bytearray, memoryview, str], charset: str = "utf-8") -> str:
    """A body as text, without a byte order mark.

    Raises
    ------
    UnsupportedMediaType
        The charset is none of utf-8, us-ascii and iso-8859-1.
    MalformedBody
        The bytes are not text in that charset.
    """
    if isinstance(body, str):
        return body[1:] if body.startswith("\ufeff") else body
    try:
        return str(body, _encoding(charset))
    except UnicodeDecodeError as error:
        raise MalformedBody(f"the body is not {charset} text: byte {error.start} cannot be read; send utf-8") from None


def has_mark(body: Union[bytes, bytearray], charset: str = "utf-8") -> bool:
    """Whether a body starts with a byte order mark, which is none of its text.

    Raises
    ------
    UnsupportedMediaType
        As `body_text`.
    """
    return _encoding(charset) == "utf-8-sig" and body[: len(codecs.BOM_UTF8)] == codecs.BOM_UTF8


def _encoding(charset: str) -> str:
    encoding = _CHARSETS.get(charset.lower())
    if encoding is None:
        raise UnsupportedMediaType(f"charset {shown(charset)} is not supported: send utf-8")
    return encoding


def parse_number(text: str) -> Optional[float]:
    """The number that a text stands for, None where it stands for none.

    The value is that of ``float(text.strip())``, bit for bit. Python's underscores and non-ASCII digits are no numbers
    here.

    Example
    -------
    >>> parse_number(" .5 "), parse_number("1_000")
    (0.5, None)
    """
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def cell_array(rows: Sequence[Any], empty_is_missing: bool = False, text: bool = False) -> "NDArray[Any]":
    """Rows of cells as one array: of numbers where every cell is one, else of the cells themselves.

    Parameters
    ----------
    rows : sequence of list
        Cells are numbers, booleans, None (a missing value) or text.
    empty_is_missing : bool
        Whether empty or blank text is a missing value too, as in CSV.
    text : bool
        Keep the cells even where every one is a number: some column of the model is text.

    Returns
    -------
    ndarray
        Of shape (rows, columns). float64, where every cell is a number, a boolean (1 and 0, as in NumPy), text that is
        a number, or missing (NaN). Else object: each cell as it was sent (``str``, ``float``, ``bool``), or None.

    Raises
    ------
    InvalidRows
        With row and column: rows of several lengths, or a nested value.

    Example
    -------
    >>> cell_array([["1", ""], ["2", "3"]], empty_is_missing=True)
    array([[ 1., nan],
           [ 2.,  3.]])
    >>> cell_array([["007", "a"], ["", "b"]], empty_is_missing=True)
    array([['007', 'a'],
           [None, 'b']], dtype=object)
    """
    kinds: "Set[type]" = set()
    for index, row in enumerate(rows):
        kinds |= _row_kinds(row, index, rows[0])
    shape = (len(rows), len(rows[0]) if rows else 0)
    cells = [cell for row in rows for cell in row]
    if empty_is_missing and str in kinds:
        cells = [None if isinstance(cell, str) and (not cell or cell.isspace()) else cell for cell in cells]
    numbers = None if text else _numbers(cells)
    if numbers is not None:
        return np.array(numbers, dtype=np.float64).reshape(shape)
    if int in kinds:
        cells = [float(cell) if type(cell) is int else cell for cell in cells]
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array.reshape(shape)


def _row_kinds(row: Any, index: int, first: Any) -> "Set[type]":
    """The types of the cells of one row, which has to be like the first."""
    if not isinstance(row, list):
        raise InvalidRows(f"row {index} is {shown(row)}, not a list like the other rows", row=index)
    if len(row) != len(first):
        raise InvalidRows(
            f"row {index} has {len(row)} columns, row 0 has {len(first)}: every row needs the same number",
            row=index,
            column=min(len(row), len(first)),
        )
    kinds = set(map(type, row))
    if not kinds.isdisjoint((list, dict)):
        column = next(column for column, cell in enumerate(row) if isinstance(cell, (list, dict)))
        kind = "a list" if isinstance(row[column], list) else "an object"
        raise InvalidRows(f"row {index}, column {column} is {kind}: a row holds numbers only", index, column)
    return kinds


def _numbers(cells: "List[Any]") -> "Optional[List[float]]":
    """The numbers that all of these cells are, None where one of them is none."""
    cells = [NAN if cell is None else cell for cell in cells]
    letters = "".join([cell for cell in cells if isinstance(cell, str)])
    # float alone would take underscores and digits of other scripts.
    if letters.isascii() and "_" not in letters:
        try:
            return list(map(float, cells))
        except ValueError:
            pass
    numbers = []
    for cell in cells:
        number = parse_number(cell) if isinstance(cell, str) else float(cell)
        if number is None:
            return None
        numbers.append(number)
    return numbers
