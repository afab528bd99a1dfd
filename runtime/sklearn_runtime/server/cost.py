"""What a prediction costs by the size of its request, so that a costly one never runs on the event loop."""

from typing import List, Optional, Tuple

__all__ = ["BUDGET_SECONDS", "Costs", "Measurement"]

#: A request that takes longer than this, 20 ms, runs in the thread: /ping must not wait for it.
BUDGET_SECONDS = 0.02

#: What reading a body takes, by its bytes: the standard library's JSON into float64, the slowest of the formats.
_DECODE_SECONDS_PER_BYTE = 20e-9

#: What one measurement counts for in the average.
_WEIGHT = 1 / 8

_CLASSES = 64

#: Cells, that is rows times columns, and the seconds that the model took for them.
Measurement = Tuple[int, float]


class Costs:
    """Seconds of one kind of request, by the length of its body.

    Bodies are put into classes by the number of bits of their length. What is not known is not cheap.

    Attributes
    ----------
    cheap : list of bool
        By the length's number of bits, ``len(body).bit_length()``: whether such a request may run on the event loop.

    Example
    -------
    >>> costs = Costs()
    >>> costs.cheap[(300).bit_length()]
    False
    >>> costs.learn(300, seconds=0.001)
    >>> costs.cheap[(400).bit_length()], costs.cheap[(600).bit_length()]
    (True, False)
    """

    __slots__ = ("_seconds", "cheap")

    def __init__(self) -> None:
        self._seconds: List[Optional[float]] = [None] * _CLASSES
        self.cheap = [False] * _CLASSES

    def foresee(self, measurements: List[Measurement]) -> None:
        """Judge what no request has shown yet by what the model took for so many cells, ascending.

        A body is taken to hold as many cells as it can: one a byte, as NPY of int8 or a CSV of empty fields does.
        """
        for size_class, known in enumerate(self._seconds):
            if known is None:
                most = (1 << size_class) - 1
                seconds = _seconds_of(most, measurements) + most * _DECODE_SECONDS_PER_BYTE
                self.cheap[size_class] = seconds <= BUDGET_SECONDS

    def learn(self, body_bytes: int, seconds: float) -> None:
        """Count in what a request took.

        A slow one counts at once, and for longer bodies too; with each quick one the average comes down by an eighth of
        the difference.
        """
        size_class = body_bytes.bit_length()
        if seconds > BUDGET_SECONDS:
            for longer in range(size_class, _CLASSES):
                self._set(longer, max(seconds, self._seconds[longer] or 0.0))
        elif not self.cheap[size_class]:
            known = self._seconds[size_class]
            self._set(size_class, seconds if known is None else known + (seconds - known) * _WEIGHT)

    def _set(self, size_class: int, seconds: float) -> None:
        self._seconds[size_class] = seconds
        self.cheap[size_class] = seconds <= BUDGET_SECONDS


def _seconds_of(cells: int, measurements: List[Measurement]) -> float:
    for measured, seconds in measurements:
        if measured >= cells:
            return seconds
    measured, seconds = measurements[-1]
    return seconds * cells / measured
