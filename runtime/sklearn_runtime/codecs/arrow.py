"""Parquet and Arrow: tables by column, read through pyarrow once it is known what they unpack to."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any, Iterator, Optional, Tuple, Union

from sklearn_runtime.codecs.arrow_columns import Column, feature_columns, table_rows
from sklearn_runtime.codecs.arrow_messages import read_sizes
from sklearn_runtime.codecs.expansion import ROW_BYTES, allowed_bytes, check_expansion
from sklearn_runtime.codecs.parquet_sizes import read_file_sizes
from sklearn_runtime.errors import InvalidRows, MalformedBody, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Tuple[NDArray[Any], Optional[Tuple[str, ...]]]

__all__ = ["decode_arrow_file_rows", "decode_arrow_stream_rows", "decode_parquet_rows"]

Body = Union[bytes, bytearray, memoryview]

ARROW_FILE_MAGIC = b"ARROW1"
MESSAGE_CHARACTERS = 200
"""How much of pyarrow's message is repeated."""

REMEDY = "send fewer rows at once"

THRIFT_STRING_BYTES = 1 << 24
THRIFT_CONTAINER_ITEMS = 1 << 16
"""What the footer of a parquet file may announce, before pyarrow makes room for it."""


def decode_parquet_rows(body: Body) -> Rows:
    """Read the rows of a parquet file.

    Parameters
    ----------
    body : bytes-like
        The whole file. Columns of numbers, booleans, decimals and text, also as categories; no nested ones.

    Returns
    -------
    rows : ndarray
        See `arrow_columns.table_rows`.
    columns : tuple of str, or None
        Names of the columns; that of a data frame's index is left out.

    Raises
    ------
    MalformedBody
        Not parquet.
    PayloadTooLarge
        The file unpacks to more than `expansion.allowed_bytes`.
    InvalidRows
        A column that no model takes, such as dates; two columns of one name.
    """
    data = bytes(body)
    sizes = read_file_sizes(data)
    pyarrow = importlib.import_module("pyarrow")
    parquet = importlib.import_module("pyarrow.parquet")
    with _refusals(pyarrow, "parquet"):
        options = {
            "pre_buffer": False,
            "thrift_string_size_limit": THRIFT_STRING_BYTES,
            "thrift_container_size_limit": THRIFT_CONTAINER_ITEMS,
        }
        file = parquet.ParquetFile(pyarrow.BufferReader(data), **options)
        columns, names = feature_columns(pyarrow, file.schema_arrow)
        _check_names([column.name for column in columns])
        _check_table(len(data), sizes.rows, len(columns), sizes.unpacked_bytes)
        # What is a dictionary in the file stays one: a text that is used often is held once.
        texts = [column.name for column in columns if column.kind == "text" and column.place in sizes.dictionaries]
        file = parquet.ParquetFile(pyarrow.BufferReader(data), metadata=file.metadata, read_dictionary=texts, **options)
        table = file.read(use_threads=False)
        return _rows(table, columns, len(data)), names


def decode_arrow_stream_rows(body: Body) -> Rows:
    """Read the rows of an Arrow IPC stream; see `decode_parquet_rows`."""
    return _stream_rows(bytes(body), 0)


def decode_arrow_file_rows(body: Body) -> Rows:
    """Read the rows of an Arrow IPC file, or Feather version 2; see `decode_parquet_rows`.

    The file holds a stream, and that is what is read: batches in the order in which they were written.
    """
    data = bytes(body)
    if not data.startswith(ARROW_FILE_MAGIC) or not data.endswith(ARROW_FILE_MAGIC):
        raise MalformedBody(f"the body is not an Arrow file: it starts with {shown(data[:6])}, or its end was cut off")
    return _stream_rows(data, 8)


def _stream_rows(data: bytes, start: int) -> Rows:
    if not data:
        raise MalformedBody("the body is empty: send an Arrow IPC stream, as pyarrow.ipc.new_stream writes it")
    pyarrow = importlib.import_module("pyarrow")
    with _refusals(pyarrow, "Arrow"):
        stream = pyarrow.py_buffer(data).slice(start)
        sizes = read_sizes(pyarrow, stream)
        columns, names = feature_columns(pyarrow, sizes.schema)
        _check_table(len(data), sizes.rows, len(columns), sizes.unpacked_bytes)
        return _rows(pyarrow.ipc.open_stream(stream).read_all(), columns, len(data)), names


def _check_names(names: "list[str]") -> None:
    seen = set()
    for place, name in enumerate(names):
        if name in seen:
            raise InvalidRows(f"column {place} ({shown(name)}) has the name of an earlier one", column=place)
        seen.add(name)


def _check_table(sent: int, rows: int, columns: int, unpacked: int) -> None:
    check_expansion(sent, max(rows * ROW_BYTES, rows * columns * 8 + unpacked), REMEDY)


def _rows(table: Any, columns: "list[Column]", sent: int) -> "NDArray[Any]":
    table.validate(full=True)
    return table_rows(table, columns, allowed_bytes(sent))


@contextlib.contextmanager
def _refusals(pyarrow: Any, what: str) -> Iterator[None]:
    """What pyarrow says of a body that it cannot read, as a refusal of the request."""
    try:
        yield
    except (pyarrow.ArrowException, OSError, ValueError, ArithmeticError, MemoryError) as error:
        message = str(error).partition("\n")[0][:MESSAGE_CHARACTERS]
        raise MalformedBody(f"the body cannot be read as {what}: {message}") from None
