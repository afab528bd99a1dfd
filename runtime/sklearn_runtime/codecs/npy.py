"""NPY, NumPy's own array format: exact for every dtype, and read here without ever unpickling.

The format is NumPy's NEP 1: magic string, version, header length, a Python literal that gives dtype, order and shape,
then the bytes of the array. ``numpy.load`` is not used, because it ignores trailing bytes and can be asked to unpickle.
"""

from __future__ import annotations

import ast
import functools
import struct
from typing import TYPE_CHECKING, Any, NamedTuple, Tuple, Union

import numpy as np

from sklearn_runtime.codecs.arrays import to_array
from sklearn_runtime.content_types import NPY, NPY_MAGIC
from sklearn_runtime.errors import MalformedBody, NotAcceptable, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["decode_npy", "encode_npy"]

MAX_HEADER_BYTES = 10_000
"""Bytes of header that are read, as in numpy.load; a header of a plain array takes 118."""

MAX_DIMENSION = 2**63
"""Rows or columns; more cannot be in a body, and NumPy refuses them in ways of its own."""

_KEYS = {"descr", "fortran_order", "shape"}
_LENGTH_FIELD = {1: struct.Struct("<H"), 2: struct.Struct("<I"), 3: struct.Struct("<I")}


class _Layout(NamedTuple):
    """What the bytes behind a header are.

    Attributes
    ----------
    order : {"C", "F"}
    start, size : int
        In bytes: where the array begins, and how long it is.
    swapped : bool
        The dtype is in the other byte order than this machine's.
    """

    dtype: "np.dtype[Any]"
    shape: Tuple[int, ...]
    order: Any
    start: int
    size: int
    swapped: bool


def encode_npy(value: Any, by_rows: bool = False) -> bytes:
    """Write a prediction, or the rows of a request, as NPY version 1.0.

    Parameters
    ----------
    value : array-like
        Whatever `to_array` takes. The dtype is kept; an object array of strings is written as ``<U``.
    by_rows : bool, default False
        Write in C order, whatever the array's: who reads an answer as it comes can take row after row.

    Returns
    -------
    bytes
        Little-endian; without `by_rows` in C or Fortran order as the array is: what ``numpy.save`` writes.

    Raises
    ------
    NotAcceptable
        The value is no array, or one of Python objects: those could only be pickled.
    """
    array = to_array(value, NPY)
    if array.dtype.hasobject or array.dtype.kind == "V":
        raise NotAcceptable(
            f"the prediction has dtype {array.dtype}, which {NPY} cannot hold without pickling: accept application/json"
        )
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    fortran = not by_rows and array.flags.f_contiguous and not array.flags.c_contiguous
    return _header_bytes(array.dtype.str, bool(fortran), array.shape) + array.tobytes("F" if fortran else "C")


@functools.lru_cache(maxsize=64)
def _header_bytes(descr: str, fortran_order: bool, shape: Tuple[int, ...]) -> bytes:
    literal = f"{{'descr': {descr!r}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}"
    # The array starts at a multiple of 64 bytes, so that it can be mapped; the header ends with a newline.
    padding = -(len(NPY_MAGIC) + 4 + len(literal) + 1) % 64
    text = literal.encode("ascii") + b" " * padding + b"\n"
    return NPY_MAGIC + b"\x01\x00" + struct.pack("<H", len(text)) + text


def decode_npy(body: Union[bytes, bytearray, memoryview]) -> "NDArray[Any]":
    """Read an array.

    Parameters
    ----------
    body : bytes-like
        NPY version 1.0, 2.0 or 3.0.

    Returns
    -------
    ndarray
        With the dtype that was sent, in this machine's byte order, of the shape that was sent; writable. It lies in the
        memory of a ``bytearray``, which cannot be resized while the array lives; any other body is copied.

    Raises
    ------
    MalformedBody
        Not NPY; a dtype of Python objects (nothing is unpickled: the header alone decides) or with fields; a length
        that is not exactly that of the array.

    Example
    -------
    >>> decode_npy(encode_npy([[1.0, 2.0]]))
    array([[1., 2.]])
    """
    if isinstance(body, memoryview):
        body = bytes(body)
    header_end = 10 + body[8] + 256 * body[9] if len(body) > 9 and body[6] == 1 else _header_end(body)
    layout = _layout(bytes(body[:header_end]) if isinstance(body, bytearray) else body[:header_end])
    if len(body) - layout.start != layout.size:
        raise _wrong_length(layout, len(body) - layout.start)
    if not layout.size:
        return _empty(layout)
    if isinstance(body, bytearray):
        data, start = body, layout.start
    else:
        data, start = bytearray(memoryview(body)[layout.start :]), 0
    array: "NDArray[Any]" = np.ndarray(layout.shape, layout.dtype, data, start, None, layout.order)
    if layout.swapped:
        return array.astype(layout.dtype.newbyteorder("="))
    # A header of unusual length, or a body that was cut at its front: compiled code expects whole words.
    return array if array.flags.aligned else array.copy("K")


def _header_end(body: Union[bytes, bytearray]) -> int:
    """Where the header ends, or the part of it that `_layout` refuses."""
    length_field = _LENGTH_FIELD.get(body[6]) if len(body) > 7 else None
    if length_field is None or len(body) < 8 + length_field.size:
        return 12
    (length,) = length_field.unpack_from(body, 8)
    return 8 + length_field.size + min(int(length), MAX_HEADER_BYTES)


@functools.lru_cache(maxsize=64)
def _layout(head: bytes) -> _Layout:
    if not head:
        raise MalformedBody(f"the body is empty: send an array as {NPY}, as numpy.save writes it")
    if head[:6] != NPY_MAGIC or len(head) < 8:
        raise MalformedBody(
            f"the body is not NPY: it starts with {shown(head[:8])}, not with {NPY_MAGIC!r}; "
            "send what numpy.save writes, or name the body's own content type"
        )
    length_field = _LENGTH_FIELD.get(head[6])
    if length_field is None:
        raise MalformedBody(f"NPY version {head[6]}.{head[7]} is not supported: send 1.0, 2.0 or 3.0")
    start = 8 + length_field.size
    if len(head) < start:
        raise MalformedBody("the body ends within the NPY header: it was cut off")
    (length,) = length_field.unpack_from(head, 8)
    if length > MAX_HEADER_BYTES:
        raise MalformedBody(f"the NPY header has {length} bytes, at most {MAX_HEADER_BYTES} are read")
    if len(head) < start + length:
        raise MalformedBody("the body ends within the NPY header: it was cut off")
    dtype, shape, fortran_order = _parse_header(head[start:])
    size = dtype.itemsize
    for dimension in shape:
        size *= dimension
    return _Layout(dtype, shape, "F" if fortran_order else "C", start + int(length), size, not dtype.isnative)


def _wrong_length(layout: _Layout, found: int) -> MalformedBody:
    how = "was cut off" if found < layout.size else "has trailing bytes"
    return MalformedBody(
        f"an array of shape {shown(layout.shape)} and dtype {layout.dtype} has {layout.size} bytes, the body holds "
        f"{found} after the header: it {how}"
    )


def _empty(layout: _Layout) -> "NDArray[Any]":
    try:
        return np.empty(layout.shape, layout.dtype.newbyteorder("="))
    except ValueError:
        raise MalformedBody(f"an array of shape {shown(layout.shape)} is not possible") from None


def _parse_header(text: bytes) -> "Tuple[np.dtype[Any], Tuple[int, ...], bool]":
    try:
        fields = ast.literal_eval(text.decode("utf-8").strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise MalformedBody(f"the NPY header cannot be read: {shown(text)}") from None
    if not isinstance(fields, dict) or set(fields) != _KEYS:
        raise MalformedBody(f"the NPY header holds {shown(fields)}, not exactly descr, fortran_order and shape")
    shape, fortran_order = fields["shape"], fields["fortran_order"]
    if (
        not isinstance(shape, tuple)
        or not all(type(dimension) is int and 0 <= dimension < MAX_DIMENSION for dimension in shape)
        or len(shape) > 32
        or not isinstance(fortran_order, bool)
    ):
        raise MalformedBody(f"the NPY header has shape {shown(shape)} and fortran_order {shown(fortran_order)}")
    return _plain_dtype(fields["descr"]), shape, fortran_order


def _plain_dtype(descr: object) -> "np.dtype[Any]":
    try:
        dtype = np.dtype(descr) if isinstance(descr, str) else None
    except (TypeError, ValueError, SyntaxError):
        dtype = None
    if dtype is None:
        raise MalformedBody(f"the NPY dtype {shown(descr)} is not a plain one: send numbers, for example float64")
    if dtype.hasobject:
        raise MalformedBody(
            "the NPY body holds pickled Python objects (dtype object), and nothing is unpickled from a request: send "
            "numbers, for example array.astype(float)"
        )
    if dtype.kind not in "biufcSUMm" or not dtype.itemsize or dtype.subdtype is not None:
        raise MalformedBody(f"the NPY dtype {shown(descr)} is not a plain one: send numbers, for example float64")
    return dtype
