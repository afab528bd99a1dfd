"""Thrift's compact protocol, in which the metadata of a parquet file is written: structures as dicts of their fields.

pyarrow's own objects for that metadata cannot be asked: a file that is made for it ends the process (seen with pyarrow
26.0.1: "terminate called after throwing an instance of 'parquet::ParquetException'").
"""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from sklearn_runtime.errors import MalformedBody

__all__ = ["read_struct"]

# Kinds of fields. A field's own head says whether it is true or false; in a list each takes a byte.
_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    12,
)
_FIXED_BYTES = {_TRUE: 1, _FALSE: 1, _BYTE: 1, _DOUBLE: 8}

MAX_DEPTH = 10
"""Of structures within structures; parquet's own reach six."""

Struct = Dict[int, Any]


def read_struct(data: bytes, at: int) -> Tuple[Struct, int]:
    """Read a structure.

    Parameters
    ----------
    data : bytes
    at : int
        Where it starts.

    Returns
    -------
    fields : dict
        Values by the numbers of their fields: int, bytes, list and dict (an inner structure). Fields of fixed length
        that are no whole numbers (booleans, bytes, doubles) are passed over.
    at : int
        Where it ends.

    Raises
    ------
    MalformedBody
        No structure, or one that ends beyond the data.

    Example
    -------
    >>> read_struct(bytes([0x15, 0x08, 0x18, 0x02]) + b"hi" + bytes([0x00]), 0)
    ({1: 4, 2: b'hi'}, 7)
    """
    try:
        return _struct(data, at, 0)
    except IndexError:
        raise MalformedBody("the file has metadata that cannot be read: it was cut off") from None


def _struct(data: bytes, at: int, depth: int) -> Tuple[Struct, int]:
    if depth > MAX_DEPTH:
        raise MalformedBody("the file has metadata that is nested too deeply")
    fields: Struct = {}
    number = 0
    while True:
        head = data[at]
        at += 1
        kind, step = head & 15, head >> 4
        if kind == _STOP:
            return fields, at
        if step:
            number += step
        else:
            number, at = _number(data, at)
        if kind in (_TRUE, _FALSE):
            continue
        if kind in _FIXED_BYTES:
            at += _FIXED_BYTES[kind]
        else:
            fields[number], at = _value(data, at, kind, depth)


def _value(data: bytes, at: int, kind: int, depth: int) -> Tuple[Any, int]:
    if kind in (_I16, _I32, _I64):
        return _number(data, at)
    if kind == _BINARY:
        length, at = _varint(data, at)
        if length > len(data) - at:
            raise IndexError
        return data[at : at + length], at + length
    if kind in (_LIST, _SET):
        return _list(data, at, depth)
    if kind == _STRUCT:
        return _struct(data, at, depth + 1)
    raise MalformedBody("the file has metadata that cannot be read")


def _list(data: bytes, at: int, depth: int) -> Tuple[List[Any], int]:
    head = data[at]
    count, kind = head >> 4, head & 15
    at += 1
    if count == 15:
        count, at = _varint(data, at)
    # An item takes a byte at least.
    if count > len(data) - at:
        raise IndexError
    if kind in _FIXED_BYTES:
        return [], at + count * _FIXED_BYTES[kind]
    items = []
    for _ in range(count):
        item, at = _value(data, at, kind, depth + 1)
        items.append(item)
    return items, at


def _number(data: bytes, at: int) -> Tuple[int, int]:
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _varint(data: bytes, at: int) -> Tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise MalformedBody("the file has metadata that cannot be read")
