"""Reads what an event loop produces from a thread that the loop waits for."""

from __future__ import annotations

from concurrent.futures import CancelledError
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import AsyncIterable, Iterator
    from concurrent.futures import Future


class LoopIterator:
    """An async iterable as an iterator for another thread than the loop's.

    Parameters
    ----------
    source : async iterable
    loop : asyncio.AbstractEventLoop
        That runs, and that `source` belongs to.
    """

    def __init__(self, source: AsyncIterable[Any], loop: AbstractEventLoop) -> None:
        self._source = aiter(source)
        self._loop = loop
        self._lock = Lock()
        self._stopped = False
        self._waited_for: Future[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        import asyncio

        with self._lock:
            if self._stopped:
                raise StopIteration
            self._waited_for = asyncio.run_coroutine_threadsafe(self._next(), self._loop)
        try:
            return self._waited_for.result()
        except (StopAsyncIteration, CancelledError):
            raise StopIteration from None

    def stop(self) -> None:
        """Give nothing more, and let who waits for the next go."""
        with self._lock:
            self._stopped = True
            if self._waited_for is not None:
                self._waited_for.cancel()

    async def _next(self) -> Any:
        return await anext(self._source)
