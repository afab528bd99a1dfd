"""The state that the values of its metrics call for in an alarm.

Rules: "Evaluating an alarm" and "Alarm evaluation windows" in the CloudWatch user guide: an alarm is evaluated every
minute, or every period that is shorter, and the range that it looks at slides with that. Periods and minutes pass at
the local cloud's pace (`pace`); what expressions see of them are AWS's seconds.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, NamedTuple

from local_sagemaker import pace
from local_sagemaker.monitoring.alarms.missing_data import EXTRA_PERIODS, decide
from local_sagemaker.monitoring.alarms.reasons import Datapoint, reason, reason_data
from local_sagemaker.monitoring.alarms.watching import setting_of, watched
from local_sagemaker.monitoring.metric_queries import answer, series_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_sagemaker.monitoring.alarms.watching import Setting, Watched
    from local_sagemaker.monitoring.metric_history import MetricHistory, Sample
    from local_sagemaker.monitoring.metric_math.values import Series
    from local_sagemaker.monitoring.metric_queries import StatQuery

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
# Seconds of AWS.
_MINUTE = 60
# EvaluateLowSampleCountPercentile: fewer values than this, divided by the share that is beyond the percentile.
_FEW = 10.0


class Evaluation(NamedTuple):
    """A state, and why."""

    state: str
    reason: str
    reason_data: str


def evaluate(alarm: Any, history: MetricHistory, now: float) -> Evaluation | None:
    """Give the state that an alarm has now; None where it stays as it is.

    Parameters
    ----------
    alarm
        moto's, which `check_alarm` has let through.
    history
        Of its region.
    now
        Seconds since the epoch.

    Raises
    ------
    QueryError
        Its expression cannot be evaluated.
    """
    seen, setting = watched(alarm), setting_of(alarm)
    points = _datapoints(seen, setting, history, now)
    if alarm.evaluate_low_sample_count_percentile == "ignore" and _too_few(seen, setting, points):
        return None
    decision = decide(
        [point.breaching for point in points],
        periods=setting.periods,
        needed=setting.needed,
        treatment=setting.treatment,
    )
    if decision.state is None:
        return None
    return Evaluation(
        decision.state,
        reason(decision, points, setting),
        reason_data(decision, points, setting, seen, now),
    )


def last_values(alarm: Any, history: MetricHistory, now: float) -> list[float]:
    """Give the values of the alarm's periods that are known, the latest first; for the parameters see `evaluate`."""
    points = _datapoints(watched(alarm), setting_of(alarm), history, now)
    return [point.value for point in points if point.value is not None]


def range_end(period: int, now: float) -> float:
    """Give where the range ends that an alarm looks at now: at the last of its evaluations.

    Parameters
    ----------
    period
        In seconds of AWS.
    """
    step = pace.seconds(min(period, _MINUTE))
    return now // step * step


def _datapoints(seen: Watched, setting: Setting, history: MetricHistory, now: float) -> list[Datapoint]:
    """Give the datapoints of the evaluation range, the latest first."""
    period, count = pace.seconds(seen.period), setting.periods + EXTRA_PERIODS
    end = range_end(seen.period, now)
    begin = end - count * period
    samples: dict[int, float] = {}

    def number(moment: float) -> int:
        return min(int((moment - begin) / period), count - 1)

    def read(stat: StatQuery) -> Series:
        found: list[Sample] = history.between(stat.metric, begin, end, stat.unit)
        if stat is seen.stat:
            for sample in found:
                samples[number(sample.time)] = samples.get(number(sample.time), 0.0) + sample.number
        return series_of(found, stat, lambda moment: number(moment) * seen.period)

    times = range(0, count * seen.period, seen.period)
    (series,) = answer(seen.queries, read, times)[seen.id]
    compare = COMPARISONS[setting.operator]
    points = []
    for index, moment in enumerate(times):
        value = series.values.get(moment)
        breaching = None if value is None else compare(value, setting.threshold)
        points.append(Datapoint(begin + index * period, value, breaching, samples.get(index)))
    return points[::-1]


def _too_few(seen: Watched, setting: Setting, points: Sequence[Datapoint]) -> bool:
    if seen.stat is None or not seen.stat.statistic.startswith("p"):
        return False
    percent = float(seen.stat.statistic[1:])
    beyond = max(min(percent, 100 - percent) / 100, 1e-12)
    return sum(point.samples or 0.0 for point in points[: setting.periods]) < _FEW / beyond
