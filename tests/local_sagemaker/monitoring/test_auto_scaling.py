"""Instances follow the load between their bounds, as Application Auto Scaling lets them."""

import threading
import time
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from local_sagemaker import pace
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.monitoring.auto_scaling import DIMENSION, Scalable, capacity, stepped
from local_sagemaker.monitoring.metric_history import Metric, MetricHistory, Sample, sample_of
from tests.local_sagemaker.cloud import (
    ACCOUNT,
    BUCKET,
    REGION,
    Cloud,
    allow,
    eventually,
    rights,
    running_cloud,
    scripted,
)

CHURN = EndpointIdentity("churn", ACCOUNT, REGION)


class Minutes(MetricHistory):
    """One value a minute, the latest first; at AWS's pace of a second a minute."""

    def __init__(self, values: Sequence[float | None], now: float) -> None:
        super().__init__()
        self.values = values
        self.now = now

    def between(self, metric: Metric, start: float, end: float, unit: str | None = None) -> list[Sample]:
        assert metric.name in ("Invocations", "ApproximateBacklogSizePerInstance")
        number = round(self.now - end)
        value = self.values[number] if number < len(self.values) else self.values[-1]
        return [] if value is None else [sample_of(value, start)]


def tracking(target: float = 100, **more: Any) -> Any:
    metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
    configuration = {"TargetValue": target, "PredefinedMetricSpecification": metric, **more}
    return SimpleNamespace(target_tracking_scaling_policy_configuration=configuration, policy_arn="tracking")


def stepping(*adjustments: dict[str, float], **more: Any) -> Any:
    configuration = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": list(adjustments), **more}
    return SimpleNamespace(
        target_tracking_scaling_policy_configuration=None,
        step_scaling_policy_configuration=configuration,
        policy_arn="stepping",
    )


def wanted(
    values: Sequence[float | None],
    *policies: Any,
    count: int = 2,
    bounds: tuple[int, int] = (1, 10),
    firing: dict[str, float] | None = None,
    since: float = 1e9,
) -> int:
    now = time.monotonic()
    scalable = Scalable(CHURN, "AllTraffic", count, *bounds)
    return capacity(scalable, policies, Minutes(values, now), firing or {}, now, since)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([500], 5),  # 250 a minute and instance, where 100 are wanted
        ([500, 500, 100], 2),  # the third minute was not above
        ([210], 3),
        ([200], 2),
        ([190], 2),
        ([100], 1),  # 50 a minute and instance: half as many will do
        ([100, *[200] * 20], 2),  # not for fifteen minutes
        ([None], 2),
        ([500, None, 500], 2),
        ([5000], 10),
    ],
)
def test_the_count_brings_the_metric_to_its_target(values, expected):
    assert wanted(values, tracking()) == expected


def test_the_bounds_hold_whatever_the_metric_says():
    assert wanted([None], tracking(), count=1, bounds=(3, 5)) == 3
    assert wanted([None], tracking(), count=9, bounds=(3, 5)) == 5
    assert wanted([0], tracking(), count=4, bounds=(3, 5)) == 3


def test_cooldowns_and_the_ban_on_removal_hold():
    assert wanted([500], tracking(ScaleOutCooldown=120), since=1.9) == 2
    assert wanted([500], tracking(ScaleOutCooldown=120), since=2.1) == 5
    assert wanted([0], tracking(), since=4.9) == 2
    assert wanted([0], tracking(), since=5.1) == 1
    assert wanted([0], tracking(DisableScaleIn=True)) == 2


def test_of_several_policies_the_one_that_wants_most_decides():
    assert wanted([500], tracking(100), tracking(50)) == 10
    assert wanted([100], tracking(100), tracking(50)) == 2  # one is at its target
    assert wanted([100], tracking(100), tracking(80)) == 2


def test_a_metric_of_ones_own_is_an_average():
    metric = {"Namespace": "AWS/SageMaker", "MetricName": "ApproximateBacklogSizePerInstance", "Dimensions": []}
    policy = tracking(5)
    del policy.target_tracking_scaling_policy_configuration["PredefinedMetricSpecification"]
    policy.target_tracking_scaling_policy_configuration["CustomizedMetricSpecification"] = metric
    assert wanted([20], policy) == 8
    assert wanted([0], policy, bounds=(0, 10)) == 0


def test_steps_are_taken_while_their_alarm_fires():
    policy = stepping({"MetricIntervalLowerBound": 0, "ScalingAdjustment": 3}, Cooldown=60)
    assert wanted([None], policy) == 2
    assert wanted([None], policy, firing={"stepping": 1.0}) == 5
    assert wanted([None], policy, firing={"stepping": 1.0}, since=0.5) == 2
    down = stepping({"MetricIntervalUpperBound": 0, "ScalingAdjustment": -1})
    assert wanted([None], down, firing={"stepping": -1.0}) == 1


@pytest.mark.parametrize(
    ("kind", "adjustment", "expected"),
    [
        ("ChangeInCapacity", 2, 6),
        ("ChangeInCapacity", -9, 0),
        ("ExactCapacity", 3, 3),
        ("PercentChangeInCapacity", 50, 6),
        ("PercentChangeInCapacity", 10, 5),
        ("PercentChangeInCapacity", -50, 2),
    ],
)
def test_kinds_of_adjustment(kind, adjustment, expected):
    steps = {"AdjustmentType": kind, "StepAdjustments": [{"ScalingAdjustment": adjustment}]}
    assert stepped(4, steps, 1.0) == expected
    assert stepped(4, {"StepAdjustments": []}, 1.0) == 4


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    pace.use(300)  # a minute takes a fifth of a second
    with running_cloud() as cloud:
        yield cloud
    pace.use(pace.DEFAULT_SPEED)


def scale(cloud: Cloud, endpoint: str, least: int, most: int, **policy: Any) -> None:
    client = cloud.client("application-autoscaling")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/AllTraffic",
        "ScalableDimension": DIMENSION,
    }
    client.register_scalable_target(**target, MinCapacity=least, MaxCapacity=most)
    client.put_scaling_policy(
        **target,
        PolicyName="load",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"ScaleOutCooldown": 60, "ScaleInCooldown": 60, **policy},
    )


def count(cloud: Cloud, endpoint: str) -> int:
    (variant,) = cloud.describe(endpoint)["ProductionVariants"]
    found: int = variant["CurrentInstanceCount"]
    return found


def test_real_load_brings_instances_up_to_the_bound(cloud):
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))
    metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
    scale(cloud, endpoint, 1, 3, TargetValue=1.0, PredefinedMetricSpecification=metric)
    stopping = threading.Event()

    def call() -> None:
        client = cloud.client("sagemaker-runtime")
        while not stopping.wait(0.01):
            client.invoke_endpoint(EndpointName=endpoint, Body=b"name")["Body"].read()

    thread = threading.Thread(target=call)
    thread.start()
    try:
        eventually(lambda: count(cloud, endpoint) == 3)
    finally:
        stopping.set()
        thread.join(20)
    assert cloud.settled(endpoint)["EndpointStatus"] == "InService"


def test_an_asynchronous_endpoint_sleeps_at_zero_and_wakes_for_a_request(cloud):
    role = cloud.make_role([*rights(), allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/output/*")])
    model = cloud.make_model(scripted("one"), ExecutionRoleArn=role)
    output = {"OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/output/"}}
    endpoint = cloud.make_endpoint(cloud.make_config(model, config={"AsyncInferenceConfig": output}))
    dimensions = [{"Name": "EndpointName", "Value": endpoint}]
    backlog = {
        "MetricName": "ApproximateBacklogSizePerInstance",
        "Namespace": "AWS/SageMaker",
        "Dimensions": dimensions,
        "Statistic": "Average",
    }
    scale(cloud, endpoint, 0, 2, TargetValue=5.0, CustomizedMetricSpecification=backlog)
    eventually(lambda: count(cloud, endpoint) == 0)
    policy = cloud.client("application-autoscaling").put_scaling_policy(
        ServiceNamespace="sagemaker",
        ResourceId=f"endpoint/{endpoint}/variant/AllTraffic",
        ScalableDimension=DIMENSION,
        PolicyName="wake",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
        },
    )
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName="wake",
        Namespace="AWS/SageMaker",
        MetricName="HasBacklogWithoutCapacity",
        Dimensions=dimensions,
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[policy["PolicyARN"]],
    )
    accepted = cloud.runtime.invoke_endpoint_async(EndpointName=endpoint, Body=b"name")
    key = accepted["OutputLocation"].removeprefix(f"s3://{BUCKET}/")

    def answered() -> bool:
        return bool(cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix=key).get("KeyCount"))

    eventually(answered)
    eventually(lambda: count(cloud, endpoint) == 0)
