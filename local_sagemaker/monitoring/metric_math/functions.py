"""The functions of metric math, but for those that look at more than their arguments' values (`evaluation`).

Rule: "Functions supported for metric math" in the CloudWatch user guide.
"""

from __future__ import annotations

import math
import statistics
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from local_sagemaker.monitoring.metric_math.errors import MetricMathError
from local_sagemaker.monitoring.metric_math.values import Series, each, moments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_sagemaker.monitoring.metric_math.values import Value


def _pointwise(function: Callable[[float], float]) -> Callable[[Series], Series]:
    def computed(value: float) -> float:
        try:
            return float(function(value))
        except ValueError:
            return math.nan

    return lambda series: series.with_values((moment, computed(value)) for moment, value in series.values.items())


def _steps(function: Callable[[float, float], float]) -> Callable[[Series], Series]:
    """Make a function of each value and the one before: of the difference of the values, and of their times."""

    def stepped(series: Series) -> Series:
        pairs = pairwise(series.values.items())
        return series.with_values((now, function(value - before, now - then)) for (then, before), (now, value) in pairs)

    return stepped


def _running_sum(series: Series) -> Series:
    return series.with_values(zip(series.values, accumulate(series.values.values()), strict=True))


# Of a time series, or of each of an array.
TRANSFORMING: dict[str, Callable[[Series], Series]] = {
    "ABS": _pointwise(abs),
    "CEIL": _pointwise(math.ceil),
    "DIFF": _steps(lambda change, _: change),
    "DIFF_TIME": _steps(lambda _, seconds: seconds),
    "FLOOR": _pointwise(math.floor),
    "LOG": _pointwise(math.log),
    "LOG10": _pointwise(math.log10),
    "RATE": _steps(lambda change, seconds: change / seconds),
    "RUNNING_SUM": _running_sum,
}
# Of a time series a number, of an array a time series. Each gets the values that there are, and of how many.
AGGREGATING: dict[str, Callable[[Sequence[float], int], float]] = {
    "AVG": lambda values, number: sum(values) / number if number else math.nan,
    "DATAPOINT_COUNT": lambda values, _: len(values),
    "MAX": lambda values, _: max(values, default=math.nan),
    "MIN": lambda values, _: min(values, default=math.nan),
    "STDDEV": lambda values, _: statistics.pstdev(values) if values else math.nan,
    "SUM": lambda values, _: sum(values),
}


def transform(name: str, value: Value) -> Series | list[Series]:
    """Apply one of `TRANSFORMING`."""
    if isinstance(value, float):
        raise MetricMathError(f"{name} takes a time series or an array of them, not a number")
    return each(TRANSFORMING[name], value)


def aggregate(name: str, value: Value) -> float | Series:
    """Apply one of `AGGREGATING`."""
    function = AGGREGATING[name]
    if isinstance(value, float):
        raise MetricMathError(f"{name} takes a time series or an array of them, not a number")
    if isinstance(value, Series):
        return float(function(list(value.values.values()), len(value.values)))
    if not value:
        raise MetricMathError(f"{name} takes an array of at least one time series")
    return value[0].with_values(
        (moment, function([one.values[moment] for one in value if moment in one.values], len(value)))
        for moment in moments(value)
    )


def fill(series: Series, filler: float | str | Series, span: range) -> Series:
    """Give a series with a value at each time.

    Parameters
    ----------
    filler
        What stands where there is none: a number, another series' value, ``REPEAT`` the last, or ``LINEAR`` between
        the last and the next.
    span
        The times.

    Example
    -------
    >>> fill(Series("m", 60, {60: 1.0}), "REPEAT", range(0, 180, 60)).values
    {60: 1.0, 120: 1.0}
    """
    known = series.values
    if filler == "LINEAR":
        found = {
            moment: before + (after - before) * (moment - then) / (now - then)
            for (then, before), (now, after) in pairwise(known.items())
            for moment in range(then, now, series.period)
        }
        return series._replace(values=dict(sorted({**found, **known}.items())))
    filled: dict[int, float] = {}
    last: float | None = None
    for moment in span:
        if moment in known:
            last = known[moment]
            filled[moment] = last
        elif isinstance(filler, Series):
            if moment in filler.values:
                filled[moment] = filler.values[moment]
        elif isinstance(filler, str):
            if last is not None:
                filled[moment] = last
        else:
            filled[moment] = filler
    return series.with_values(filled.items())


def choose(condition: float | Series, true: float | Series, false: float | Series | None) -> Series:
    """Apply IF: where the condition is not 0, the one, else the other; dropped where there is none.

    Raises
    ------
    MetricMathError
        Each of them is a number: the result would be no time series.

    Example
    -------
    >>> one, two = Series("one", 60, {0: 1.0, 60: 1.0, 120: 0.0}), Series("two", 60, {0: 30.0, 120: 7.0})
    >>> choose(one, two, 5.0).values
    {0: 30.0, 60: 0.0, 120: 5.0}
    """
    series = [one for one in (condition, true, false) if isinstance(one, Series)]
    if not series:
        raise MetricMathError("IF takes at least one time series")
    every = moments(series)
    times = condition.values if isinstance(condition, Series) else every
    chosen: dict[int, float] = {}
    for moment in times:
        holds = condition.values[moment] if isinstance(condition, Series) else condition
        value = true if holds else false
        if isinstance(value, Series):
            # AWS's own asymmetry: what is missing counts as 0 where the condition holds alone.
            missing = {moment: 0.0} if holds and isinstance(condition, Series) else {}
            chosen.update({moment: value.values[moment]} if moment in value.values else missing)
        elif value is not None:
            chosen[moment] = value
    return series[0].with_values(chosen.items())
