"""Arrays as lines of CSV, whose numbers ``float`` reads back bit for bit.

orjson is used where it is installed, for the text of many floats at once. It differs from Python in the spelling of
numbers below 1e-4 only: 1e-7 for 1e-07, and 0.00001 for 1e-05.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, List, Sequence, Tuple

import numpy as np

from sklearn_runtime.codecs import json_library
from sklearn_runtime.codecs.float_text import float_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["label_lines", "number_lines", "text_lines"]

SMALL_SIZE = 4
"""Up to here Python's own text of a list is made faster than a call of orjson."""
FLOATS_SIZE = 250
"""From here on floats are written faster with NumPy than by Python, though not than by orjson."""
DIGITS_SIZE = 32
"""From here on numbers of one digit, which labels mostly are, are written faster with NumPy."""

_ZERO, _COMMA, _NEWLINE = b"0,\n"


def number_lines(array: "NDArray[Any]") -> bytes:
    """Numbers or booleans, one or one row a line.

    Parameters
    ----------
    array : ndarray of one or two dimensions
        Of float64, integers or booleans; not empty.

    Example
    -------
    >>> number_lines(np.array([[0.1, np.nan], [2.0, -np.inf]]))
    b'0.1,nan\\n2.0,-inf\\n'
    """
    kind = array.dtype.kind
    if kind in "iu" and array.size >= DIGITS_SIZE and bool(array.min() >= 0) and bool(array.max() <= 9):
        characters = np.empty((*array.shape, 2), dtype=np.uint8)
        np.add(array, _ZERO, out=characters[..., 0], casting="unsafe")
        characters[..., 1] = _ends(array.shape)
        return characters.tobytes()
    if kind == "f" and array.size >= FLOATS_SIZE and (json_library.ORJSON is None or bool(np.isinf(array).any())):
        return float_text(array.ravel(), _ends(array.shape).ravel())
    text = _listed(array)
    if array.ndim == 1:
        return text[1:-1].replace(b",", b"\n") + b"\n"
    return text[2:-2].replace(b"],[", b"\n") + b"\n"


def _ends(shape: Tuple[int, ...]) -> "NDArray[np.uint8]":
    """What stands behind each value."""
    ends = np.full(shape, _NEWLINE if len(shape) == 1 else _COMMA, dtype=np.uint8)
    ends[..., -1] = _NEWLINE
    return ends


def _listed(array: "NDArray[Any]") -> bytes:
    """Numbers as Python writes a list of them, without spaces."""
    library, kind = json_library.ORJSON, array.dtype.kind
    if library is None or kind == "b" or array.size <= SMALL_SIZE or (kind == "f" and bool(np.isinf(array).any())):
        return str(array.tolist()).replace(" ", "").encode("ascii")
    wide = {"i": np.int64, "u": np.uint64, "f": np.float64}[kind]
    text = bytes(library.dumps(np.ascontiguousarray(array, dtype=wide), option=library.OPT_SERIALIZE_NUMPY))
    return text.replace(b"null", b"nan")


def text_lines(rows: Sequence[Sequence[Any]], quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    """Rows of any cells, quoted where they need it, in UTF-8.

    Example
    -------
    >>> text_lines([["a,b", 1.5]])
    b'"a,b",1.5\\n'
    """
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n", quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    text = stream.getvalue()
    # The writer leaves a carriage return unquoted, and every reader takes it for the end of a line.
    if "\r" in text and quoting != csv.QUOTE_ALL:
        return text_lines(rows, csv.QUOTE_ALL)
    return text.encode("utf-8")


def label_lines(labels: List[str]) -> bytes:
    """Texts, one a line.

    Example
    -------
    >>> label_lines(["yes", "no", ""])
    b'yes\\nno\\n""\\n'
    """
    text = "\n".join(labels)
    plain = text.count("\n") < len(labels) and not any(mark in text for mark in ',"\r') and "" not in labels
    return (text + "\n").encode("utf-8") if plain else text_lines([[label] for label in labels])
