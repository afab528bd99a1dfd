"""Predictions as parquet, with the input's columns in their own types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.optional_libraries import pyarrow_for
from endpoint_client.command_line.writing.output import joined, prediction_columns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

# Readers want long row groups; these are held in memory until they are written.
ROW_GROUP_ROWS = 100_000


class ParquetOutput:
    """A file of parquet, which can be read once it is closed.

    Parameters
    ----------
    path : Path
        Of the file; it is there after `close`. What stands in it already stays before what is written.
    name : str
        Of the predictions' columns.

    Raises
    ------
    CommandError
        pyarrow is not installed.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._pa = pyarrow_for(str(path))
        self._path = path
        # A file without its end cannot be read: until there is one, the rows of an earlier run stay where they are.
        self._open_path = path.with_name(f"{path.name}.open")
        self._name = name
        self._writer: Any = None
        self._waiting: list[Any] = []
        self._rows_waiting = 0
        if path.exists():
            with self._pa.parquet.ParquetFile(path) as before:
                writer = self._start(before.schema_arrow)
                for batch in before.iter_batches(ROW_GROUP_ROWS):
                    writer.write_batch(batch)

    def write(self, kept: Mapping[str, Any], results: NDArray[Any]) -> None:
        """Hold the rows, and write those that make a row group; see `Output`.

        Raises
        ------
        CommandError
            A value has another type than its column had before.
        """
        pa = self._pa
        columns = joined(kept, prediction_columns(self._name, results))
        try:
            table = pa.table({name: _array(pa, column) for name, column in columns.items()})
            if self._writer is None:
                self._start(_with_types(pa, table.schema))
            table = table.cast(self._writer.schema)
        except (pa.ArrowException, ValueError, TypeError) as error:
            raise CommandError(f"{self._path.name} cannot hold these rows as those before: {error}") from error
        self._waiting.append(table)
        self._rows_waiting += table.num_rows
        if self._rows_waiting >= ROW_GROUP_ROWS:
            self._write_waiting()

    def close(self) -> None:
        """Write the rows that are held, and the end of the file."""
        if self._writer is not None:
            self._write_waiting()
            self._writer.close()
            self._open_path.replace(self._path)

    def _start(self, schema: Any) -> Any:
        self._writer = self._pa.parquet.ParquetWriter(self._open_path, schema)
        return self._writer

    def _write_waiting(self) -> None:
        if self._waiting:
            # Out of the list first: an interrupt between may lose rows, which are predicted again, and doubles none.
            waiting, self._waiting, self._rows_waiting = self._waiting, [], 0
            self._writer.write_table(self._pa.concat_tables(waiting).combine_chunks())


def complete_parquet(path: Path) -> int:
    """Give the rows of a file of `ParquetOutput`."""
    rows: int = pyarrow_for(str(path)).parquet.read_metadata(path).num_rows
    return rows


def _array(pa: Any, column: Any) -> Any:
    return column if hasattr(column, "to_pylist") else pa.array(column)


def _with_types(pa: Any, schema: Any) -> Any:
    """Give a column of nothing but missing values a type that any later value has."""
    fields = [pa.field(field.name, pa.string()) if pa.types.is_null(field.type) else field for field in schema]
    # Without the metadata of pandas, which names an index that is not there.
    return pa.schema(fields)
