"""What expressions are computed of: numbers, time series and arrays of time series.

Rule: "Metric math syntax and functions" in the CloudWatch user guide. Where only one of two series has a value, the
other counts as 0; where a value cannot be computed, as in a division by zero, the datapoint is dropped.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, NamedTuple, Union

from local_sagemaker.monitoring.metric_math.errors import MetricMathError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


class Series(NamedTuple):
    """A time series.

    Attributes
    ----------
    label
        What a chart calls it.
    period
        Seconds between two values that follow each other.
    values
        By time in seconds, in that order; a time without a value has no entry.
    """

    label: str
    period: int
    values: Mapping[int, float]

    def with_values(self, values: Iterable[tuple[int, float]]) -> Series:
        """Give the same series with other values; those that are no numbers are dropped."""
        return self._replace(values={moment: value for moment, value in values if math.isfinite(value)})


Value = Union[float, Series, list[Series]]  # noqa: UP007 - it is evaluated, and Series is a tuple

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "AND": lambda left, right: bool(left) and bool(right),
    "OR": lambda left, right: bool(left) or bool(right),
}


def each(function: Callable[[Series], Series], value: Series | list[Series]) -> Series | list[Series]:
    """Apply a function to a series, or to each of an array."""
    return function(value) if isinstance(value, Series) else [function(series) for series in value]


def operate(symbol: str, left: Value, right: Value) -> Value:
    """Apply an operator.

    Raises
    ------
    MetricMathError
        The two cannot be put together so.

    Example
    -------
    >>> errors, requests = Series("errors", 60, {0: 1.0, 120: 2.0}), Series("requests", 60, {0: 4.0, 60: 8.0})
    >>> operate("/", errors, requests)
    Series(label='errors', period=60, values={0: 0.25, 60: 0.0})
    """
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise MetricMathError(f"{symbol!r} stands between arrays of {len(left)} and of {len(right)} time series")
        return [_pair(symbol, one, other) for one, other in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [_pair(symbol, one, right) for one in left if not isinstance(right, list)]
    if isinstance(right, list):
        return [_pair(symbol, left, other) for other in right]
    if isinstance(left, Series) or isinstance(right, Series):
        return _pair(symbol, left, right)
    return _compute(symbol, left, right)


def moments(series: Sequence[Series]) -> list[int]:
    """Give every time at which one of some series has a value.

    Raises
    ------
    MetricMathError
        They have different periods.
    """
    periods = sorted({one.period for one in series})
    if len(periods) > 1:
        raise MetricMathError(
            f"time series with periods of {' and '.join(map(str, periods))} s stand together, which the local cloud "
            "does not emulate: give them the same period"
        )
    return sorted({moment for one in series for moment in one.values})


def _pair(symbol: str, left: float | Series, right: float | Series) -> Series:
    both = [one for one in (left, right) if isinstance(one, Series)]

    def at(value: float | Series, moment: int) -> float:
        return value.values.get(moment, 0.0) if isinstance(value, Series) else value

    return both[0].with_values(
        (moment, _compute(symbol, at(left, moment), at(right, moment))) for moment in moments(both)
    )


def _compute(symbol: str, left: float, right: float) -> float:
    try:
        return float(_ARITHMETIC[symbol](left, right))
    except (ArithmeticError, ValueError):
        return math.nan
