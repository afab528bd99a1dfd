"""Predictions as CSV, on stdout or in a file."""

from __future__ import annotations

import csv
import io
from typing import IO, TYPE_CHECKING, Any

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.writing.output import joined, plain, prediction_columns, python_values
from sklearn_runtime import codecs
from sklearn_runtime.codecs.csv_lines import text_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


class CsvOutput:
    """CSV with a line for each row.

    Parameters
    ----------
    stream : binary file
        Written to its end.
    name : str
        Of the predictions' columns.
    header : bool, default True
        Whether a first line names the columns.
    written : list of str, optional
        The header that stands in the file already.
    """

    def __init__(self, stream: IO[bytes], name: str, *, header: bool = True, written: list[str] | None = None) -> None:
        self._stream = stream
        self._name = name
        self._header = header and written is None
        self._names = written

    def write(self, kept: Mapping[str, Any], results: NDArray[Any]) -> None:
        """Write the lines of some rows; see `Output`.

        Raises
        ------
        CommandError
            The rows have other columns than those before.
        """
        columns = joined(kept, prediction_columns(self._name, results))
        if self._names is not None and list(columns) != self._names:
            raise CommandError(f"these rows have the columns {list(columns)}, those before {self._names}")
        self._names = list(columns)
        values = (map(_cell, python_values(column)) for column in columns.values())
        head = text_lines([self._names]) if self._header else b""
        self._stream.write(head + text_lines(list(zip(*values, strict=True))))
        self._stream.flush()
        self._header = False

    def close(self) -> None:
        """Close the file, if it is one: stdout stays open."""
        self._stream.flush()


def complete_csv(path: Path, *, header: bool) -> tuple[int, list[str] | None]:
    """Cut off what an interrupted write left at the end of a file of `CsvOutput`.

    Returns
    -------
    rows : int
        Complete rows in the file.
    names : list of str or None
        The header, where the file has got one.
    """
    end = position = records = 0
    first, open_quote = b"", False
    with path.open("r+b") as file:
        for line in file:
            position += len(line)
            # Every quote in a field is doubled, so that an odd number of them is a field that goes on.
            open_quote ^= bool(line.count(b'"') % 2)
            first += line if header and not records else b""
            if line.endswith(b"\n") and not open_quote:
                records, end = records + 1, position
        file.truncate(end)
    if not header or not records:
        return records, None
    return records - 1, next(csv.reader(io.StringIO(first.decode("utf-8"), newline="")))


def _cell(value: Any) -> Any:
    value = plain(value)
    return codecs.encode_json(value).decode() if isinstance(value, dict | list) else value
