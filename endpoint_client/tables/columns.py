"""Rows as parquet and Arrow, which keep a type a column; through pyarrow, which only these need."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from endpoint_client.exceptions import ConfigurationError, InvalidInput
from sklearn_runtime.content_types import ARROW_FILE, ARROW_STREAM, PARQUET

if TYPE_CHECKING:
    from endpoint_client.tables.rows import Rows

ARROW_TYPES = (PARQUET, ARROW_STREAM, ARROW_FILE)

# As pandas writes it of a frame whose columns have numbers for names: they are no names to a model.
_NUMBERED = {"pandas": json.dumps({"index_columns": [], "column_indexes": [{"pandas_type": "int64"}], "columns": []})}


def encode_columns(rows: Rows, content_type: str, start: int, stop: int) -> bytes:
    """Encode rows `start` to `stop`.

    Parameters
    ----------
    rows : Rows
        Not sparse.
    content_type : str
        One of `ARROW_TYPES`. Parquet is compressed by snappy, as pyarrow and pandas do; Arrow is not.
    start, stop : int

    Raises
    ------
    ConfigurationError
        pyarrow is not installed.
    InvalidInput
        A column mixes numbers and text.
    """
    try:
        import pyarrow as pa
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"content_type={content_type!r} needs pyarrow: install it, or leave content_type out"
        ) from None
    try:
        table = _table(pa, rows, start, stop)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InvalidInput(
            f"the input cannot be sent as {content_type}, which has one type a column: {error}; leave content_type out"
        ) from error
    stream = io.BytesIO()
    if content_type == PARQUET:
        import pyarrow.parquet

        pyarrow.parquet.write_table(table, stream)
    else:
        writer = pa.ipc.new_stream if content_type == ARROW_STREAM else pa.ipc.new_file
        with writer(stream, table.schema) as batches:
            batches.write_table(table)
    return stream.getvalue()


def _table(pa: Any, rows: Rows, start: int, stop: int) -> Any:
    if rows.frame is not None:
        return pa.Table.from_pandas(rows.frame.iloc[start:stop].reset_index(drop=True))
    values = rows.dense(start, stop)
    columns = [pa.array(values[:, place].tolist()) for place in range(values.shape[1])]
    return pa.table(columns, [str(place) for place in range(len(columns))], metadata=_NUMBERED)
