"""JSON lines: one row a line in requests, one result a line in responses, as batch transform splits and joins them."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, List, Optional, Tuple, Union

import numpy as np

from sklearn_runtime.codecs.arrays import dense
from sklearn_runtime.codecs.cells import body_text, cell_array
from sklearn_runtime.codecs.json_forms import table
from sklearn_runtime.codecs.json_text import decode_json, decode_json_rows, encode_json
from sklearn_runtime.content_types import JSON, JSON_LINES
from sklearn_runtime.errors import MalformedBody, NotAcceptable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["decode_jsonlines", "decode_jsonlines_rows", "encode_jsonlines"]

Body = Union[bytes, bytearray, memoryview, str]

FORMS = '[1.0, 2.0], {"features": [1.0, 2.0]} or {"a": 1.0, "b": 2.0}'
"""What a message shows as a line."""


def encode_jsonlines(value: Any) -> bytes:
    """Write a prediction as JSON lines.

    Parameters
    ----------
    value : array-like or list
        One result a row: each item of the first dimension is a line, whatever `encode_json` takes. Anything else is
        one line.

    Returns
    -------
    bytes
        ASCII; each line, the last one too, ends with ``\\n``.

    Raises
    ------
    NotAcceptable
        The value is a list of one array an output, as ``predict_proba`` of a multi-output classifier gives.

    Example
    -------
    >>> encode_jsonlines(np.array([[0.1, np.nan], [2.0, 3.0]]))
    b'[0.1,null]\\n[2.0,3.0]\\n'
    """
    value = dense(value)
    if isinstance(value, (list, tuple)) and any(np.ndim(dense(item)) > 1 for item in value if hasattr(item, "shape")):
        raise NotAcceptable(
            f"the prediction is a {type(value).__name__} of {len(value)} arrays, not one result a row, which "
            f"{JSON_LINES} cannot hold: accept {JSON}"
        )
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.ndim in (1, 2):
        return _lines_of_numbers(value)
    items = value if isinstance(value, (list, tuple)) or np.ndim(value) else [value]
    return b"".join(encode_json(item) + b"\n" for item in items)


def _lines_of_numbers(array: "NDArray[Any]") -> bytes:
    """The array as one JSON text, cut where rows meet: no text is in it that could hold the separators."""
    if not array.size:
        return b"[]\n" * len(array)
    text = encode_json(array)[1:-1].replace(b", ", b",")
    return (text.replace(b"],[", b"]\n[") if array.ndim > 1 else text.replace(b",", b"\n")) + b"\n"


def decode_jsonlines(body: Body, charset: str = "utf-8") -> "NDArray[Any]":
    """Read an array, as a response holds one: the first dimension is the lines, see `decode_json`.

    Raises
    ------
    MalformedBody
        Not JSON, or lines of several shapes.

    Example
    -------
    >>> decode_jsonlines(b"0\\n1\\n")
    array([0, 1])
    """
    return decode_json("[" + ",".join(_lines(body_text(body, charset))) + "]")


def decode_jsonlines_rows(
    body: Body, charset: str = "utf-8", text: bool = False
) -> "Tuple[NDArray[Any], Optional[Tuple[str, ...]]]":
    """Read the rows of a request.

    Parameters
    ----------
    body : bytes-like or str
        One row a line: a list; an object of names and values; ``{"features": [...]}``, as SageMaker's own containers
        take; or a single number or text, a row of one column. The last line may be blank.
    text : bool
        See `json_text.decode_json_rows`, as for the result.

    Raises
    ------
    MalformedBody
        A line is not JSON; with its number, counted from 0, as row.
    InvalidRows
        Lines that are not rows of one kind and length; with row and column.

    Example
    -------
    >>> decode_jsonlines_rows(b'{"features": [1, 2]}\\n{"features": [3, null]}\\n')
    (array([[ 1.,  2.],
           [ 3., nan]]), None)
    """
    source = body_text(body, charset)
    lines = _lines(source)
    if not lines:
        raise MalformedBody(f"the body is empty: send rows as {JSON_LINES}, for example {FORMS} on each line")
    if not text and _are_lists_of_numbers(source, lines):
        # Where that is no JSON, the line at fault is found below.
        with contextlib.suppress(MalformedBody):
            return decode_json_rows("[" + ",".join(lines) + "]")
    rows, columns = table([_row(line, index) for index, line in enumerate(lines)])
    return cell_array(rows, text=text), columns or None


def _lines(text: str) -> List[str]:
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _are_lists_of_numbers(source: str, lines: List[str]) -> bool:
    """Whether the lines may be read as one JSON text: no bracket of one line can close that of another."""
    count = len(lines)
    return (
        '"' not in source
        and source.count("[") == count
        and source.count("]") == count
        and all(line.startswith("[") and line.rstrip().endswith("]") for line in lines)
    )


def _row(line: str, index: int) -> Any:
    try:
        # float reads whole numbers too, as in json_text.
        value = json.loads(line, parse_int=float)
    except json.JSONDecodeError as error:
        what = "is a blank line: only the last lines may be blank" if not line.strip() else f"is not JSON: {error}"
        raise MalformedBody(f"row {index} {what}", index) from None
    except RecursionError:
        raise MalformedBody(f"row {index} is nested too deeply: send {FORMS}", index) from None
    if isinstance(value, dict) and set(value) == {"features"} and isinstance(value["features"], list):
        return value["features"]
    return value if isinstance(value, (list, dict)) else [value]
