"""Alarms follow the values of their metrics, period by period, as CloudWatch evaluates them."""

from collections.abc import Iterator

import pytest

from local_sagemaker import pace
from tests.local_sagemaker.cloud import Cloud, eventually, running_cloud, scripted


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

    def fires() -> bool:
        with pytest.raises(cloud.runtime.exceptions.ModelError):
            cloud.invoke(endpoint, b"status 500")
        return found() == "ALARM"

    def calm() -> bool:
        cloud.invoke(endpoint)
        return found() == "OK"

    eventually(fires)
    eventually(calm)
