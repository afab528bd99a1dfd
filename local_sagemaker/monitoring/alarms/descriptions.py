"""An alarm as DescribeAlarms gives it."""

from __future__ import annotations

from typing import Any


def description(alarm: Any) -> dict[str, Any]:
    """Describe an alarm, metric or composite.

    Parameters
    ----------
    alarm
        moto's.

    Returns
    -------
    dict
        The members of the API's shape that the alarm has.
    """
    members = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.alarm_arn,
        "AlarmDescription": alarm.description,
        "AlarmConfigurationUpdatedTimestamp": alarm.configuration_updated_timestamp,
        "ActionsEnabled": alarm.actions_enabled,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "StateValue": alarm.state_value,
        "StateReason": alarm.state_reason,
        "StateReasonData": alarm.state_reason_data,
        "StateUpdatedTimestamp": alarm.state_updated_timestamp,
        "StateTransitionedTimestamp": alarm.state_updated_timestamp,
    }
    if alarm.rule is not None:
        members["AlarmRule"] = alarm.rule
    else:
        members.update(_metric_members(alarm))
    return {name: value for name, value in members.items() if value is not None}


def _metric_members(alarm: Any) -> dict[str, Any]:
    numbers = {
        "EvaluationPeriods": int(alarm.evaluation_periods),
        "DatapointsToAlarm": None if alarm.datapoints_to_alarm is None else int(alarm.datapoints_to_alarm),
        "Threshold": float(alarm.threshold),
        "ComparisonOperator": alarm.comparison_operator,
        "TreatMissingData": alarm.treat_missing_data,
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile,
    }
    if alarm.metric_data_queries:
        return {"Metrics": [_query(query) for query in alarm.metric_data_queries], "Dimensions": [], **numbers}
    return {
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric_name,
        "Dimensions": _dimensions(alarm.dimensions),
        "Statistic": alarm.statistic,
        "ExtendedStatistic": alarm.extended_statistic,
        "Period": int(alarm.period),
        "Unit": alarm.unit,
        **numbers,
    }


def _query(query: Any) -> dict[str, Any]:
    members = {
        "Id": query.id,
        "Label": query.label,
        "Expression": query.expression,
        "Period": None if query.period is None else int(query.period),
        "ReturnData": query.return_data is None or str(query.return_data).lower() == "true",
    }
    if query.metric_stat is not None:
        metric, stat = query.metric_stat.metric, query.metric_stat
        members["MetricStat"] = {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.metric_name,
                "Dimensions": _dimensions(metric.dimensions),
            },
            "Period": int(stat.period),
            "Stat": stat.stat,
            **({"Unit": stat.unit} if stat.unit else {}),
        }
    return {name: value for name, value in members.items() if value is not None}


def _dimensions(dimensions: Any) -> list[dict[str, str]]:
    return [{"Name": dimension.name, "Value": dimension.value} for dimension in dimensions]
