"""Parquet, read a few rows at a time with pyarrow."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.arrow_bodies import ArrowBodies
from endpoint_client.command_line.reading.batch import Batch, Limits, parts
from endpoint_client.command_line.reading.optional_libraries import pyarrow_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from endpoint_client.command_line.reading.columns import Columns


class ParquetFile:
    """A file of parquet.

    The index that pandas wrote beside the columns of a data frame is no feature: it is sent only where it is named, and
    may be kept as any column.

    Parameters
    ----------
    path : str
    columns : Columns
    limits : Limits
    content_type : str, optional
        Default: as `ArrowBodies` chooses.

    Raises
    ------
    CommandError
        The file is no parquet, holds no rows, or a column that is sent is neither numbers nor text.
        pyarrow is not installed, or a column is asked for that is not there.
    """

    def __init__(self, path: str, columns: Columns, limits: Limits, *, content_type: str | None = None) -> None:
        pa = pyarrow_for(path)
        self._pa = pa
        self._path = path
        try:
            self._file = pa.parquet.ParquetFile(path)
        except pa.ArrowInvalid as error:
            raise CommandError(f"{path} is no parquet: {error}") from error
        schema = self._file.schema_arrow
        self.total_rows: int | None = self._file.metadata.num_rows
        if not self.total_rows:
            raise CommandError(f"{path} holds no rows: give at least one")
        sent, kept = columns.places(schema.names, _index_names(schema))
        self._sent = [schema.names[place] for place in sent]
        self.kept = tuple(schema.names[place] for place in kept)
        self._limits = limits
        self._bodies = ArrowBodies(pa, pa.schema([schema.field(place) for place in sent]), content_type)

    def batches(self, first_row: int = 0) -> Iterator[Batch]:
        """Give the rows from `first_row` on.

        Raises
        ------
        CommandError
            The file is damaged, or a value has no place in its column's type.
        """
        start, groups = self._row_groups(first_row)
        names = list(dict.fromkeys([*self._sent, *self.kept]))
        try:
            for read in self._file.iter_batches(self._limits.rows, row_groups=groups, columns=names):
                block = self._pa.Table.from_batches([read])
                skipped = min(max(0, first_row - start), block.num_rows)
                start, block = start + skipped, block.slice(skipped)
                for part in parts(block.num_rows, partial(self._encode, block), self._limits):
                    rows = part.stop - part.start
                    kept = {name: block.column(name).slice(part.start, rows).combine_chunks() for name in self.kept}
                    share = (start + part.stop) / (self.total_rows or 1)
                    yield Batch(start + part.start, rows, part.body, self._bodies.content_type, kept, share)
                start += block.num_rows
        except (self._pa.ArrowException, OSError) as error:
            raise CommandError(f"{self._path} cannot be read from row {start:,} on: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _encode(self, block: Any, start: int, stop: int) -> bytes:
        return self._bodies.encode(block.slice(start, stop - start).select(self._sent))

    def _row_groups(self, first_row: int) -> tuple[int, list[int]]:
        """Give the first row of the row group that holds `first_row`, and that group with those behind it."""
        start, groups = 0, list(range(self._file.metadata.num_row_groups))
        while groups and start + (rows := self._file.metadata.row_group(groups[0]).num_rows) <= first_row:
            start += rows
            del groups[0]
        return start, groups


def _index_names(schema: Any) -> frozenset[str]:
    """Name the columns that are the index of the data frame that pandas wrote."""
    described = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
    # A RangeIndex is described, and no column.
    return frozenset(name for name in described.get("index_columns", []) if isinstance(name, str))
