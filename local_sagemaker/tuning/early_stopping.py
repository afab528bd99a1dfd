"""TrainingJobEarlyStoppingType Auto: a training job that is worse than the others were at the same epoch is stopped.

Rule: "Stop Training Jobs Early" in the developer guide. An epoch is a line of the log with a value of the objective.
The guide does not say how many earlier jobs it takes; here one is enough.
"""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def is_behind(
    values: Sequence[float], earlier: Iterable[Sequence[float]], better: Callable[[float, float], bool]
) -> bool:
    """Say whether a training job is to be stopped.

    Parameters
    ----------
    values
        Its objective's values so far.
    earlier
        Those of the jobs that ended before.
    better
        Whether the first objective is better than the second.

    Example
    -------
    >>> is_behind([0.5, 0.4], [[0.6, 0.2], [0.5, 0.3, 0.1], [0.9]], lambda one, other: one < other)
    False
    >>> is_behind([0.5, 0.45], [[0.6, 0.2], [0.5, 0.3, 0.1]], lambda one, other: one < other)
    True
    """
    if not values:
        return False
    averages = [fmean(others[: len(values)]) for others in earlier if others]
    return bool(averages) and better(median(averages), values[-1])
