"""Alarms follow the values of their metrics, period by period, as CloudWatch evaluates them."""

import time
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from local_sagemaker import pace
from local_sagemaker.monitoring.alarm_states import ALARM, INSUFFICIENT_DATA, OK, evaluate
from local_sagemaker.monitoring.metric_history import Metric, MetricHistory, Sample, sample_of, sorted_dimensions
from tests.local_sagemaker.cloud import Cloud, eventually, running_cloud, scripted

DIMENSIONS = [("VariantName", "AllTraffic"), ("EndpointName", "churn")]
METRIC = Metric("AWS/SageMaker", "Invocation5XXErrors", sorted_dimensions(DIMENSIONS))


class Values(MetricHistory):
    """Values by the number of the period that they came in, counted back from now."""

    def __init__(self, periods: Mapping[int, list[float]], now: float) -> None:
        super().__init__()
        self.periods = periods
        self.now = now

    def between(self, metric: Metric, start: float, end: float, unit: str | None = None) -> list[Sample]:
        assert metric == METRIC
        assert end - start == pytest.approx(1.0)  # 60 s at 60 times AWS's pace
        return [sample_of(value, start) for value in self.periods.get(round(self.now - end), [])]


def alarm(**more: Any) -> Any:
    options = {
        "namespace": METRIC.namespace,
        "metric_name": METRIC.name,
        "dimensions": [SimpleNamespace(name=name, value=value) for name, value in DIMENSIONS],
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 0.5,
        "period": 60,
        "evaluation_periods": 1,
        "datapoints_to_alarm": None,
        "statistic": "Average",
        "extended_statistic": None,
        "treat_missing_data": None,
    }
    return SimpleNamespace(**{**options, **more})


def state(periods: Mapping[int, list[float]], **more: Any) -> str | None:
    now = time.time()
    return evaluate(alarm(**more), Values(periods, now), now)


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("GreaterThanThreshold", 0.5, OK),
        ("GreaterThanThreshold", 0.6, ALARM),
        ("GreaterThanOrEqualToThreshold", 0.5, ALARM),
        ("LessThanThreshold", 0.5, OK),
        ("LessThanOrEqualToThreshold", 0.5, ALARM),
        ("SomethingElse", 0.6, None),
    ],
)
def test_a_value_is_compared_with_the_threshold(operator, value, expected):
    assert state({0: [value]}, comparison_operator=operator) == expected


def test_as_many_periods_as_asked_for_must_be_beyond_it():
    assert state({0: [1.0], 1: [0.0]}, evaluation_periods=2) == OK
    assert state({0: [1.0], 1: [1.0]}, evaluation_periods=2) == ALARM
    assert state({0: [1.0], 1: [0.0], 2: [1.0]}, evaluation_periods=3, datapoints_to_alarm=2) == ALARM


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [
        ("breaching", ALARM),
        ("notBreaching", OK),
        ("ignore", None),
        ("missing", INSUFFICIENT_DATA),
        (None, INSUFFICIENT_DATA),
    ],
)
def test_what_is_missing_counts_as_the_alarm_says(treatment, expected):
    assert state({}, treat_missing_data=treatment) == expected


def test_other_alarms_are_left_alone():
    assert state({0: [1.0]}, metric_name=None) is None


def test_the_percentile_decides_where_there_is_one():
    slow = [0.0] * 98 + [9.0, 9.0]
    assert state({0: slow}, extended_statistic="p99", statistic=None) == ALARM
    assert state({0: slow}, extended_statistic="p90", statistic=None) == OK


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud
    pace.use(pace.DEFAULT_SPEED)


def test_an_alarm_of_the_local_cloud_fires_under_errors_and_calms_down(cloud):
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))
    cloudwatch = cloud.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=[{"Name": "VariantName", "Value": "AllTraffic"}, {"Name": "EndpointName", "Value": endpoint}],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )

    def found() -> str:
        return str(cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"])

    for _ in range(3):
        with pytest.raises(cloud.runtime.exceptions.ModelError):
            cloud.invoke(endpoint, b"status 500")
    eventually(lambda: found() == "ALARM")
    for _ in range(5):
        cloud.invoke(endpoint)
    eventually(lambda: found() == "OK")
