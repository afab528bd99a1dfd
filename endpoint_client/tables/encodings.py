"""How rows become request bodies: by the content type that the caller names, or by the one that suits the rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from endpoint_client.exceptions import ConfigurationError, InvalidInput
from endpoint_client.tables.columns import ARROW_TYPES, encode_columns
from sklearn_runtime import codecs
from sklearn_runtime.content_types import ALIASES, CSV, JSON, JSON_LINES, NPY, NPZ

if TYPE_CHECKING:
    from collections.abc import Callable

    from endpoint_client.tables.rows import Rows

CONTENT_TYPES = (NPY, JSON, CSV, JSON_LINES, NPZ, *ARROW_TYPES)


@dataclass(frozen=True)
class Encoding:
    """What some rows are sent as.

    Attributes
    ----------
    content_type : str
        For the request's header.
    encode : callable
        ``encode(start, stop)`` gives the body for these rows.
    """

    content_type: str
    encode: Callable[[int, int], bytes]


def encoding_of(rows: Rows, content_type: str | None = None) -> Encoding:
    """Choose how rows are sent.

    Parameters
    ----------
    rows : Rows
    content_type : str, optional
        One of `CONTENT_TYPES`, under any of its names. None: what carries these rows to any endpoint of this project
        without loss. Sparse rows go as npz, numbers as NPY, numbers with names as CSV with a header, all else as JSON,
        which tells text from numbers, empty text from none and true from 1. Parquet and Arrow are never chosen:
        not every endpoint has pyarrow.

    Raises
    ------
    ConfigurationError
        No format of arrays, or one that needs a library which is not installed.
    InvalidInput
        The content type cannot carry these rows.
    """
    if content_type is None:
        return _suitable(rows)
    name = ALIASES.get(content_type.lower(), content_type.lower())
    if name not in CONTENT_TYPES:
        raise ConfigurationError(
            f"content_type={content_type!r} cannot carry arrays: use {', '.join(CONTENT_TYPES)}, or encode the data "
            "yourself and pass bytes"
        )
    _check(rows, name)
    if name == CSV:
        return Encoding(_csv_type(rows), partial(_csv, rows))
    if name in ARROW_TYPES:
        return Encoding(content_type, partial(encode_columns, rows, name))
    return Encoding(content_type, partial(_ENCODERS[name], rows))


def _suitable(rows: Rows) -> Encoding:
    kind = rows.values.dtype.kind
    if rows.sparse:
        return Encoding(NPZ, partial(_npz, rows))
    if kind in "iuf" and rows.names is not None and _fits_csv(rows):
        return Encoding(_csv_type(rows), partial(_csv, rows))
    if kind in "biuf" and rows.names is None:
        return Encoding(NPY, partial(_npy, rows))
    return Encoding(JSON, partial(_json if rows.names is None else _json_split, rows))


def _check(rows: Rows, name: str) -> None:
    """Refuse what a content type cannot carry, with the one that can."""
    values = rows.values
    if name == NPZ and not rows.sparse:
        reason = "which holds sparse matrices only: leave content_type out, or pass scipy.sparse.csr_matrix(data)"
    elif name in ARROW_TYPES and rows.sparse:
        reason = f"which holds no sparse matrices: leave content_type out, or name {NPZ}"
    elif name == NPY and values.dtype == object:
        reason = f"which would have to pickle numbers beside text: leave content_type out, or name {JSON} or {CSV}"
    elif name in (CSV, *ARROW_TYPES) and len(values.shape) > 2:
        reason = f"which holds tables of 2 dimensions: leave content_type out, or name {NPY} or {JSON}"
    else:
        return
    raise InvalidInput(f"the input of dtype {values.dtype} and shape {values.shape} cannot be sent as {name}, {reason}")


def _npy(rows: Rows, start: int, stop: int) -> bytes:
    return codecs.encode_npy(rows.dense(start, stop))


def _npz(rows: Rows, start: int, stop: int) -> bytes:
    return codecs.encode_npz(rows.values[start:stop])


def _json(rows: Rows, start: int, stop: int) -> bytes:
    return codecs.encode_json(rows.dense(start, stop))


def _json_split(rows: Rows, start: int, stop: int) -> bytes:
    return codecs.encode_json({"columns": rows.names, "data": rows.cells(start, stop)})


def _json_lines(rows: Rows, start: int, stop: int) -> bytes:
    values: Any = rows.dense(start, stop)
    if rows.names is not None:
        values = [dict(zip(rows.names, row, strict=True)) for row in rows.cells(start, stop)]
    return codecs.encode_jsonlines(values)


def _csv(rows: Rows, start: int, stop: int) -> bytes:
    return codecs.encode_csv(rows.dense(start, stop), rows.names)


_ENCODERS = {NPY: _npy, NPZ: _npz, JSON: _json, JSON_LINES: _json_lines}


def _csv_type(rows: Rows) -> str:
    """Add to ``text/csv`` whether it has a header (RFC 4180), where the endpoint could guess wrong.

    It takes a first line without any number for a header. Everywhere else the plain type is sent, for hooks that
    compare it with ``==``.
    """
    if rows.names is not None:
        return f"{CSV}; header=present" if any(map(_like_a_number, rows.names)) else CSV
    return CSV if rows.values.dtype.kind in "biuf" else f"{CSV}; header=absent"


def _fits_csv(rows: Rows) -> bool:
    """Whether nothing is lost in CSV, where True is a word, and names lose the space around them."""
    return all(dtype.kind in "iuf" for dtype in rows.frame.dtypes) and all(
        name and name.isprintable() and name == name.strip() for name in rows.names or ()
    )


def _like_a_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
