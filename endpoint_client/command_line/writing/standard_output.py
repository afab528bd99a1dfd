"""Predictions on stdout, as CSV or JSON lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.writing.csv_output import CsvOutput
from endpoint_client.command_line.writing.json_lines_output import JsonLinesOutput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from endpoint_client.command_line.writing.output import Output


class StandardOutput:
    """Rows on stdout.

    Parameters
    ----------
    name : str
        Of the predictions' columns.
    format_name : str, default "csv"
        Or ``"jsonl"``.
    header : bool, default True
        Whether CSV begins with the names of its columns.

    Attributes
    ----------
    rows : int
        Written so far.

    Raises
    ------
    CommandError
        The format is none that can be written to a pipe.
    """

    def __init__(self, name: str, *, format_name: str | None = None, header: bool = True) -> None:
        self.rows = 0
        self.complete = False
        if format_name not in (None, "csv", "jsonl"):
            raise CommandError(f"--output-format {format_name}: cannot go to stdout: name a file with --output")
        stream = sys.stdout.buffer
        self._output: Output = (
            JsonLinesOutput(stream, name) if format_name == "jsonl" else CsvOutput(stream, name, header=header)
        )

    def write(self, kept: Mapping[str, Any], results: NDArray[Any]) -> None:
        """Write some rows; see `Output`."""
        self._output.write(kept, results)
        self.rows += len(results)

    def close(self) -> None:
        """Nothing is held back."""

    def finish(self) -> None:
        """Nothing is held back."""
