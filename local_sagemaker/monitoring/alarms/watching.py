"""What an alarm watches: a statistic of a metric, or an expression over several."""

from __future__ import annotations

from typing import Any, NamedTuple

from local_sagemaker.monitoring.alarms.missing_data import MISSING
from local_sagemaker.monitoring.metric_history import Metric, sorted_dimensions
from local_sagemaker.monitoring.metric_math.values import Series
from local_sagemaker.monitoring.metric_queries import (
    Query,
    QueryError,
    StatQuery,
    answer,
    check_period,
    check_queries,
)

# Of an alarm on an expression.
MOST_METRICS = 10
# Seconds that the periods of an alarm may be in all: where they are shorter than an hour, and otherwise.
_DAY, _WEEK, _HOUR = 86_400, 604_800, 3_600


class Watched(NamedTuple):
    """What an alarm watches.

    Attributes
    ----------
    queries
        Of which one is returned.
    id
        Its Id.
    period
        Seconds.
    """

    queries: tuple[Query, ...]
    id: str
    period: int

    @property
    def stat(self) -> StatQuery | None:
        """What is watched where that is a single metric."""
        return next((query.stat for query in self.queries if query.id == self.id), None)


class Setting(NamedTuple):
    """How an alarm compares what it watches.

    Attributes
    ----------
    periods, needed
        N and M of an M out of N alarm.
    """

    operator: str
    threshold: float
    periods: int
    needed: int
    treatment: str


def watched(alarm: Any) -> Watched:
    """Give what an alarm watches.

    Parameters
    ----------
    alarm
        moto's; not a composite one.

    Raises
    ------
    QueryError
        CloudWatch takes no such alarm, or the local cloud does not emulate it.
    """
    if not alarm.metric_data_queries:
        dimensions = sorted_dimensions((item.name, item.value) for item in alarm.dimensions)
        statistic = alarm.extended_statistic or alarm.statistic
        if not alarm.metric_name or not alarm.namespace or not statistic or not alarm.period:
            raise QueryError("An alarm has Metrics, or Namespace, MetricName, Period and Statistic.")
        stat = StatQuery(
            Metric(alarm.namespace, alarm.metric_name, dimensions), statistic, int(alarm.period), alarm.unit or None
        )
        query = Query("m1", "", returned=True, stat=stat, expression="")
        return Watched((query,), query.id, stat.period)
    queries = tuple(_query(item) for item in alarm.metric_data_queries)
    returned = [query for query in queries if query.returned]
    if len(returned) != 1:
        raise QueryError(
            f"Exactly one element of the metrics list should return data, and {len(returned)} do: set ReturnData of "
            "the others to false."
        )
    stats = [query.stat for query in queries if query.stat is not None]
    periods = sorted({stat.period for stat in stats})
    if len(periods) != 1:
        raise QueryError(f"Metrics list must have metrics of one period, and has those of {periods or 'none'}.")
    if len(stats) > MOST_METRICS:
        raise QueryError(f"Metrics list has {len(stats)} metrics, and CloudWatch takes {MOST_METRICS}.")
    return Watched(queries, returned[0].id, periods[0])


def check_alarm(alarm: Any) -> None:
    """Go on, unless CloudWatch takes no such alarm.

    Parameters
    ----------
    alarm
        moto's; not a composite one.

    Raises
    ------
    QueryError
        It does not, or the local cloud does not emulate it.
    """
    found = watched(alarm)
    check_queries(found.queries)
    if found.period in (1, 5):
        raise QueryError(f"The period {found.period} must be 10, 20, 30 or a multiple of 60 seconds.")
    setting = setting_of(alarm)
    if setting.needed > setting.periods:
        raise QueryError(
            f"DatapointsToAlarm is {setting.needed}, and must be at most EvaluationPeriods, {setting.periods}."
        )
    longest = _DAY if found.period < _HOUR else _WEEK
    if found.period * setting.periods > longest:
        raise QueryError(f"Metrics cannot be checked across more than {longest} seconds (EvaluationPeriods * Period).")
    times = range(0, found.period, found.period)
    series = answer(found.queries, lambda stat: Series(stat.metric.name, stat.period, {}), times)[found.id]
    if len(series) != 1:
        raise QueryError(f"An alarm watches one time series, and {found.id!r} gives {len(series)}.")


def setting_of(alarm: Any) -> Setting:
    """Give how an alarm compares.

    Parameters
    ----------
    alarm
        moto's; not a composite one.
    """
    periods = int(alarm.evaluation_periods)
    return Setting(
        operator=alarm.comparison_operator,
        threshold=float(alarm.threshold),
        periods=periods,
        needed=int(alarm.datapoints_to_alarm or periods),
        treatment=alarm.treat_missing_data or MISSING,
    )


def _query(item: Any) -> Query:
    stat = None
    if item.metric_stat is not None:
        metric = item.metric_stat.metric
        dimensions = sorted_dimensions((one.name, one.value) for one in metric.dimensions)
        period = int(item.metric_stat.period)
        check_period(period)
        stat = StatQuery(
            Metric(metric.namespace, metric.metric_name, dimensions),
            item.metric_stat.stat,
            period,
            item.metric_stat.unit or None,
        )
    if (stat is None) == (not item.expression):
        raise QueryError(f"The query {item.id!r} must have either MetricStat or Expression.")
    returned = item.return_data is None or str(item.return_data).lower() == "true"
    return Query(item.id, item.label or "", returned=returned, stat=stat, expression=item.expression or "")
