"""The statistics of a period's samples, as CloudWatch names them.

Rule: "CloudWatch statistics definitions" in the CloudWatch user guide. Those beside Average, Maximum, Minimum,
SampleCount and Sum need each value: there are none of a period with a statistic set of different values. A percentile
is a value that came: of 100 values, p99 is the second largest (AWS does not say how it interpolates).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_sagemaker.monitoring.metric_history import Sample

_PERCENTILE = re.compile(r"p(100|\d{1,2}(?:\.\d{1,10})?)")
_SHORT = re.compile(r"(tm|wm|tc|ts)(100|\d{1,2}(?:\.\d{1,10})?)")
_BOUND = r"(\d+(?:\.\d+)?%?)?"
_LONG = re.compile(rf"(TM|WM|TC|TS|PR)\({_BOUND}:{_BOUND}\)")


class UnknownStatisticError(ValueError):
    """CloudWatch has no such statistic."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The statistic {name!r} is none of {', '.join(SIMPLE)}, pNN.NN, tmNN, wmNN, tcNN, tsNN, TM(LOW:HIGH), "
            "WM(LOW:HIGH), TC(LOW:HIGH), TS(LOW:HIGH), PR(LOW:HIGH) and IQM"
        )


class _Range(NamedTuple):
    """Which of the sorted values count; None where there is no bound."""

    kind: str
    lower: float | None
    upper: float | None
    percent: bool


SIMPLE: dict[str, Callable[[Sequence[Sample]], float]] = {
    "Average": lambda samples: sum(one.total for one in samples) / sum(one.number for one in samples),
    "Maximum": lambda samples: max(one.most for one in samples),
    "Minimum": lambda samples: min(one.least for one in samples),
    "SampleCount": lambda samples: sum(one.number for one in samples),
    "Sum": lambda samples: sum(one.total for one in samples),
}


def check_statistic(name: str) -> None:
    """Go on, unless CloudWatch has no such statistic.

    Raises
    ------
    UnknownStatisticError
        It has not.
    """
    if name not in SIMPLE and _PERCENTILE.fullmatch(name) is None:
        _range(name)


def statistic(samples: Sequence[Sample], name: str) -> float | None:
    """Give a statistic of a period; None where its samples do not say.

    Parameters
    ----------
    samples
        Of the period.
    name
        As in the API, such as ``Average``, ``p99.9`` or ``TM(2%:98%)``.

    Raises
    ------
    UnknownStatisticError
        CloudWatch has no such statistic.

    Example
    -------
    >>> from local_sagemaker.monitoring.metric_history import sample_of
    >>> samples = [sample_of(value) for value in (30.0, 10.0, 20.0, 400.0)]
    >>> statistic(samples, "p50"), statistic(samples, "tm75"), statistic(samples, "PR(:100)")
    (20.0, 20.0, 75.0)
    """
    if not sum(sample.number for sample in samples):
        return None
    if name in SIMPLE:
        return float(SIMPLE[name](samples))
    percentile = _PERCENTILE.fullmatch(name)
    bounds = None if percentile else _range(name)
    if any(sample.least != sample.most for sample in samples):
        return None
    values = sorted((sample.least, sample.number) for sample in samples)
    if bounds is None:
        return _at(values, _share(float(name[1:]), sum(count for _, count in values)))
    return _within(values, bounds)


def _range(name: str) -> _Range:
    if name == "IQM":
        return _Range("TM", 25.0, 75.0, percent=True)
    if short := _SHORT.fullmatch(name):
        return _Range(short[1].upper(), None, float(short[2]), percent=True)
    found = _LONG.fullmatch(name)
    given = [] if found is None else [bound for bound in found.groups()[1:] if bound]
    if found is None or not given or len({bound.endswith("%") for bound in given}) > 1:
        raise UnknownStatisticError(name)
    lower, upper = (None if not bound else float(bound.removesuffix("%")) for bound in found.groups()[1:])
    percent = given[0].endswith("%")
    if percent and found[1] == "PR":
        raise UnknownStatisticError(name)
    return _Range(found[1], lower, upper, percent)


def _share(percent: float, total: float) -> float:
    # Binary fractions are a little beside the whole number that is meant: 0.55 * 100 is above 55.
    return round(percent * total / 100, 9)


def _at(values: Sequence[tuple[float, float]], rank: float) -> float:
    """Give the value at a rank, which counts from 1."""
    seen = 0.0
    for value, count in values[:-1]:
        seen += count
        if seen >= rank:
            return value
    return values[-1][0]


def _within(values: Sequence[tuple[float, float]], bounds: _Range) -> float | None:
    total = sum(count for _, count in values)
    if bounds.percent:
        first = float(math.floor(_share(bounds.lower or 0.0, total)))
        last = float(math.ceil(_share(100.0 if bounds.upper is None else bounds.upper, total)))
    else:
        # The lower bound does not belong to the range, the upper one does.
        lower = -math.inf if bounds.lower is None else bounds.lower
        upper = math.inf if bounds.upper is None else bounds.upper
        first = sum((count for value, count in values if value <= lower), 0.0)
        last = sum((count for value, count in values if value <= upper), 0.0)
    kept, seen = [], 0.0
    for value, count in values:
        inside = min(seen + count, last) - max(seen, first)
        seen += count
        if inside > 0:
            kept.append((value, inside))
    number = sum(count for _, count in kept)
    if bounds.kind == "TC":
        return number
    if bounds.kind == "PR":
        return 100 * number / total
    added = sum(value * count for value, count in kept)
    if bounds.kind == "TS":
        return added
    if not kept:
        return None
    if bounds.kind == "WM":
        return (added + kept[0][0] * first + kept[-1][0] * (total - last)) / total
    return added / number
