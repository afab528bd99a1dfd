"""The wire format of both sides: arrays as NPY, JSON and CSV, chosen by content type.

`decode` and `encode` keep what was sent: a response of one dimension stays so. The rows of a request, where one
dimension means one row, are read by `sklearn_runtime.rows`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn_runtime.codecs.csv_text import decode_csv, encode_csv
from sklearn_runtime.codecs.json_text import decode_json, encode_json
from sklearn_runtime.codecs.npy import decode_npy, encode_npy
from sklearn_runtime.content_types import CSV, JSON, NPY, negotiate, request_type

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "decode",
    "decode_csv",
    "decode_json",
    "decode_npy",
    "encode",
    "encode_csv",
    "encode_json",
    "encode_npy",
]

_ENCODERS = {NPY: encode_npy, JSON: encode_json, CSV: encode_csv}


def decode(body: bytes, content_type: str) -> "NDArray[Any]":
    """Read an array by its content type, as a response holds one.

    Parameters
    ----------
    body : bytes-like
    content_type : str
        With parameters, in any case; empty or application/octet-stream: NPY by its magic string, else JSON.

    Raises
    ------
    UnsupportedMediaType
        The content type or its charset is not supported.
    MalformedBody
        The body is not what its content type says.

    Example
    -------
    >>> decode(b"[[1.5], [2.5]]", "application/json; charset=utf-8").shape
    (2, 1)
    """
    media = request_type(content_type, body)
    if media.name == NPY:
        return decode_npy(body)
    if media.name == CSV:
        return decode_csv(body, media.charset)
    return decode_json(body, media.charset)


def encode(value: Any, content_type: str) -> bytes:
    """Write a prediction, or the rows of a request, by content type.

    Raises
    ------
    NotAcceptable
        The content type is not supported, or cannot hold the value.

    Example
    -------
    >>> encode([0, 1], "text/csv")
    b'0\\n1\\n'
    """
    return _ENCODERS[negotiate(content_type)](value)
