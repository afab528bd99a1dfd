"""Requests that came in one turn of the event loop, which are predicted together at the start of the next one.

There is no timer: nothing waits for a request that is not here yet.
"""

from time import monotonic
from typing import Any, Callable, List, Tuple

from sklearn_runtime.server.http_request import Request
from sklearn_runtime.server.http_response import Answer

__all__ = ["Turn"]

#: Requests that are answered without looking at the sockets meanwhile.
REQUESTS_MOST = 64

Done = Callable[[Request, float, Answer], None]


class Turn:
    """Collects requests and has them answered together.

    Parameters
    ----------
    answer_together
        Takes requests, gives as many answers.
    call_soon
        ``loop.call_soon``: what it is given runs before any socket is read again.
    """

    def __init__(
        self, answer_together: Callable[[List[Request]], List[Answer]], call_soon: Callable[[Callable[[], None]], Any]
    ) -> None:
        self._answer_together = answer_together
        self._call_soon = call_soon
        self._waiting: List[Tuple[Request, float, Done]] = []

    def add(self, request: Request, done: Done) -> None:
        """Have a request answered with those that come in the same turn; `done` is given it, its time, its answer."""
        if not self._waiting:
            self._call_soon(self._end)
        self._waiting.append((request, monotonic(), done))
        if len(self._waiting) >= REQUESTS_MOST:
            self._end()

    def _end(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        answers = self._answer_together([request for request, _, _ in waiting])
        for (request, started, done), answer in zip(waiting, answers):
            done(request, started, answer)
