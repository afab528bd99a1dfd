"""What an alarm tells a topic or a function when its state changes.

Rules: "Amazon SNS event destinations" and "Invoke a Lambda function from an alarm" in the CloudWatch user guide. The
members of a topic's message are listed nowhere: they are those of messages that people show.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

import botocore.session
from moto.utilities.arns import parse_arn

from local_sagemaker.monitoring.alarms.descriptions import description
from local_sagemaker.monitoring.alarms.reasons import timestamp
from local_sagemaker.monitoring.moments import seconds_of

# Characters: SNS takes no longer subject.
_LONGEST_SUBJECT = 99


class Transition(NamedTuple):
    """A change of an alarm's state; times are seconds since the epoch."""

    alarm: Any
    old_state: str
    old_reason: str
    old_reason_data: str | None
    old_time: float
    state: str
    reason: str
    reason_data: str | None
    time: float


def subject(transition: Transition) -> str:
    """Give the subject of the message to a topic."""
    alarm = transition.alarm
    region = region_name(parse_arn(alarm.alarm_arn).region)
    return f'{transition.state}: "{alarm.name}" in {region}'[:_LONGEST_SUBJECT]


def topic_message(transition: Transition) -> str:
    """Give the message to a topic, as JSON."""
    alarm = transition.alarm
    arn = parse_arn(alarm.alarm_arn)
    message: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": arn.account,
        "AlarmConfigurationUpdatedTimestamp": timestamp(seconds_of(alarm.configuration_updated_timestamp)),
        "NewStateValue": transition.state,
        "NewStateReason": transition.reason,
        "StateChangeTime": timestamp(transition.time),
        "Region": region_name(arn.region),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": transition.old_state,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
    }
    if alarm.rule is None:
        message["Trigger"] = _trigger(description(alarm))
    else:
        message["AlarmRule"] = alarm.rule
        children = json.loads(transition.reason_data or "{}").get("triggeringAlarms", [])
        message["TriggeringChildren"] = [
            {"Arn": child["arn"], "State": {"Value": child["state"]["value"], "Timestamp": child["state"]["timestamp"]}}
            for child in children
        ]
    return json.dumps(message)


def function_event(transition: Transition) -> dict[str, Any]:
    """Give the event that a function is called with."""
    alarm = transition.alarm
    arn = parse_arn(alarm.alarm_arn)
    old = _state(transition.old_state, transition.old_reason, transition.old_reason_data, transition.old_time)
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": arn.account,
        "time": timestamp(transition.time),
        "region": arn.region,
        "alarmData": {
            "alarmName": alarm.name,
            "state": _state(transition.state, transition.reason, transition.reason_data, transition.time),
            "previousState": old,
            "configuration": _configuration(description(alarm)),
        },
    }


@lru_cache
def region_name(region: str) -> str:
    """Give a region's name in words; the region itself where it has none.

    Example
    -------
    >>> region_name("us-east-1")
    'US East (N. Virginia)'
    """
    partitions = botocore.session.Session().get_data("endpoints")["partitions"]
    names: list[str] = [
        partition["regions"][region]["description"] for partition in partitions if region in partition["regions"]
    ]
    return names[0] if names else region


def _trigger(described: dict[str, Any]) -> dict[str, Any]:
    trigger: dict[str, Any] = {}
    if "Metrics" in described:
        trigger["Metrics"] = [_query(query) for query in described["Metrics"]]
        stats = [query["MetricStat"] for query in described["Metrics"] if "MetricStat" in query]
        trigger["Period"] = stats[0]["Period"]
    else:
        trigger.update({"MetricName": described["MetricName"], "Namespace": described["Namespace"]})
        if "Statistic" in described:
            trigger.update({"StatisticType": "Statistic", "Statistic": _SHOUTED[described["Statistic"]]})
        else:
            trigger.update({"StatisticType": "ExtendedStatistic", "ExtendedStatistic": described["ExtendedStatistic"]})
        trigger.update({"Unit": described.get("Unit"), "Dimensions": _dimensions(described["Dimensions"])})
        trigger["Period"] = described["Period"]
    trigger["EvaluationPeriods"] = described["EvaluationPeriods"]
    if "DatapointsToAlarm" in described:
        trigger["DatapointsToAlarm"] = described["DatapointsToAlarm"]
    return {
        **trigger,
        "ComparisonOperator": described["ComparisonOperator"],
        "Threshold": described["Threshold"],
        "TreatMissingData": described.get("TreatMissingData", "missing"),
        "EvaluateLowSampleCountPercentile": described.get("EvaluateLowSampleCountPercentile", ""),
    }


_SHOUTED = {
    "Average": "AVERAGE",
    "Maximum": "MAXIMUM",
    "Minimum": "MINIMUM",
    "SampleCount": "SAMPLE_COUNT",
    "Sum": "SUM",
}


def _query(query: dict[str, Any]) -> dict[str, Any]:
    if "MetricStat" not in query:
        return query
    stat = query["MetricStat"]
    metric = {**stat["Metric"], "Dimensions": _dimensions(stat["Metric"]["Dimensions"])}
    return {**query, "MetricStat": {**stat, "Metric": metric}}


def _dimensions(dimensions: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"value": item["Value"], "name": item["Name"]} for item in dimensions]


def _state(value: str, reason: str, reason_data: str | None, moment: float) -> dict[str, str]:
    found = {"value": value, "reason": reason, "reasonData": reason_data, "timestamp": timestamp(moment)}
    return {name: text for name, text in found.items() if text}


def _configuration(described: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if described.get("AlarmDescription"):
        found["description"] = described["AlarmDescription"]
    if "AlarmRule" in described:
        return {**found, "alarmRule": described["AlarmRule"]}
    if "Metrics" in described:
        metrics = [_small_query(query) for query in described["Metrics"]]
    else:
        statistic = described.get("Statistic") or described["ExtendedStatistic"]
        names = ("Namespace", "MetricName", "Dimensions")
        stat = {
            "Metric": {name: described[name] for name in names},
            "Period": described["Period"],
            "Stat": statistic,
        }
        metrics = [_small_query({"Id": "m1", "MetricStat": stat, "ReturnData": True})]
    return {**found, "metrics": metrics}


def _small_query(query: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"id": query["Id"]}
    if "MetricStat" in query:
        stat = query["MetricStat"]
        metric = stat["Metric"]
        found["metricStat"] = {
            "metric": {
                "namespace": metric["Namespace"],
                "name": metric["MetricName"],
                "dimensions": {item["Name"]: item["Value"] for item in metric["Dimensions"]},
            },
            "period": stat["Period"],
            "stat": stat["Stat"],
        }
    else:
        found["expression"] = query["Expression"]
    if query.get("Label"):
        found["label"] = query["Label"]
    return {**found, "returnData": query["ReturnData"]}
