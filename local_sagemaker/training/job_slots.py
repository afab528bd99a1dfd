"""How many training jobs run at once: as many as this machine has cores; the others wait in the order they came."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def usable_cores() -> int:
    """Count the cores that this process may use."""
    # macOS has no affinity.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class JobSlots:
    """Places of a machine.

    Parameters
    ----------
    count
        Jobs that may run at once.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = count
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    def acquire(self, given_up: Callable[[], bool], on_wait: Callable[[], None]) -> bool:
        """Take a place, and wait for it where none is free.

        Parameters
        ----------
        given_up
            Says whether to wait no longer; `look_again` has it asked.
        on_wait
            Called once, before waiting.

        Returns
        -------
        bool
            Whether a place was taken, which `release` then gives back.
        """
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            if not self._turn_of(ticket):
                on_wait()
            self._changed.wait_for(lambda: given_up() or self._turn_of(ticket))
            self._waiting.remove(ticket)
            self._changed.notify_all()
            if given_up():
                return False
            self._free -= 1
            return True

    def release(self) -> None:
        """Give a place back."""
        with self._changed:
            self._free += 1
            self._changed.notify_all()

    def look_again(self) -> None:
        """Have those who wait ask whether they still want to."""
        with self._changed:
            self._changed.notify_all()

    def _turn_of(self, ticket: object) -> bool:
        return self._free > 0 and self._waiting[0] is ticket
