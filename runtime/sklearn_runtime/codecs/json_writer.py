"""Predictions as JSON, so that ``float`` reads back the same bits."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from sklearn_runtime.codecs import json_library
from sklearn_runtime.codecs.arrays import dense
from sklearn_runtime.codecs.float_text import float_text
from sklearn_runtime.content_types import CSV, JSON
from sklearn_runtime.errors import NotAcceptable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["encode_json"]

TINY_SIZE, SMALL_SIZE = 4, 64
"""Up to here Python's own text of a list is made faster than by orjson (of integers), or by an encoder of JSON."""
FLOATS_SIZE = 250
"""From here on floats are written faster with NumPy than by Python, though not than by orjson."""
LABELS_SIZE = 32
"""From here on, labels of one digit are written faster with NumPy."""

_ZERO = ord("0")
_dumps = json.JSONEncoder(separators=(",", ":")).encode


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
        ASCII, without spaces. Numbers are written so that ``float`` reads back the same bits; NaN as ``null``, infinity
        as ``1e999``.

    Raises
    ------
    NotAcceptable
        The value holds something that JSON has no form for, such as complex numbers.

    Example
    -------
    >>> encode_json(np.array([[0.1, np.nan]]))
    b'[[0.1,null]]'
    """
    value = dense(value)
    if isinstance(value, np.ndarray):
        text = _array(value)
        if text is not None:
            return text
        value = _python(value)
    elif isinstance(value, np.generic):
        value = _python(np.asarray(value))
    if isinstance(value, dict):
        return b"{" + b",".join(_scalar(str(key)) + b":" + encode_json(item) for key, item in value.items()) + b"}"
    if isinstance(value, (list, tuple)):
        return b"[" + b",".join(map(encode_json, value)) + b"]"
    return _scalar(value)


def _scalar(value: Any) -> bytes:
    if isinstance(value, float):
        return _text(float(value), 1)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if value is None or isinstance(value, (bool, int, str)):
        return _dumps(value).encode("ascii")
    if hasattr(value, "isoformat"):
        return _dumps(value.isoformat()).encode("ascii")
    raise NotAcceptable(f"the prediction holds a {type(value).__name__}, which {JSON} cannot hold: accept {CSV}")


def _array(array: "NDArray[Any]") -> Optional[bytes]:
    """An array of numbers, booleans or strings; None for any other."""
    kind = array.dtype.kind
    if kind in "iuf":
        return _numbers(array.astype(np.float64, copy=False) if kind == "f" else array)
    if kind in "bU" or (kind == "O" and set(map(type, array.ravel().tolist())) == {str}):
        return _listed(array.tolist())
    return None


def _numbers(array: "NDArray[Any]") -> bytes:
    if array.ndim == 1 and array.size > LABELS_SIZE and array.dtype.kind != "f" and _have_one_digit(array):
        characters = np.full(2 * len(array) + 1, ord(","), dtype=np.uint8)
        characters[1::2] = array + _ZERO
        characters[0], characters[-1] = b"[]"
        return characters.tobytes()
    library = json_library.ORJSON
    if library is None and array.dtype.kind == "f" and array.size >= FLOATS_SIZE and array.ndim in (1, 2):
        return _floats(array)
    if library is None or not array.ndim or (array.size <= TINY_SIZE and array.dtype.kind != "f"):
        return _text(array.tolist(), array.size)
    # It wants native byte order.
    wide = {"i": np.int64, "u": np.uint64, "f": np.float64}[array.dtype.kind]
    text = bytes(library.dumps(np.ascontiguousarray(array, dtype=wide), option=library.OPT_SERIALIZE_NUMPY))
    # It writes null for infinity too.
    return _text(array.tolist(), array.size) if b"n" in text and bool(np.isinf(array).any()) else text


def _floats(array: "NDArray[np.float64]") -> bytes:
    """Many numbers, without orjson."""
    ends = np.full(array.shape, ord(","), dtype=np.uint8)
    if array.ndim == 2:
        ends[:, -1] = ord("\n")
    text = float_text(array.ravel(), ends.ravel())[:-1].replace(b"\n", b"],[")
    text = text.replace(b"nan", b"null").replace(b"inf", b"1e999")
    return b"[" + text + b"]" if array.ndim == 1 else b"[[" + text + b"]]"


def _have_one_digit(array: "NDArray[Any]") -> bool:
    return bool(array.min() >= 0 and array.max() <= 9)


def _text(numbers: Any, size: int) -> bytes:
    """A number, or lists of them."""
    if size > SMALL_SIZE:
        text = _dumps(numbers).replace("NaN", "null").replace("Infinity", "1e999")
    else:
        # Python writes them as JSON does.
        text = str(numbers).replace(" ", "").replace("nan", "null").replace("inf", "1e999")
    return text.encode("ascii")


def _listed(values: Any) -> bytes:
    """Booleans or strings, or lists of them."""
    if json_library.ORJSON is not None:
        with contextlib.suppress(TypeError):  # half of a surrogate pair
            text = bytes(json_library.ORJSON.dumps(values))
            if text.isascii():
                return text
    if isinstance(values, list) and values and isinstance(values[0], str):
        # What the json module itself calls for each.
        return ("[" + ",".join(map(json.encoder.encode_basestring_ascii, values)) + "]").encode("ascii")
    return _dumps(values).encode("ascii")


def _python(array: "NDArray[Any]") -> Any:
    if array.dtype.kind in "mM":
        # tolist would give integers for nanoseconds and datetimes for the rest.
        texts = array.astype(str).astype(object)
        texts[np.isnat(array)] = None
        return texts.tolist()
    return array.tolist()
