"""Single values of text formats: which text is a number, and the first cell of some rows that is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Union

import numpy as np

from sklearn_runtime.errors import InvalidRows, MalformedBody, UnsupportedMediaType, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NAN", "body_text", "float_rows", "parse_number"]

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
    encoding = _CHARSETS.get(charset.lower())
    if encoding is None:
        raise UnsupportedMediaType(f"charset {shown(charset)} is not supported: send utf-8")
    try:
        return str(body, encoding)
    except UnicodeDecodeError as error:
        raise MalformedBody(f"the body is not {charset} text: byte {error.start} cannot be read; send utf-8") from None


def parse_number(text: str) -> Optional[float]:
    """The number that a text stands for, None where it stands for none.

    The value is that of ``float(text)``, bit for bit. Python's underscores and non-ASCII digits are no numbers here.

    Example
    -------
    >>> parse_number(" .5 "), parse_number("1_000")
    (0.5, None)
    """
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def float_rows(rows: Sequence[Any], empty_is_missing: bool = False) -> "NDArray[np.float64]":
    """Rows of cells as numbers, naming the first cell that is none.

    Parameters
    ----------
    rows : sequence of list
        Cells are numbers, booleans (1 and 0, as in NumPy), None (a missing value) or text that is a number.
    empty_is_missing : bool
        Whether empty text is a missing value too, as in CSV.

    Returns
    -------
    ndarray
        float64 of shape (rows, columns); a missing value is NaN.

    Raises
    ------
    InvalidRows
        With row and column: rows of several lengths, text, or a nested value.
    """
    table: List[List[float]] = []
    for index, row in enumerate(rows):
        if not isinstance(row, list):
            raise InvalidRows(f"row {index} is {shown(row)}, not a list like the other rows", row=index)
        if len(row) != len(rows[0]):
            raise InvalidRows(
                f"row {index} has {len(row)} columns, row 0 has {len(rows[0])}: every row needs the same number",
                row=index,
                column=min(len(row), len(rows[0])),
            )
        table.append([_number(cell, index, column, empty_is_missing) for column, cell in enumerate(row)])
    return np.array(table, dtype=np.float64).reshape(len(table), len(rows[0]) if rows else 0)


def _number(cell: Any, row: int, column: int, empty_is_missing: bool) -> float:
    if cell is None:
        return NAN
    if isinstance(cell, str):
        number = parse_number(cell)
        if number is not None:
            return number
        if empty_is_missing and not cell.strip():
            return NAN
        raise InvalidRows(f"row {row}, column {column}: {shown(cell)} is not a number", row, column)
    if isinstance(cell, (list, dict)):
        kind = "a list" if isinstance(cell, list) else "an object"
        raise InvalidRows(f"row {row}, column {column} is {kind}: a row holds numbers only", row, column)
    return float(cell)
