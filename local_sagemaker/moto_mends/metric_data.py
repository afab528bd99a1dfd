"""GetMetricData and GetMetricStatistics compute what CloudWatch computes, and ListMetrics says what there is.

moto 5.2.5 has no percentiles, periods that begin anywhere, expressions that are no more than another Id, and pages
of neither (``CloudWatchBackend.get_metric_data`` in moto/cloudwatch/models.py); what comes from other namespaces with
the same name and dimensions counts as well. Here every value that anybody puts is remembered by itself
(`metric_history`). Periods are those of the clock, whatever the local cloud's pace.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.models import CloudWatchBackend, MetricDatum
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random

from local_sagemaker.monitoring.metric_history import (
    NO_UNIT,
    Entry,
    Metric,
    Sample,
    history_of,
    metric_of,
    sample_of,
)
from local_sagemaker.monitoring.metric_queries import (
    QueryError,
    StatQuery,
    answer,
    check_period,
    check_queries,
    read_query,
    series_of,
)
from local_sagemaker.monitoring.moments import datetime_of, seconds_of
from local_sagemaker.monitoring.statistics import UnknownStatisticError, check_statistic, statistic
from local_sagemaker.moto_mends.patching import original, patch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from local_sagemaker.monitoring.metric_math.values import Series

# GetMetricData, GetMetricStatistics and ListMetrics.
MOST_POINTS, MOST_STATISTICS, MOST_METRICS = 100_800, 1_440, 500
MOST_QUERIES = 500
# Seconds.
_RECENTLY = 3 * 3600.0
_OLDEST, _LATEST = 14 * 86_400.0, 2 * 3600.0


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    check = original(CloudWatchBackend, "_validate_parameters_put_metric_data")

    def put_metric_data(self: CloudWatchBackend, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        now = time.time()
        for number, item in enumerate(metric_data, 1):
            check(self, item, number)
            _check_time(item.get("Timestamp"), number, now)
        entries = [entry for item in metric_data for entry in _entries(namespace, item, now)]
        history_of(self.account_id, self.region_name).add(entries)

    patch(CloudWatchBackend, "put_metric_data", put_metric_data)
    patch(CloudWatchResponse, "get_metric_data", _get_metric_data)
    patch(CloudWatchResponse, "get_metric_statistics", _get_metric_statistics)
    patch(CloudWatchResponse, "list_metrics", _list_metrics)


def _check_time(timestamp: datetime | None, number: int, now: float) -> None:
    name = f"The parameter MetricData.member.{number}.Timestamp must specify a time"
    if timestamp is not None and seconds_of(timestamp) < now - _OLDEST:
        raise InvalidParameterValue(f"{name} no more than two weeks in the past.")
    if timestamp is not None and seconds_of(timestamp) > now + _LATEST:
        raise InvalidParameterValue(f"{name} no more than two hours in the future.")


def _entries(namespace: str, item: Mapping[str, Any], now: float) -> Iterator[Entry]:
    metric = metric_of(namespace, item["MetricName"], item.get("Dimensions"))
    moment = seconds_of(item["Timestamp"]) if item.get("Timestamp") else now
    unit = item.get("Unit") or NO_UNIT
    if item.get("Values"):
        counts = item.get("Counts") or [1.0] * len(item["Values"])
        for value, count in zip(item["Values"], counts, strict=True):
            yield Entry(metric, sample_of(float(value), moment, float(count)), unit)
    elif item.get("StatisticValues"):
        names = ("SampleCount", "Sum", "Minimum", "Maximum")
        yield Entry(metric, Sample(moment, *(float(item["StatisticValues"][name]) for name in names)), unit)
    else:
        yield Entry(metric, sample_of(float(item.get("Value") or 0.0), moment), unit)


def _get_metric_data(self: CloudWatchResponse) -> ActionResult:
    parameters, backend = self._get_params(), self.cloudwatch_backend
    token = parameters.get("NextToken")
    # moto keeps the rest of ListMetrics there.
    pages: dict[str, Any] = backend.paged_metric_data
    if token is not None and token not in pages:
        raise InvalidParameterValue("Request parameter NextToken is invalid")
    results = pages.pop(token) if token else _results(backend, parameters)
    page, rest = _paged(results, int(parameters.get("MaxDatapoints") or MOST_POINTS))
    answered: dict[str, Any] = {"MetricDataResults": page, "Messages": []}
    if rest:
        answered["NextToken"] = str(mock_random.uuid4())
        pages[answered["NextToken"]] = rest
    return ActionResult(answered)


def _results(backend: CloudWatchBackend, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    start, end = seconds_of(parameters["StartTime"]), seconds_of(parameters["EndTime"])
    if start > end:
        raise ValidationError("The parameter EndTime must be greater than StartTime.")
    if start == end:
        raise ValidationError("The parameter StartTime must not equal parameter EndTime.")
    items = parameters.get("MetricDataQueries") or []
    if len(items) > MOST_QUERIES:
        raise ValidationError(f"MetricDataQueries has {len(items)} queries, and CloudWatch takes {MOST_QUERIES}.")
    try:
        queries = [read_query(item) for item in items]
        check_queries(queries)
        period = min((query.stat.period for query in queries if query.stat is not None), default=60)

        def read(stat: StatQuery) -> Series:
            begin, until = _aligned(start, end, stat.period)
            samples = _samples(backend, stat.metric, begin, until, stat.unit)
            return series_of(samples, stat, lambda moment: int(moment // stat.period * stat.period))

        found = answer(queries, read, range(*_aligned(start, end, period), period))
    except QueryError as error:
        raise ValidationError(str(error)) from error
    descending = parameters.get("ScanBy") != "TimestampAscending"
    return [
        _result(query.id, series, descending=descending)
        for query in queries
        if query.returned
        for series in found[query.id]
    ]


def _result(identifier: str, series: Series, *, descending: bool) -> dict[str, Any]:
    points = sorted(series.values.items(), reverse=descending)
    return {
        "Id": identifier,
        "Label": series.label,
        "Timestamps": [datetime_of(moment) for moment, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete",
    }


def _paged(results: Sequence[dict[str, Any]], most: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give what fits on a page, and what is left."""
    page: list[dict[str, Any]] = []
    rest: list[dict[str, Any]] = []
    room = most
    for result in results:
        count = len(result["Values"])
        if count <= room and not rest:
            page.append(result)
        elif not rest and room:
            page.append({**_cut(result, slice(room)), "StatusCode": "PartialData"})
            rest.append(_cut(result, slice(room, None)))
        else:
            rest.append(result)
        room = max(room - count, 0)
    return page, rest


def _cut(result: dict[str, Any], part: slice) -> dict[str, Any]:
    return {**result, "Timestamps": result["Timestamps"][part], "Values": result["Values"][part]}


def _get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
    parameters = self._get_params()
    plain, extended = parameters.get("Statistics") or [], parameters.get("ExtendedStatistics") or []
    if not plain and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    start, end = seconds_of(parameters["StartTime"]), seconds_of(parameters["EndTime"])
    if start >= end:
        raise InvalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
    period = int(parameters["Period"])
    try:
        check_period(period)
        for name in (*plain, *extended):
            check_statistic(name)
    except (QueryError, UnknownStatisticError) as error:
        raise InvalidParameterValue(str(error)) from error
    points = math.ceil((end - start) / period)
    if points > MOST_STATISTICS:
        raise InvalidParameterCombination(
            f"You have requested up to {points} datapoints, which exceeds the limit of {MOST_STATISTICS:,}. You may "
            "reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
    metric = metric_of(parameters["Namespace"], parameters["MetricName"], parameters.get("Dimensions"))
    backend, wanted = self.cloudwatch_backend, parameters.get("Unit")
    known = history_of(backend.account_id, backend.region_name).units(metric)
    # What moto measures itself has no unit that the history would know.
    units: Sequence[str | None] = [wanted] if wanted else known or [None]
    begin, until = _aligned(start, end, period)
    datapoints = [
        point
        for unit in units
        for point in _datapoints(_samples(backend, metric, begin, until, unit), period, plain, extended, unit)
    ]
    return ActionResult({"Label": metric.name, "Datapoints": datapoints})


def _datapoints(
    samples: Iterable[Sample], period: int, plain: Iterable[str], extended: Sequence[str], unit: str | None
) -> Iterator[dict[str, Any]]:
    periods: dict[int, list[Sample]] = {}
    for sample in samples:
        periods.setdefault(int(sample.time // period * period), []).append(sample)
    for moment, inside in periods.items():
        point: dict[str, Any] = {"Timestamp": datetime_of(moment), "Unit": unit or NO_UNIT}
        point.update({name: statistic(inside, name) for name in plain})
        if extended:
            values = {name: statistic(inside, name) for name in extended}
            point["ExtendedStatistics"] = {name: value for name, value in values.items() if value is not None}
        yield point


def _list_metrics(self: CloudWatchResponse) -> ActionResult:
    parameters, backend = self._get_params(), self.cloudwatch_backend
    since = time.time() - _RECENTLY if parameters.get("RecentlyActive") else 0.0
    wanted = parameters.get("Dimensions") or []
    found = [
        metric
        for metric in _metrics(backend, since)
        if parameters.get("Namespace") in (None, metric.namespace)
        and parameters.get("MetricName") in (None, metric.name)
        and all(_has(metric, item["Name"], item.get("Value")) for item in wanted)
    ]
    token = parameters.get("NextToken") or "0"
    if not token.isdecimal():
        raise InvalidParameterValue("Request parameter NextToken is invalid")
    first = int(token)
    listed = [
        {
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
        }
        for metric in found[first : first + MOST_METRICS]
    ]
    following = first + MOST_METRICS
    return ActionResult({"Metrics": listed, "NextToken": str(following) if following < len(found) else None})


def _metrics(backend: CloudWatchBackend, since: float) -> list[Metric]:
    history = history_of(backend.account_id, backend.region_name)
    provided = {_metric(datum) for datum in backend.aws_metric_data}
    return sorted({*history.metrics(since), *provided})


def _has(metric: Metric, name: str, value: str | None) -> bool:
    return any(name == known and value in (None, found) for known, found in metric.dimensions)


def _samples(backend: CloudWatchBackend, metric: Metric, start: float, end: float, unit: str | None) -> list[Sample]:
    remembered = history_of(backend.account_id, backend.region_name).between(metric, start, end, unit)
    # What moto itself measures when it is asked, such as the sizes of buckets.
    provided = [
        sample_of(datum.value, seconds_of(datum.timestamp))
        for datum in backend.aws_metric_data
        if isinstance(datum, MetricDatum)
        and _metric(datum) == metric
        and start <= seconds_of(datum.timestamp) < end
        and unit in (None, datum.unit)
    ]
    return sorted((*remembered, *provided))


def _metric(datum: Any) -> Metric:
    dimensions = [{"Name": dimension.name, "Value": dimension.value} for dimension in datum.dimensions]
    return metric_of(datum.namespace, datum.name, dimensions)


def _aligned(start: float, end: float, period: int) -> tuple[int, int]:
    """Give the whole periods that two moments lie in."""
    return int(start // period * period), math.ceil(end / period) * period
