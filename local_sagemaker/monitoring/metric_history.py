"""The values behind the metrics of invocations, one by one: percentiles cannot be had from sums."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# Values of one metric that are remembered.
MOST_VALUES = 20_000


class Metric(NamedTuple):
    """A metric, as CloudWatch knows it; dimensions are sorted pairs of name and value."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


class MetricHistory:
    """Remembers the last values of each metric, with their times."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[Metric, deque[tuple[float, float]]] = {}

    def add(self, metric: Metric, value: float) -> None:
        """Remember a value, which comes now."""
        with self._lock:
            self._values.setdefault(metric, deque(maxlen=MOST_VALUES)).append((time.monotonic(), value))

    def between(self, metric: Metric, start: float, end: float) -> list[float]:
        """Give the values of a half-open interval of ``time.monotonic()``."""
        with self._lock:
            values = []
            # From the latest back: who asks wants the last minutes of a long history.
            for moment, value in reversed(self._values.get(metric, ())):
                if moment < start:
                    break
                if moment < end:
                    values.append(value)
            return values[::-1]


def sorted_dimensions(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Give dimensions in the order in which `Metric` has them."""
    return tuple(sorted(pairs))
