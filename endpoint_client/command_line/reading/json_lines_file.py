"""JSON lines: a row a line, as an object or as a list, which reaches the endpoint as it is."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.batch import Batch, Limits, Record, cut
from sklearn_runtime.content_types import ALIASES, JSON_LINES, parse_media_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from endpoint_client.command_line.reading.columns import Columns
    from endpoint_client.command_line.reading.source import Source


class JsonLinesFile:
    """A file of JSON lines.

    Parameters
    ----------
    source : Source
    columns : Columns
        Of objects by their keys, of lists by their places, from 0. The first line says what there is.
    limits : Limits
    content_type : str, default "application/jsonlines"

    Raises
    ------
    CommandError
        The file is empty, or its first line is no JSON.
        The content type is another one, or a column is asked for that is not there.
    """

    total_rows = None

    def __init__(self, source: Source, columns: Columns, limits: Limits, *, content_type: str | None = None) -> None:
        name = parse_media_type(content_type or JSON_LINES).name
        if ALIASES.get(name, name) != JSON_LINES:
            raise CommandError(f"--content-type {content_type}: lines of JSON are sent as {JSON_LINES}")
        self._source = source
        self._limits = limits
        self._content_type = content_type or JSON_LINES
        self._lines = self._read()
        first = next(self._lines, None)
        if first is None:
            raise CommandError(f"{source.name} is empty: give at least one row")
        self._lines = itertools.chain([first], self._lines)
        self._untouched = columns.untouched
        self._names = _names(self._parsed(first, 0))
        self._sent, self._kept = ([], []) if self._untouched else columns.places(self._names)
        self.kept = tuple(self._names[place] for place in self._kept)

    def batches(self, first_row: int = 0) -> Iterator[Batch]:
        """Give the rows from `first_row` on; once.

        Raises
        ------
        CommandError
            A line is no JSON, or of other columns than the first; looked at only where columns are chosen or kept.
        """
        records = itertools.islice(enumerate(self._lines), first_row, None)
        return cut(
            (self._record(line, row) for row, line in records),
            self._limits,
            start=first_row,
            head=b"",
            content_type=self._content_type,
            kept=self.kept,
        )

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def _read(self) -> Iterator[bytes]:
        for line in self._source.undamaged(self._source.stream):
            if content := line.removeprefix(b"\xef\xbb\xbf").strip():
                yield content + b"\n"

    def _record(self, line: bytes, row: int) -> Record:
        share = self._source.share
        if self._untouched:
            return Record(line, (), share)
        parsed = self._parsed(line, row)
        if _names(parsed) != self._names:
            if not isinstance(parsed, dict) or set(parsed) != set(self._names):
                raise CommandError(
                    f"row {row:,} of {self._source.name} has the columns {_names(parsed)}, and the first row "
                    f"{self._names}"
                )
            parsed = {name: parsed[name] for name in self._names}
        values = list(parsed.values()) if isinstance(parsed, dict) else parsed
        sent: Any = [values[place] for place in self._sent]
        if isinstance(parsed, dict):
            sent = {self._names[place]: value for place, value in zip(self._sent, sent, strict=True)}
        text = json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
        return Record(text.encode() + b"\n", tuple(values[place] for place in self._kept), share)

    def _parsed(self, line: bytes, row: int) -> Any:
        try:
            parsed = json.loads(line)
        except ValueError as error:
            raise CommandError(f"row {row:,} of {self._source.name} is no line of JSON: {error}") from error
        return parsed if isinstance(parsed, dict | list) else [parsed]


def _names(parsed: Any) -> list[str]:
    return list(parsed) if isinstance(parsed, dict) else [str(place) for place in range(len(parsed))]
