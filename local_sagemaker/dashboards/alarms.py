"""Alarms as a dashboard shows them: their state, and the metric and threshold that they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.metric_rows import Row
from local_sagemaker.dashboards.series import AlarmStatus
from local_sagemaker.dashboards.time_range import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SIGNS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanOrEqualToThreshold": "≤",
    "LessThanThreshold": "<",
}
_TIMES = "\u00d7"
_ABOVE = ("≥", ">")


def alarm_name(arn: str) -> str:
    """Give the name in an alarm's ARN; what is no ARN is a name.

    Example
    -------
    >>> alarm_name("arn:aws:cloudwatch:us-east-1:123456789012:alarm:churn-5xx")
    'churn-5xx'
    """
    return arn.partition(":alarm:")[2] or arn


def alarm_region(arn: str) -> str | None:
    """Give the region in an alarm's ARN; None where it is none.

    Example
    -------
    >>> alarm_region("arn:aws:cloudwatch:us-east-1:123456789012:alarm:churn-5xx")
    'us-east-1'
    """
    return arn.split(":")[3] if ":alarm:" in arn else None


def statuses(arns: Sequence[str], found: Mapping[str, Mapping[str, Any]]) -> list[AlarmStatus]:
    """Give the state of each alarm, in the order of the ARNs.

    Parameters
    ----------
    found
        By ARN, what DescribeAlarms says.
    """
    return [
        AlarmStatus(
            name=alarm_name(arn),
            state=found[arn]["StateValue"],
            since=found[arn]["StateUpdatedTimestamp"].timestamp(),
        )
        if arn in found
        else AlarmStatus(name=alarm_name(arn), state="")
        for arn in arns
    ]


def sort(alarms: Iterable[AlarmStatus], by: str) -> list[AlarmStatus]:
    """Put alarms in the order that an alarm widget asks for.

    Parameters
    ----------
    by
        ``default``: those that fire first, then by name; ``stateUpdatedTimestamp``: the latest change first;
        ``timestamp`` likewise, since when an alarm was made is not told.
    """
    if by in ("stateUpdatedTimestamp", "timestamp"):
        return sorted(alarms, key=lambda alarm: -alarm.since)
    ranks = {"ALARM": 0, "INSUFFICIENT_DATA": 1, "OK": 2, "": 3}
    return sorted(alarms, key=lambda alarm: (ranks[alarm.state], alarm.name))


def condition(alarm: Mapping[str, Any]) -> str:
    """Say when an alarm fires, such as ``Errors > 0.01 in 2 of 3``, times the length of a period."""
    if "AlarmRule" in alarm:
        return str(alarm["AlarmRule"])
    name = alarm.get("MetricName") or _returned(alarm.get("Metrics", []))
    sign = _SIGNS.get(alarm["ComparisonOperator"], alarm["ComparisonOperator"])
    periods = int(alarm["EvaluationPeriods"])
    needed = int(alarm.get("DatapointsToAlarm") or periods)
    length = in_words(alarm["Period"]) if alarm.get("Period") else "its period"
    return f"{name} {sign} {alarm.get('Threshold', 0):g} in {needed} of {periods} {_TIMES} {length}"


def rows_of(alarm: Mapping[str, Any]) -> list[Row]:
    """Give the metrics that an alarm is about; none for a composite alarm."""
    if alarm.get("MetricName"):
        return [
            Row(
                namespace=alarm["Namespace"],
                name=alarm["MetricName"],
                dimensions=_dimensions(alarm),
                stat=alarm.get("ExtendedStatistic") or alarm["Statistic"],
                period=int(alarm["Period"]),
            )
        ]
    return [_row(query) for query in alarm.get("Metrics", [])]


def threshold_of(alarm: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give an alarm's threshold as a horizontal annotation; None for one without."""
    sign = _SIGNS.get(alarm.get("ComparisonOperator", ""))
    if sign is None or "Threshold" not in alarm:
        return None
    fill = "above" if sign in _ABOVE else "below"
    return {"value": float(alarm["Threshold"]), "label": condition(alarm), "fill": fill}


def _row(query: Mapping[str, Any]) -> Row:
    shown = {"id": query["Id"], "label": query.get("Label"), "visible": query.get("ReturnData", True)}
    if "Expression" in query:
        return Row(expression=query["Expression"], **shown)
    stat = query["MetricStat"]
    metric = stat["Metric"]
    return Row(
        namespace=metric["Namespace"],
        name=metric["MetricName"],
        dimensions=_dimensions(metric),
        stat=stat["Stat"],
        period=int(stat["Period"]),
        **shown,
    )


def _dimensions(item: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((dimension["Name"], dimension["Value"]) for dimension in item.get("Dimensions", []))


def _returned(queries: Sequence[Mapping[str, Any]]) -> str:
    returned = [query for query in queries if query.get("ReturnData", True)]
    return str(returned[0].get("Label") or returned[0]["Id"]) if returned else "metrics"
