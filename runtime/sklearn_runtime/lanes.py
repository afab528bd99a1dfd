"""The short way of a small request whose head was seen before: decoded, predicted by a fast path, written.

What the general way finds out for each request (the method, the types, what the model takes) is the same for every
request with the same head, so it is found out once. A request that is anything but small, plain numbers goes the
general way, which also tells what is wrong with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union

from sklearn_runtime.codecs import encoder_of
from sklearn_runtime.codecs.json_text import plain_rows
from sklearn_runtime.codecs.npy import decode_npy
from sklearn_runtime.content_types import JSON, NPY, OCTET_STREAM, negotiate, parse_media_type, response_header
from sklearn_runtime.errors import RequestError
from sklearn_runtime.methods import requested_method
from sklearn_runtime.rows.model_columns import model_columns

if TYPE_CHECKING:
    from sklearn_runtime.fast import FastPaths
    from sklearn_runtime.settings import Settings

__all__ = ["LANE_BYTES", "Lane", "find_lane"]

LANE_BYTES = 16 * 1024
"""Bytes of a small request."""

_DECODERS = {NPY: decode_npy, JSON: plain_rows}


class Lane:
    """The short way of requests with the same headers.

    Parameters
    ----------
    decode : callable, optional
        Gives the rows of a body, or None. Without it, every request goes the general way.
    path : FastPath, optional
    encode : callable, optional
        Writes an answer.
    content_type : str
        Of the response.
    """

    __slots__ = ("_decode", "_encode", "_path", "content_type")

    def __init__(self, decode: Any = None, path: Any = None, encode: Any = None, content_type: str = "") -> None:
        self._decode = decode
        self._path = path
        self._encode = encode
        self.content_type = content_type

    def answer(self, body: Union[bytes, bytearray]) -> Optional[bytes]:
        """The body of the response, or None where the request is to go the general way."""
        if self._decode is None or len(body) > LANE_BYTES:
            return None
        try:
            rows = self._decode(body)
            answer = self._path(rows) if rows is not None and rows.size else None
            return None if answer is None else self._encode(answer)
        except Exception:  # noqa: BLE001  the general way says what is wrong
            return None


def find_lane(
    content_type: Optional[str],
    accept: Optional[str],
    custom_attributes: Optional[str],
    *,
    model: Any,
    settings: Settings,
    fast_paths: FastPaths,
) -> Lane:
    """The short way of requests with such headers: for JSON and NPY, where the method has a fast path."""
    takes = model_columns(model)
    try:
        media = parse_media_type(content_type or OCTET_STREAM)
        response_type = negotiate(accept, settings.default_accept)
    except RequestError:
        return Lane()
    path = fast_paths.path(requested_method(custom_attributes) or settings.method)
    numbers = not takes.may_hold_text and takes.plain_width is not None
    if media.name not in _DECODERS or path is None or not numbers or media.charset.lower() != "utf-8":
        return Lane()
    if settings.float32 and media.name != NPY:
        return Lane()
    return Lane(_DECODERS[media.name], path, encoder_of(response_type), response_header(response_type))
