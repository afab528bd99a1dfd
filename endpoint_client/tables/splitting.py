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


def split_rows(count: int, encode: Callable[[int, int], bytes], limit: int) -> Iterator[Part]:
    """Encode rows 0 to `count` in few bodies of at most `limit` bytes.

    Parameters
    ----------
    count : int
        Number of rows, at least 1.
    encode : callable
        ``encode(start, stop)`` gives the body for these rows, headers included.
    limit : int
        Bytes allowed in one body.

    Yields
    ------
    Part
        In order, without gaps, made one at a time: memory holds one body, not all.

    Raises
    ------
    PayloadTooLarge
        One row alone makes a body above `limit`.
    """
    start, size = 0, count
    if count > SAMPLE_ROWS:
        size = _fitting(SAMPLE_ROWS, len(encode(0, SAMPLE_ROWS)), limit)
    while start < count:
        stop = min(count, start + size)
        body = encode(start, stop)
        rows = stop - start
        fitting = _fitting(rows, len(body), limit)
        if len(body) <= limit:
            yield Part(start, stop, body)
            start, size = stop, max(rows, fitting)
        elif rows > 1:
            # At least one row less each time, so that this ends whatever the sizes are.
            size = min(rows - 1, fitting)
        else:
            raise PayloadTooLarge(
                f"row {start} takes {len(body):,} bytes, and a request holds at most {limit:,}: send it in a more "
                "compact content type, or raise max_payload_bytes if the endpoint takes more",
                size=len(body),
                limit=limit,
                row=start,
            )


def _fitting(rows: int, size: int, limit: int) -> int:
    """How many rows should fit, where `rows` took `size` bytes."""
    return max(1, int(rows * HEADROOM * limit / max(1, size)))
