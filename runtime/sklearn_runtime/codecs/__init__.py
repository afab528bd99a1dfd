"""The wire format of both sides: arrays as NPY, JSON, CSV, JSON lines and npz, chosen by content type.

`decode` and `encode` keep what was sent: a response of one dimension stays so. The rows of a request, where one
dimension means one row, are read by `sklearn_runtime.rows.decoding`.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict

from sklearn_runtime.codecs.csv_text import decode_csv, encode_csv
from sklearn_runtime.codecs.json_text import decode_json, encode_json
from sklearn_runtime.codecs.jsonlines import decode_jsonlines, encode_jsonlines
from sklearn_runtime.codecs.npy import decode_npy, encode_npy
from sklearn_runtime.codecs.npz import decode_npz, encode_npz
from sklearn_runtime.content_types import ALIASES, CSV, JSON, JSON_LINES, NPY, NPZ, negotiate, request_type

__all__ = [
    "decode",
    "decode_csv",
    "decode_json",
    "decode_jsonlines",
    "decode_npy",
    "decode_npz",
    "encode",
    "encode_csv",
    "encode_json",
    "encode_jsonlines",
    "encode_npy",
    "encode_npz",
    "encoder_of",
]

_ENCODERS: Dict[str, Callable[[Any], bytes]] = {
    NPY: functools.partial(encode_npy, by_rows=True),
    JSON: encode_json,
    CSV: encode_csv,
    JSON_LINES: encode_jsonlines,
    NPZ: encode_npz,
}


def decode(body: bytes, content_type: str) -> Any:
    """Read an array by its content type, as a response holds one.

    Parameters
    ----------
    body : bytes-like
    content_type : str
        With parameters, in any case; empty or application/octet-stream: NPY by its magic string, else JSON.

    Returns
    -------
    ndarray
        From npz a scipy.sparse.csr_matrix.

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
    if media.name == NPZ:
        return decode_npz(body)
    if media.name == JSON_LINES:
        return decode_jsonlines(body, media.charset)
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
    return encoder_of(negotiate(content_type))(value)


def encoder_of(name: str) -> Callable[[Any], bytes]:
    """The function that writes a response of a type that `negotiate` gave."""
    return _ENCODERS[ALIASES.get(name, name)]
