"""Tables in, results out, one by one: for inputs that no memory holds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from endpoint_client.exceptions import InvalidInput
from endpoint_client.prediction.split_input import answered, in_order
from endpoint_client.tables.encodings import Encoding, encoding_of
from endpoint_client.tables.rows import rows_of
from endpoint_client.tables.splitting import Part, split_rows
from endpoint_client.transport.responses import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from endpoint_client.transport.responses import RawResponse

# What is one table, though it can be iterated: by its rows, its columns or its characters.
_TABLES = ("ndarray", "DataFrame", "Series", "str", "bytes", "dict", "csr_matrix", "csr_array")


class _Piece(NamedTuple):
    # Its rows are counted through all tables, as those of its table are.
    part: Part
    content_type: str
    table: range

    def answered(self, send: Callable[..., RawResponse]) -> Any:
        return answered(self.part, partial(send, content_type=self.content_type), alone=self.part.rows == self.table)


def predict_each(
    batches: Iterable[Any],
    send: Callable[..., RawResponse],
    *,
    content_type: str | None,
    max_bytes: int,
    max_rows: int | None,
    workers: int,
) -> Iterator[Any]:
    """Send tables and give the results of each, in order.

    Parameters
    ----------
    batches : iterable of tables
    send : callable
        Sends a part: ``send(part, content_type=...)``.
    content_type, max_bytes, max_rows, workers
        As for `SplitInput`; requests of several tables may be in flight at once.
    """
    if type(batches).__name__ in _TABLES:
        raise InvalidInput(
            f"a {type(batches).__name__} is one table, and tables are wanted one by one: pass it to predict, or give "
            "an iterable such as pandas.read_csv(file, chunksize=10_000)"
        )

    def pieces() -> Iterator[_Piece]:
        table = range(0)
        for batch in batches:
            rows = rows_of(batch)
            encoding = encoding_of(rows, content_type)
            table = range(table.stop, table.stop + rows.count)
            for part in split_rows(table, partial(_encode, encoding, table.start), max_bytes, max_rows):
                yield _Piece(part, encoding.content_type, table)

    arrays: list[Any] = []
    for piece, array in in_order(lambda piece: piece.answered(send), pieces(), workers):
        arrays.append(array)
        if piece.part.stop == piece.table.stop:
            yield join(arrays)
            arrays = []


def _encode(encoding: Encoding, first: int, start: int, stop: int) -> bytes:
    """Encode rows of a table before which there are `first` others."""
    return encoding.encode(start - first, stop - first)
