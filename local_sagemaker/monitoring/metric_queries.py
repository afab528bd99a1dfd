"""What GetMetricData and alarms ask for: statistics of metrics, and expressions over them.

Rule: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from local_sagemaker.monitoring.metric_history import Metric, metric_of
from local_sagemaker.monitoring.metric_math.errors import MetricMathError
from local_sagemaker.monitoring.metric_math.evaluation import Scope, check, evaluate
from local_sagemaker.monitoring.metric_math.values import Series
from local_sagemaker.monitoring.statistics import UnknownStatisticError, check_statistic, statistic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from local_sagemaker.monitoring.metric_history import Sample
    from local_sagemaker.monitoring.metric_math.values import Value

# Seconds; beside these, multiples of a minute.
SHORT_PERIODS = (1, 5, 10, 20, 30)
_ID = re.compile(r"[a-z]\w*", re.ASCII)


class QueryError(ValueError):
    """CloudWatch refuses a query, or the local cloud does not emulate it; the text says why."""


class StatQuery(NamedTuple):
    """A statistic of a metric in each period.

    Attributes
    ----------
    period
        Seconds.
    unit
        Of the samples that count; None for any.
    """

    metric: Metric
    statistic: str
    period: int
    unit: str | None = None


class Query(NamedTuple):
    """One of several queries, of a statistic or of an expression over the others.

    Attributes
    ----------
    label
        What a chart calls it; empty where it has none of its own.
    returned
        Whether its result is wanted, or only used by an expression.
    """

    id: str
    label: str
    returned: bool
    stat: StatQuery | None
    expression: str


def read_query(item: Mapping[str, Any]) -> Query:
    """Read a MetricDataQuery as the API has it.

    Raises
    ------
    QueryError
        It has neither a statistic nor an expression, or both.
    """
    stat, expression = item.get("MetricStat"), item.get("Expression") or ""
    if bool(stat) == bool(expression):
        raise QueryError(f"The query {item.get('Id')!r} must have either MetricStat or Expression.")
    returned = item.get("ReturnData")
    return Query(
        id=item.get("Id") or "",
        label=item.get("Label") or "",
        returned=True if returned is None else bool(returned),
        stat=None if stat is None else _read_stat(stat),
        expression=expression,
    )


def check_period(period: int) -> None:
    """Go on, unless CloudWatch has no such period.

    Raises
    ------
    QueryError
        It has not.
    """
    if period not in SHORT_PERIODS and (period < 60 or period % 60):
        raise QueryError(f"The period {period} must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.")


def check_queries(queries: Sequence[Query]) -> None:
    """Go on, unless some queries cannot be answered whatever the values are.

    Raises
    ------
    QueryError
        They cannot.
    """
    identifiers = [query.id for query in queries]
    if len(set(identifiers)) < len(identifiers):
        raise QueryError("The values for parameter id in list MetricDataQueries are not unique.")
    for query in queries:
        if _ID.fullmatch(query.id) is None:
            raise QueryError(
                f"The Id {query.id!r} must begin with a lower-case letter and go on with letters, digits and "
                "underscores."
            )
        if query.stat is not None:
            check_period(query.stat.period)
            try:
                check_statistic(query.stat.statistic)
            except UnknownStatisticError as error:
                raise QueryError(f"{error}.") from error
        elif query.expression.upper().startswith("SELECT"):
            raise QueryError(f"Metrics Insights is not emulated by the local cloud: {query.expression}")
        else:
            try:
                check(query.expression)
            except MetricMathError as error:
                raise _in_expression(query, error) from error


def series_of(samples: Iterable[Sample], stat: StatQuery, period_start: Callable[[float], int]) -> Series:
    """Give a statistic in each period that has samples.

    Parameters
    ----------
    samples
        In the order of their times.
    period_start
        Gives the time in seconds that a sample's period has in the result.
    """
    periods: dict[int, list[Sample]] = {}
    for sample in samples:
        periods.setdefault(period_start(sample.time), []).append(sample)
    found = {moment: statistic(inside, stat.statistic) for moment, inside in periods.items()}
    values = {moment: value for moment, value in found.items() if value is not None}
    return Series(stat.metric.name, stat.period, values)


def answer(queries: Sequence[Query], read: Callable[[StatQuery], Series], times: range) -> dict[str, list[Series]]:
    """Give the time series of each query, by Id; an expression may give several.

    Parameters
    ----------
    read
        Gives the values of a statistic.
    times
        In seconds, of a series that has a value everywhere.

    Raises
    ------
    QueryError
        An expression cannot be evaluated, or gives a number.
    """
    return _Answering(queries, read, times).all()


class _Answering:
    def __init__(self, queries: Sequence[Query], read: Callable[[StatQuery], Series], times: range) -> None:
        self._queries = {query.id: query for query in queries}
        metrics = {query.id: self._labelled(query, read(query.stat)) for query in queries if query.stat is not None}
        self._scope = Scope(metrics, self._expression, times)
        self._values: dict[str, Value] = {}
        self._under_way: set[str] = set()

    def all(self) -> dict[str, list[Series]]:
        return {identifier: self._result(query) for identifier, query in self._queries.items()}

    def _result(self, query: Query) -> list[Series]:
        if query.stat is not None:
            return [self._scope.metrics[query.id]]
        value = self._expression(query.id)
        if isinstance(value, Series):
            return [value._replace(label=query.label or query.id)]
        if isinstance(value, list):
            return [series._replace(label=f"{query.label or query.id} {series.label}") for series in value]
        raise _in_expression(query, MetricMathError("the result is a number, and must be a time series"))

    def _expression(self, identifier: str) -> Value | None:
        query = self._queries.get(identifier)
        if query is None:
            return None
        if identifier not in self._values:
            if identifier in self._under_way:
                raise _in_expression(query, MetricMathError("it is computed of itself"))
            self._under_way.add(identifier)
            try:
                self._values[identifier] = evaluate(query.expression, self._scope)
            except MetricMathError as error:
                raise _in_expression(query, error) from error
        return self._values[identifier]

    @staticmethod
    def _labelled(query: Query, series: Series) -> Series:
        return series._replace(label=query.label) if query.label else series


def _read_stat(stat: Mapping[str, Any]) -> StatQuery:
    metric = stat["Metric"]
    return StatQuery(
        metric_of(metric["Namespace"], metric["MetricName"], metric.get("Dimensions")),
        stat["Stat"],
        int(stat["Period"]),
        stat.get("Unit"),
    )


def _in_expression(query: Query, error: MetricMathError) -> QueryError:
    return QueryError(f"Error in expression '{query.id}' [{query.expression}]: {error}.")
