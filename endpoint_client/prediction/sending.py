"""Sends the parts of one input, several at once, and gives their answers in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from endpoint_client.tables.splitting import Part
    from endpoint_client.transport.responses import RawResponse


def in_order(
    send: Callable[[Part], RawResponse], parts: Iterable[Part], workers: int
) -> Iterator[tuple[Part, RawResponse]]:
    """Send the parts, at most `workers` at once, and give the answers in the order of the parts."""
    if workers == 1:
        for part in parts:
            yield part, send(part)
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="endpoint-client") as pool:
        pending: deque[tuple[Part, Future[RawResponse]]] = deque()
        for part in parts:
            pending.append((part, pool.submit(send, part)))
            # Not all at once: a long input is encoded only as fast as it is sent.
            if len(pending) == workers:
                sent, future = pending.popleft()
                yield sent, future.result()
        for sent, future in pending:
            yield sent, future.result()
