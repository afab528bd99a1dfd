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


class _Header(NamedTuple):
    dtype: "np.dtype[Any]"
    fortran_order: bool
    shape: Tuple[int, ...]


def encode_npy(value: Any) -> bytes:
    """Write a prediction, or the rows of a request, as NPY version 1.0.

    Parameters
    ----------
    value : array-like
        Whatever `to_array` takes. The dtype is kept; an object array of strings is written as ``<U``.

    Returns
    -------
    bytes
        Little-endian, in C or Fortran order as the array is: what ``numpy.save`` writes.

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
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
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
        With the dtype that was sent, in this machine's byte order, of the shape that was sent; a writable copy.

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
    view = memoryview(body)
    if not view:
        raise MalformedBody(f"the body is empty: send an array as {NPY}, as numpy.save writes it")
    prefix = len(NPY_MAGIC) + 2
    if bytes(view[: len(NPY_MAGIC)]) != NPY_MAGIC or len(view) < prefix:
        raise MalformedBody(
            f"the body is not NPY: it starts with {shown(bytes(view[:8]))}, not with {NPY_MAGIC!r}; "
            "send what numpy.save writes, or name the body's own content type"
        )
    length_field = _LENGTH_FIELD.get(view[prefix - 2])
    if length_field is None:
        raise MalformedBody(f"NPY version {view[prefix - 2]}.{view[prefix - 1]} is not supported: send 1.0, 2.0 or 3.0")
    start = prefix + length_field.size
    if len(view) < start:
        raise MalformedBody("the body ends within the NPY header: it was cut off")
    (header_length,) = length_field.unpack(view[prefix:start])
    if header_length > MAX_HEADER_BYTES:
        raise MalformedBody(f"the NPY header has {header_length} bytes, at most {MAX_HEADER_BYTES} are read")
    if len(view) < start + header_length:
        raise MalformedBody("the body ends within the NPY header: it was cut off")
    header = _parse_header(bytes(view[start : start + header_length]))
    return _read_array(header, view[start + header_length :])


def _read_array(header: _Header, data: memoryview) -> "NDArray[Any]":
    size = 1
    for dimension in header.shape:
        size *= dimension
    expected = size * header.dtype.itemsize
    if len(data) != expected:
        how = "was cut off" if len(data) < expected else "has trailing bytes"
        raise MalformedBody(
            f"an array of shape {shown(header.shape)} and dtype {header.dtype} has {expected} bytes, the body holds "
            f"{len(data)} after the header: it {how}"
        )
    if not size:
        try:
            return np.empty(header.shape, header.dtype.newbyteorder("="))
        except ValueError:
            raise MalformedBody(f"an array of shape {shown(header.shape)} is not possible") from None
    # A copy: the view would be read-only, and would keep the body alive.
    array: NDArray[Any] = np.frombuffer(data, header.dtype).astype(header.dtype.newbyteorder("="))
    return array.reshape(header.shape, order="F" if header.fortran_order else "C")


@functools.lru_cache(maxsize=64)
def _parse_header(text: bytes) -> _Header:
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
    return _Header(_plain_dtype(fields["descr"]), fortran_order, shape)


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
