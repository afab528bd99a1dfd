"""What topics and functions are told has the members that CloudWatch's own messages have."""

import doctest
import json
from types import SimpleNamespace
from typing import Any

from local_sagemaker.monitoring import moments
from local_sagemaker.monitoring.alarms import notifications, reasons
from local_sagemaker.monitoring.alarms.notifications import (
    Transition,
    function_event,
    region_name,
    subject,
    topic_message,
)
from local_sagemaker.monitoring.moments import datetime_of
from tests.local_sagemaker.cloud import ACCOUNT

DIMENSION = SimpleNamespace(name="EndpointName", value="churn")


def alarm(**more: Any) -> Any:
    options = {
        "name": "errors",
        "alarm_arn": f"arn:aws:cloudwatch:us-west-2:{ACCOUNT}:alarm:errors",
        "description": "too many",
        "configuration_updated_timestamp": datetime_of(1_799_996_400),
        "actions_enabled": True,
        "ok_actions": [],
        "alarm_actions": ["arn:topic"],
        "insufficient_data_actions": [],
        "state_value": "ALARM",
        "state_reason": "because",
        "state_reason_data": "{}",
        "state_updated_timestamp": datetime_of(1_800_000_000),
        "rule": None,
        "namespace": "N",
        "metric_name": "m",
        "metric_data_queries": [],
        "dimensions": [DIMENSION],
        "statistic": "Average",
        "extended_statistic": None,
        "period": 60,
        "unit": None,
        "evaluation_periods": 3,
        "datapoints_to_alarm": 2,
        "threshold": 0.5,
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": None,
        "evaluate_low_sample_count_percentile": None,
    }
    return SimpleNamespace(**{**options, **more})


METRIC = SimpleNamespace(namespace="N", metric_name="m", dimensions=[DIMENSION])
QUERIES = [
    SimpleNamespace(id="e", label="E", period=None, return_data=True, expression="2 * m", metric_stat=None),
    SimpleNamespace(
        id="m",
        label=None,
        period=None,
        return_data=False,
        expression=None,
        metric_stat=SimpleNamespace(metric=METRIC, period=60, stat="Sum", unit="Count"),
    ),
]


def transition(reason_data: str | None = '{"version": "1.0"}', **more: Any) -> Transition:
    return Transition(
        alarm(**more), "OK", "all was well", None, 1_799_999_000.0, "ALARM", "because", reason_data, 1_800_000_000.5
    )


def test_a_topic_is_told_of_an_alarm_on_a_metric():
    assert subject(transition()) == 'ALARM: "errors" in US West (Oregon)'
    assert json.loads(topic_message(transition())) == {
        "AlarmName": "errors",
        "AlarmDescription": "too many",
        "AWSAccountId": ACCOUNT,
        "AlarmConfigurationUpdatedTimestamp": "2027-01-15T07:00:00.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": "because",
        "StateChangeTime": "2027-01-15T08:00:00.500+0000",
        "Region": "US West (Oregon)",
        "AlarmArn": f"arn:aws:cloudwatch:us-west-2:{ACCOUNT}:alarm:errors",
        "OldStateValue": "OK",
        "OKActions": [],
        "AlarmActions": ["arn:topic"],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "m",
            "Namespace": "N",
            "StatisticType": "Statistic",
            "Statistic": "AVERAGE",
            "Unit": None,
            "Dimensions": [{"value": "churn", "name": "EndpointName"}],
            "Period": 60,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0.5,
            "TreatMissingData": "missing",
            "EvaluateLowSampleCountPercentile": "",
        },
    }


def test_a_percentile_is_an_extended_statistic():
    told = json.loads(
        topic_message(transition(statistic=None, extended_statistic="p99", datapoints_to_alarm=None, unit="Count"))
    )
    trigger = told["Trigger"]
    assert (trigger["StatisticType"], trigger["ExtendedStatistic"]) == ("ExtendedStatistic", "p99")
    assert trigger["Unit"] == "Count"
    assert "DatapointsToAlarm" not in trigger


def test_a_topic_is_told_of_an_alarm_on_an_expression():
    trigger = json.loads(topic_message(transition(metric_data_queries=QUERIES)))["Trigger"]
    dimensions = [{"value": "churn", "name": "EndpointName"}]
    metric = {"Namespace": "N", "MetricName": "m", "Dimensions": dimensions}
    assert trigger["Metrics"] == [
        {"Id": "e", "Label": "E", "Expression": "2 * m", "ReturnData": True},
        {
            "Id": "m",
            "ReturnData": False,
            "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum", "Unit": "Count"},
        },
    ]
    assert trigger["Period"] == 60


def test_a_topic_is_told_of_a_composite_alarm():
    state = {"value": "ALARM", "timestamp": "2027-01-15T08:00:00.000+0000"}
    data = json.dumps({"triggeringAlarms": [{"arn": "arn:child", "state": state}]})
    told = json.loads(topic_message(transition(data, rule="ALARM(child)")))
    assert "Trigger" not in told
    assert told["AlarmRule"] == "ALARM(child)"
    assert told["TriggeringChildren"] == [
        {"Arn": "arn:child", "State": {"Value": "ALARM", "Timestamp": state["timestamp"]}}
    ]
    assert json.loads(topic_message(transition(None, rule="TRUE")))["TriggeringChildren"] == []


def test_a_long_subject_is_cut():
    assert len(subject(transition(name="n" * 200))) == 99


def test_a_function_is_told_of_each_kind():
    event = function_event(transition())
    assert (event["source"], event["accountId"], event["region"]) == ("aws.cloudwatch", ACCOUNT, "us-west-2")
    data = event["alarmData"]
    assert data["state"] == {
        "value": "ALARM",
        "reason": "because",
        "reasonData": '{"version": "1.0"}',
        "timestamp": "2027-01-15T08:00:00.500+0000",
    }
    assert data["previousState"]["value"] == "OK"
    metric = {"namespace": "N", "name": "m", "dimensions": {"EndpointName": "churn"}}
    stat = {"metric": metric, "period": 60, "stat": "Average"}
    assert data["configuration"] == {
        "description": "too many",
        "metrics": [{"id": "m1", "metricStat": stat, "returnData": True}],
    }
    percentile = function_event(transition(statistic=None, extended_statistic="p99", description=None))
    assert percentile["alarmData"]["configuration"]["metrics"][0]["metricStat"]["stat"] == "p99"
    expression = function_event(transition(metric_data_queries=QUERIES))["alarmData"]["configuration"]["metrics"]
    assert expression == [
        {"id": "e", "expression": "2 * m", "label": "E", "returnData": True},
        {"id": "m", "metricStat": {**stat, "stat": "Sum"}, "returnData": False},
    ]
    composite = function_event(transition(rule="TRUE"))["alarmData"]["configuration"]
    assert composite == {"description": "too many", "alarmRule": "TRUE"}


def test_a_region_without_a_name_is_called_itself():
    assert region_name("mars-1") == "mars-1"


def test_examples():
    for module in (notifications, reasons, moments):
        assert doctest.testmod(module).failed == 0
