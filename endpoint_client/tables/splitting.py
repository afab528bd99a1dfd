"""Cuts an input by rows into request bodies that stay below the limit of one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from endpoint_client.exceptions import PayloadTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Encoding a sample first keeps an input of many gigabytes from being encoded whole only to be cut.
SAMPLE_ROWS = 1000
# Rows differ in length, and a body that turns out too long is encoded twice: aim a little below the limit.
HEADROOM = 0.98


class Part(NamedTuple):
    """One request: rows ``start`` to ``stop`` (exclusive) of the caller's input, encoded."""

    start: int
    stop: int
    body: bytes

    @property
    def rows(self) -> range:
        """The same rows."""
        return range(self.start, self.stop)


def split_rows(
    rows: range, encode: Callable[[int, int], bytes], limit: int, max_rows: int | None = None
) -> Iterator[Part]:
    """Encode rows in few bodies of at most `limit` bytes.

    Parameters
    ----------
    rows : range
        Of the caller's input, at least one.
    encode : callable
        ``encode(start, stop)`` gives the body for these rows, headers included.
    limit : int
        Bytes allowed in one body.
    max_rows : int, optional
        Rows allowed in one body.

    Yields
    ------
    Part
        In order, without gaps, made one at a time: memory holds one body, not all.

    Raises
    ------
    PayloadTooLarge
        One row alone makes a body above `limit`.
    """
    start, most = rows.start, min(len(rows), max_rows or len(rows))
    size = most
    if most > SAMPLE_ROWS:
        size = min(most, _fitting(SAMPLE_ROWS, len(encode(start, start + SAMPLE_ROWS)), limit))
    while start < rows.stop:
        stop = min(rows.stop, start + size)
        body = encode(start, stop)
        count = stop - start
        fitting = _fitting(count, len(body), limit)
        if len(body) <= limit:
            yield Part(start, stop, body)
            start, size = stop, min(most, max(count, fitting))
        elif count > 1:
            # At least one row less each time, so that this ends whatever the sizes are.
            size = min(count - 1, fitting)
        else:
            error = PayloadTooLarge(
                f"row {start} takes {len(body):,} bytes, and a request holds at most {limit:,}: send it in a more "
                "compact content type, or raise max_payload_bytes if the endpoint takes more",
                size=len(body),
                limit=limit,
                row=start,
            )
            error.rows = range(start, stop)
            raise error


def _fitting(rows: int, size: int, limit: int) -> int:
    """How many rows should fit, where `rows` took `size` bytes."""
    return max(1, int(rows * HEADROOM * limit / max(1, size)))
