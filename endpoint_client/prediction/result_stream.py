"""Results while they come; a stream that breaks off goes on where it broke."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from endpoint_client.exceptions import (
    EndpointClientError,
    EndpointUnreachable,
    ServiceUnavailable,
    UnreadableResponse,
)
from endpoint_client.transport.pauses import LONGEST_PAUSE
from endpoint_client.transport.streamed_rows import rows_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from endpoint_client.tables.splitting import Part
    from endpoint_client.transport.invocation import Invocation
    from endpoint_client.transport.response_stream import ResponseStream
    from endpoint_client.transport.transport import Transport

# Seconds before the first further try, at most; twice as many before each next one, as botocore has it.
_FIRST_PAUSE = 0.05


def stream_results(
    rows: range, parts: Callable[[range], Iterator[Part]], request: Callable[[Part], Invocation], transport: Transport
) -> Iterator[Any]:
    """Send rows, one request after the other, and give their results.

    Parameters
    ----------
    rows : range
        Of the caller's input.
    parts : callable
        Cuts rows into bodies.
    request : callable
        Makes a request of a body.
    transport : Transport

    Yields
    ------
    ndarray of shape (n_some_rows, ...)
    """
    start, failures = rows.start, 0
    while start < rows.stop:
        part = next(parts(range(start, rows.stop)))
        try:
            # What does not begin has been tried often enough.
            stream = transport.stream(request(part), first_row=part.start)
        except EndpointClientError as error:
            error.rows = part.rows
            raise
        try:
            for array in _arrays(stream, part, transport):
                if array.shape[0] > part.stop - start:
                    raise _not_one_a_row(part, "more results than rows")
                if array.shape[0]:
                    start, failures = start + array.shape[0], 0
                    yield array
            if start != part.stop:
                raise _not_one_a_row(part, f"{start - part.start} results")
        except EndpointClientError as error:
            failures += 1
            error.rows = range(start, part.stop)
            broken = isinstance(error, EndpointUnreachable | ServiceUnavailable)
            if not broken or not transport.idempotent or failures >= transport.max_attempts:
                raise
            time.sleep(random.uniform(0, min(LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (failures - 1))))  # noqa: S311


def _not_one_a_row(part: Part, found: str) -> UnreadableResponse:
    return UnreadableResponse(
        f"the endpoint answered rows {part.start} to {part.stop - 1} with {found}, not with one a row"
    )


def _arrays(stream: ResponseStream, part: Part, transport: Transport) -> Iterator[Any]:
    reader = rows_reader(stream.content_type)
    with transport.translated(first_row=part.start):
        for data in stream:
            if (array := reader.feed(data)) is not None:
                yield array
    if (array := reader.finish()) is not None:
        if array.ndim == 0:
            raise UnreadableResponse(f"the endpoint answered with {array}, not with one result a row")
        yield array
