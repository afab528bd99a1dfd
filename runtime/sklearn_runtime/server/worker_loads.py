"""How many connections each worker has, in memory that all workers share, so that new ones go where there are fewest.

The workers accept from one listening socket, and whichever runs first would take all that wait. Under load that is the
one whose turn it is: with a few connections that are kept open, one worker had all the work and the other none.
"""

import mmap
from typing import Optional

__all__ = ["WorkerLoads"]

_ABSENT = 0xFFFFFFFF


class WorkerLoads:
    """The number of connections of each worker.

    Parameters
    ----------
    workers
        How many there are; each has a place, from 0.

    Example
    -------
    >>> loads = WorkerLoads(3)
    >>> loads.set(0, 5)
    >>> loads.set(2, 7)
    >>> loads.least_of_others(0), loads.least_of_others(2)
    (7, 5)
    """

    def __init__(self, workers: int) -> None:
        # Anonymous and shared: what a forked worker writes, the others read. A number is written in one piece.
        self._counts = memoryview(mmap.mmap(-1, 4 * workers)).cast("I")
        for place in range(workers):
            self.remove(place)

    def set(self, place: int, connections: int) -> None:
        """Note how many connections a worker has."""
        self._counts[place] = connections

    def remove(self, place: int) -> None:
        """Note that there is no worker: the others do not wait for it."""
        self._counts[place] = _ABSENT

    def least_of_others(self, place: int) -> Optional[int]:
        """The least number that another worker has; None where there is no other."""
        counts = self._counts.tolist()
        del counts[place]
        least = min(counts, default=_ABSENT)
        return None if least == _ABSENT else least
