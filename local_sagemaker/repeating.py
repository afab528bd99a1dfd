"""Work that is done over and over in a thread of its own until it is closed."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)


class Repeating:
    """Calls a function every so often.

    Parameters
    ----------
    name
        Of the thread.
    interval
        Seconds between two calls.
    work
        What is called; an exception is logged, and the next call comes all the same.
    aligned
        Whether each call comes in the middle of an interval since 1970, so that a metric that is sampled has one value
        in each of its periods.
    """

    def __init__(self, name: str, interval: float, work: Callable[[], None], *, aligned: bool = False) -> None:
        self._name = name
        self._interval = interval
        self._work = work
        self._aligned = aligned
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait for a call that is under way, and make no more."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(self._pause()):
            self._call()

    def _pause(self) -> float:
        if not self._aligned:
            return self._interval
        until_middle = (0.5 - time.time() / self._interval) % 1 * self._interval
        # One that comes at once belongs to the interval of the call before.
        return until_middle if until_middle > self._interval / 4 else until_middle + self._interval

    def _call(self) -> None:
        try:
            self._work()
        except Exception:
            logger.exception("%s failed", self._name)
