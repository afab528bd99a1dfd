"""How often a service is asked while a training job runs: soon at first, then every few seconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from endpoint_client.aws_services import TRANSIENT

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# Seconds.
POLL_INTERVAL = 1.0
# Of the interval.
_FIRST, _GROWTH, _LONGEST = 0.1, 1.5, 5.0
# After botocore's own five tries each.
_FAILURES_IN_A_ROW = 10


class Pauses:
    """Pauses between two looks, which grow from a tenth of an interval to five intervals.

    Parameters
    ----------
    interval : float
        Seconds.
    """

    def __init__(self, interval: float = POLL_INTERVAL) -> None:
        self.interval = interval
        self._next = _FIRST * interval
        self._failures = 0

    def pause(self) -> None:
        """Sleep until the next look."""
        time.sleep(self._next)
        self._next = min(self._next * _GROWTH, _LONGEST * self.interval)

    def pause_interval(self) -> None:
        """Sleep for one interval."""
        time.sleep(self.interval)

    def shorten(self) -> None:
        """Look again soon: something has changed, and more may follow."""
        self._next = min(self._next, self.interval)

    def insist(self, ask: Callable[[], T]) -> T:
        """Ask again after an error that may pass: a job of hours is not given up for a minute without a network.

        Raises
        ------
        EndpointUnreachable, Throttled, ServiceUnavailable
            Ten times in a row.
        """
        while True:
            try:
                answer = ask()
                self._failures = 0
                return answer
            except TRANSIENT:
                self._failures += 1
                if self._failures >= _FAILURES_IN_A_ROW:
                    raise
            self.pause()
