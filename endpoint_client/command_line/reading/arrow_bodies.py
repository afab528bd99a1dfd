"""Rows of Arrow columns as request bodies, each column with the type that it has."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any

from endpoint_client.command_line.command_error import CommandError
from sklearn_runtime import codecs
from sklearn_runtime.content_types import (
    ALIASES,
    ARROW_FILE,
    ARROW_STREAM,
    CSV,
    JSON,
    JSON_LINES,
    NPY,
    PARQUET,
    parse_media_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT_TYPES = (CSV, JSON, JSON_LINES, NPY, PARQUET, ARROW_STREAM, ARROW_FILE)


class ArrowBodies:
    """How the rows of tables of one schema are sent.

    Parameters
    ----------
    pa : module
        pyarrow.
    schema : pyarrow.Schema
        Of the columns that are sent.
    content_type : str, optional
        Default: CSV with a header where all columns are numbers, else JSON, which tells text from numbers.

    Raises
    ------
    CommandError
        The content type carries no tables, or is NPY and a column holds no numbers.
        A column is of a type that features do not have, such as a date.

    Attributes
    ----------
    content_type : str
    """

    def __init__(self, pa: Any, schema: Any, content_type: str | None = None) -> None:
        self._pa = pa
        self._schema = pa.schema([pa.field(field.name, _feature_type(pa, field)) for field in schema])
        name = parse_media_type(content_type or (CSV if self._suits_csv() else JSON)).name
        name = ALIASES.get(name, name)
        if name not in CONTENT_TYPES:
            raise CommandError(
                f"--content-type {content_type}: cannot carry a parquet file: use {', '.join(CONTENT_TYPES)}"
            )
        if name == NPY and not self._numeric():
            raise CommandError(f"--content-type {NPY}: a column holds no numbers; use {JSON} or {CSV}")
        self.content_type = content_type or (f"{CSV}; header=present" if name == CSV else name)
        encoders: dict[str, Callable[[Any], bytes]] = {
            CSV: self._csv,
            JSON: self._json,
            JSON_LINES: self._json_lines,
            NPY: self._npy,
            PARQUET: self._parquet,
            ARROW_STREAM: partial(self._ipc, pa.ipc.new_stream),
            ARROW_FILE: partial(self._ipc, pa.ipc.new_file),
        }
        self._encode = encoders[name]

    def encode(self, table: Any) -> bytes:
        """Write the rows of a pyarrow.Table as the body of a request."""
        return self._encode(table.cast(self._schema))

    def _numeric(self) -> bool:
        types = self._pa.types
        return all(types.is_integer(field.type) or types.is_floating(field.type) for field in self._schema)

    def _suits_csv(self) -> bool:
        # A missing value in a single column would be a blank line; a header loses the space around a name.
        return (
            self._numeric()
            and len(self._schema) > 1
            and all(name and name.isprintable() and name == name.strip() for name in self._schema.names)
        )

    def _csv(self, table: Any) -> bytes:
        import pyarrow.csv

        stream = io.BytesIO()
        pyarrow.csv.write_csv(table, stream)
        return stream.getvalue()

    def _json(self, table: Any) -> bytes:
        return codecs.encode_json({"columns": table.column_names, "data": _cells(table)})

    def _json_lines(self, table: Any) -> bytes:
        names = table.column_names
        return codecs.encode_jsonlines([dict(zip(names, row, strict=True)) for row in _cells(table)])

    def _npy(self, table: Any) -> bytes:
        import numpy as np

        return codecs.encode_npy(np.column_stack([column.to_numpy() for column in table.columns]))

    def _parquet(self, table: Any) -> bytes:
        import pyarrow.parquet

        stream = io.BytesIO()
        pyarrow.parquet.write_table(table, stream)
        return stream.getvalue()

    def _ipc(self, new: Callable[[Any, Any], Any], table: Any) -> bytes:
        stream = io.BytesIO()
        with new(stream, table.schema) as writer:
            writer.write_table(table)
        return stream.getvalue()


def _cells(table: Any) -> list[list[Any]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]


def _feature_type(pa: Any, field: Any) -> Any:
    """Give the type that a column is sent with."""
    kind, types = field.type, pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_floating(kind) or types.is_decimal(kind):
        # Their text as float32 would be other numbers when it is read as float64.
        return pa.float64()
    if types.is_string(kind) or types.is_large_string(kind) or types.is_integer(kind) or types.is_boolean(kind):
        return kind
    if types.is_null(kind):
        return pa.float64()
    raise CommandError(
        f"column {field.name!r} holds {kind}, and features are numbers, booleans or text: convert it, leave it out "
        "with --columns, or keep it beside the predictions with --id-column"
    )
