"""Predictions as JSON lines, on stdout or in a file."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from endpoint_client.command_line.writing.output import joined, plain, python_values
from sklearn_runtime import codecs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


class JsonLinesOutput:
    """An object for each row: what is kept of the input, and the prediction, which may be a list.

    Parameters
    ----------
    stream : binary file
        Written to its end.
    name : str
        Key of the prediction.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._name = name

    def write(self, kept: Mapping[str, Any], results: NDArray[Any]) -> None:
        """Write the lines of some rows; see `Output`."""
        columns = joined(kept, {self._name: results})
        rows = zip(*(map(plain, python_values(column)) for column in columns.values()), strict=True)
        self._stream.write(codecs.encode_jsonlines([dict(zip(columns, row, strict=True)) for row in rows]))
        self._stream.flush()

    def close(self) -> None:
        """Nothing is held back."""
        self._stream.flush()


def complete_json_lines(path: Path) -> int:
    """Cut off what an interrupted write left at the end of a file of `JsonLinesOutput`; give its complete rows."""
    end = rows = 0
    with path.open("r+b") as file:
        for line in file:
            if line.endswith(b"\n"):
                rows, end = rows + 1, end + len(line)
        file.truncate(end)
    return rows
