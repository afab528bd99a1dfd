"""Alarms as a dashboard shows them."""

from datetime import datetime, timezone

import pytest

from local_sagemaker.dashboards.alarms import alarm_name, alarm_region, condition, rows_of, sort, statuses, threshold_of
from local_sagemaker.dashboards.series import AlarmStatus

SIMPLE = {
    "MetricName": "Errors",
    "Namespace": "NS",
    "Dimensions": [{"Name": "A", "Value": "b"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 0.5,
    "ComparisonOperator": "GreaterThanThreshold",
}
STAT = {"Metric": {"Namespace": "NS", "MetricName": "Errors"}, "Stat": "p99", "Period": 60}
MATH = {
    "Metrics": [
        {"Id": "e1", "Expression": "m1 / 2", "Label": "Half", "ReturnData": True},
        {"Id": "m1", "MetricStat": STAT, "ReturnData": False},
    ],
    "EvaluationPeriods": 1,
    "Threshold": 3.0,
    "ComparisonOperator": "LessThanOrEqualToThreshold",
}
COMPOSITE = {"AlarmRule": "ALARM(a) OR ALARM(b)"}


def test_a_name_may_stand_for_an_arn():
    assert alarm_name("churn-5xx") == "churn-5xx"
    assert alarm_region("churn-5xx") is None


@pytest.mark.parametrize(
    ("alarm", "words"),
    [
        (SIMPLE, "Errors > 0.5 in 2 of 3 \u00d7 1 minute"),
        (MATH, "Half \u2264 3 in 1 of 1 \u00d7 its period"),
        ({**MATH, "Metrics": []}, "metrics \u2264 3 in 1 of 1 \u00d7 its period"),
        (COMPOSITE, "ALARM(a) OR ALARM(b)"),
    ],
)
def test_a_condition_in_words(alarm, words):
    assert condition(alarm) == words


def test_the_metric_of_an_alarm_is_a_row():
    (row,) = rows_of({**SIMPLE, "ExtendedStatistic": "p99"})
    assert (row.namespace, row.name, row.dimensions, row.stat, row.period) == ("NS", "Errors", (("A", "b"),), "p99", 60)


def test_the_metric_math_of_an_alarm_are_rows():
    expression, hidden = rows_of(MATH)
    assert (expression.expression, expression.label, expression.visible) == ("m1 / 2", "Half", True)
    assert (hidden.name, hidden.stat, hidden.visible) == ("Errors", "p99", False)
    assert rows_of(COMPOSITE) == []


def test_a_threshold_is_filled_where_the_alarm_fires():
    above, below = threshold_of(SIMPLE), threshold_of(MATH)
    assert above
    assert below
    assert (above["value"], above["fill"]) == (0.5, "above")
    assert (below["value"], below["fill"]) == (3.0, "below")
    assert threshold_of(COMPOSITE) is None
    assert threshold_of({"ComparisonOperator": "GreaterThanUpperThreshold"}) is None


def test_alarms_are_told_in_the_order_of_their_names_and_what_is_not_there_too():
    since = datetime(2026, 1, 1, tzinfo=timezone.utc)
    found = statuses(["b", "a"], {"a": {**SIMPLE, "StateValue": "OK", "StateUpdatedTimestamp": since}})
    assert [(one.name, one.state, one.since) for one in found] == [("b", "", 0.0), ("a", "OK", since.timestamp())]


def test_those_that_fire_come_first_or_those_that_changed_last():
    alarms = [
        AlarmStatus(name="b", state="OK", since=3),
        AlarmStatus(name="c", state="ALARM", since=1),
        AlarmStatus(name="a", state="OK", since=2),
        AlarmStatus(name="d", state="INSUFFICIENT_DATA"),
        AlarmStatus(name="e", state=""),
    ]
    assert [one.name for one in sort(alarms, "default")] == ["c", "d", "a", "b", "e"]
    assert [one.name for one in sort(alarms, "stateUpdatedTimestamp")] == ["b", "a", "c", "d", "e"]
