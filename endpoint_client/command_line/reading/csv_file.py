"""CSV: the text of its cells reaches the endpoint as it is, which knows the types that the model was fitted on."""

from __future__ import annotations

import csv
import itertools
from typing import TYPE_CHECKING

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.batch import Batch, Limits, Record, cut
from sklearn_runtime.codecs.csv_lines import text_lines
from sklearn_runtime.content_types import CSV, parse_media_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from endpoint_client.command_line.reading.columns import Columns
    from endpoint_client.command_line.reading.source import Source


class CsvFile:
    """A file of CSV.

    Each request is CSV again, with the header before its rows: nothing is converted here, so "007" stays text where
    the model was fitted on text, and becomes a number where it was fitted on numbers.

    Parameters
    ----------
    source : Source
    columns : Columns
        Without a header, columns are named by their places, from 0.
    limits : Limits
    delimiter : str, default ","
    header : bool, default True
        Whether the first record names the columns.
    encoding : str, default "utf-8-sig"
        UTF-8, with or without a byte order mark.
    content_type : str, optional
        Default: ``text/csv`` with what `header` says.

    Raises
    ------
    CommandError
        The file is empty, or no CSV.
        The content type is another one, or a column is asked for that is not there.
    """

    total_rows = None

    def __init__(
        self,
        source: Source,
        columns: Columns,
        limits: Limits,
        *,
        delimiter: str = ",",
        header: bool = True,
        encoding: str = "utf-8-sig",
        content_type: str | None = None,
    ) -> None:
        if content_type is not None and parse_media_type(content_type).name != CSV:
            raise CommandError(
                f"--content-type {content_type}: the cells of CSV are text of no type, and are sent as {CSV}; for "
                "another content type put the rows into .jsonl, .npy or .parquet"
            )
        self._source = source
        self._limits = limits
        self._content_type = content_type or f"{CSV}; header={'present' if header else 'absent'}"
        self._records = _records(source, delimiter, encoding)
        first = next(self._records, None)
        if first is None:
            raise CommandError(f"{source.name} is empty: give at least one row")
        names = first if header else [str(place) for place in range(len(first))]
        if not header:
            self._records = itertools.chain([first], self._records)
        self._width = len(names)
        self._sent, kept = columns.places(names)
        self._kept = kept
        self.kept = tuple(names[place] for place in kept)
        self._head = text_lines([[names[place] for place in self._sent]]) if header else b""

    def batches(self, first_row: int = 0) -> Iterator[Batch]:
        """Give the rows from `first_row` on; once.

        Raises
        ------
        CommandError
            A record has another number of cells than the first, or is no CSV.
        """
        return cut(
            itertools.islice(self._rows(), first_row, None),
            self._limits,
            start=first_row,
            head=self._head,
            content_type=self._content_type,
            kept=self.kept,
        )

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def _rows(self) -> Iterator[Record]:
        whole = self._sent == list(range(self._width))
        row = -1
        for row, cells in enumerate(self._records):
            if len(cells) != self._width:
                problem = "is a blank line" if not cells else f"has {len(cells)} cells"
                raise CommandError(f"row {row:,} of {self._source.name} {problem}, and the first line {self._width}")
            sent = cells if whole else [cells[place] for place in self._sent]
            yield Record(text_lines([sent]), tuple(cells[place] for place in self._kept), self._source.share)
        if row < 0:
            raise CommandError(f"{self._source.name} has a header and no rows: give at least one row")


def _records(source: Source, delimiter: str, encoding: str) -> Iterator[list[str]]:
    """Read the records; blank lines at the end are none."""
    reader = csv.reader(source.text(encoding), delimiter=delimiter, strict=True)
    blank = 0
    try:
        for record in source.undamaged(reader):
            if record:
                yield from ([] for _ in range(blank))
                blank = 0
                yield record
            else:
                blank += 1
    except csv.Error as error:
        raise CommandError(f"{source.name} is not CSV: line {reader.line_num:,}: {error}") from error
    except UnicodeError as error:
        raise CommandError(
            f"{source.name} is not {encoding}: behind line {reader.line_num:,}: {error}; name its own with --encoding, "
            "for example cp1252"
        ) from error
