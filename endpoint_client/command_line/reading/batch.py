"""Rows of a file in the form of one request, and the limits of that."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from endpoint_client.exceptions import PayloadTooLarge
from endpoint_client.tables.splitting import Part, split_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

# A failed request costs as many rows, and progress moves as often: far below the 6 MB (4 MB: serverless) of a request.
BODY_BYTES = 1024 * 1024
ROWS = 10_000


@dataclass(frozen=True)
class Limits:
    """Where a file is cut into requests: at whichever comes first.

    Attributes
    ----------
    rows : int
        Of one request.
    body_bytes : int
        Of one request; a single row may be longer.
    """

    rows: int = ROWS
    body_bytes: int = BODY_BYTES


@dataclass(frozen=True)
class Batch:
    """One request.

    Attributes
    ----------
    start, count : int
        The first row in the file, counted from 0, and how many there are.
    body : bytes
    content_type : str
    kept : mapping of str to sequence
        Columns that stand before the predictions, by name: lists, or Arrow arrays of a parquet file.
    share : float or None
        How much of the file has been read, from 0 to 1; None where its size is not known.
    """

    start: int
    count: int
    body: bytes
    content_type: str
    kept: Mapping[str, Any]
    share: float | None = None

    @property
    def rows(self) -> str:
        """Its rows, as a person would name them.

        Example
        -------
        >>> Batch(2000, 1000, b"", "text/csv", {}).rows
        'rows 2,000 to 2,999'
        """
        last = self.start + self.count - 1
        return f"row {self.start:,}" if self.count == 1 else f"rows {self.start:,} to {last:,}"


class TableFile(Protocol):
    """A file of rows.

    Attributes
    ----------
    kept : tuple of str
        Names of the columns that stand before the predictions.
    total_rows : int or None
        Where it is known without reading the file.
    """

    @property
    def kept(self) -> tuple[str, ...]: ...

    @property
    def total_rows(self) -> int | None: ...

    def batches(self, first_row: int = 0) -> Iterator[Batch]:
        """Give the rows from `first_row` on."""
        ...

    def close(self) -> None: ...


class Record(NamedTuple):
    """One row: its line in a request, what is kept of it, and how much of the file has been read behind it."""

    line: bytes
    kept: tuple[Any, ...]
    share: float | None


def cut(
    records: Iterable[Record], limits: Limits, *, start: int, head: bytes, content_type: str, kept: tuple[str, ...]
) -> Iterator[Batch]:
    """Put rows that are a line each into requests.

    Parameters
    ----------
    records : iterable of Record
    limits : Limits
    start : int
        The first row in the file.
    head : bytes
        What each request begins with.
    content_type : str
    kept : tuple of str
        Names of what is kept of each record.
    """
    lines: list[bytes] = []
    values: list[tuple[Any, ...]] = []
    share, size = None, len(head)

    def batch() -> Batch:
        columns = dict(zip(kept, map(list, zip(*values, strict=True)), strict=True)) if kept else {}
        return Batch(start, len(lines), head + b"".join(lines), content_type, columns, share)

    try:
        for record in records:
            if lines and (len(lines) == limits.rows or size + len(record.line) > limits.body_bytes):
                yield batch()
                start += len(lines)
                lines, values, size = [], [], len(head)
            lines.append(record.line)
            values.append(record.kept)
            size, share = size + len(record.line), record.share
    except Exception:
        # The rows before one that cannot be read are as good as any.
        if lines:
            yield batch()
        raise
    if lines:
        yield batch()


def parts(count: int, encode: Callable[[int, int], bytes], limits: Limits) -> Iterator[Part]:
    """Cut rows 0 to `count` as `split_rows` does; a row that is too long for a usual request has one of its own."""
    done = 0
    while done < count:
        with contextlib.suppress(PayloadTooLarge):
            for part in split_rows(range(done, count), encode, limits.body_bytes, limits.rows):
                done = part.stop
                yield part
        if done < count:
            yield Part(done, done + 1, encode(done, done + 1))
            done += 1
