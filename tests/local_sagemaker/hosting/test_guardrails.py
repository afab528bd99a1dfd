"""An update moves real traffic in steps, and back when an alarm fires under it; no request is lost."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker import pace
from tests.local_sagemaker.cloud import Cloud, allow, eventually, rights, running_cloud, scripted

DESCRIBE = allow("cloudwatch:DescribeAlarms", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors")
BAKING = {
    "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
    "TerminationWaitInSeconds": 300,
}
CANARY = {
    "TrafficRoutingConfiguration": {
        "Type": "CANARY",
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 120,
    },
    "TerminationWaitInSeconds": 30,
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud
    pace.use(pace.DEFAULT_SPEED)


def make_endpoint(cloud: Cloud, model: str = "one", instances: int = 2) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted(model)), InitialInstanceCount=instances))


def make_alarm(cloud: Cloud, endpoint: str) -> None:
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "AllTraffic"}],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.05,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )


def update(
    cloud: Cloud, endpoint: str, model: str, policy: dict[str, Any], *, alarm: bool = False, role: str | None = None
) -> str:
    """Begin an update to a model; give the configuration's name."""
    options: dict[str, Any] = {"ExecutionRoleArn": role} if role else {}
    config = cloud.make_config(cloud.make_model(scripted(model), **options), InitialInstanceCount=2)
    deployment: dict[str, Any] = {"BlueGreenUpdatePolicy": policy}
    if alarm:
        deployment["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": "errors"}]}
    cloud.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config, DeploymentConfig=deployment)
    return config


class Load:
    """Calls the endpoint all the time; `sick` models answer a status for it."""

    def __init__(self, cloud: Cloud, endpoint: str, body: bytes) -> None:
        self.answers: Counter[str] = Counter()
        self.endpoint = endpoint
        self.body = body
        self.client = cloud.client("sagemaker-runtime")
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self) -> None:
        while not self.stopping.wait(0.01):
            try:
                answer = self.client.invoke_endpoint(EndpointName=self.endpoint, Body=self.body)["Body"].read().decode()
            except ClientError as error:
                answer = error.response["Error"]["Code"]
            self.answers[answer] += 1


@contextmanager
def load(cloud: Cloud, endpoint: str, body: bytes = b"name") -> Iterator[Load]:
    running = Load(cloud, endpoint, body)
    running.thread.start()
    try:
        yield running
    finally:
        running.stopping.set()
        running.thread.join(20)


def test_a_canary_gets_its_share_before_the_rest_follows(cloud):
    endpoint = make_endpoint(cloud)
    config = update(cloud, endpoint, "two", CANARY)
    # Two instances: one of them is half. 120 s of AWS are two here.
    eventually(lambda: cloud.invoke(endpoint) == "two")
    assert Counter(cloud.invoke(endpoint) for _ in range(20)) == {"one": 10, "two": 10}
    assert cloud.describe(endpoint)["EndpointStatus"] == "Updating"
    assert cloud.settled(endpoint)["EndpointConfigName"] == config
    assert {cloud.invoke(endpoint) for _ in range(10)} == {"two"}


def test_while_it_bakes_the_endpoint_is_updating_and_all_traffic_has_moved(cloud):
    endpoint = make_endpoint(cloud)
    update(cloud, endpoint, "two", BAKING)
    eventually(lambda: cloud.invoke(endpoint) == "two")
    assert {cloud.invoke(endpoint) for _ in range(10)} == {"two"}
    assert cloud.describe(endpoint)["EndpointStatus"] == "Updating"
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        update(cloud, endpoint, "three", BAKING)
    assert cloud.settled(endpoint)["EndpointStatus"] == "InService"


def test_an_alarm_under_real_load_brings_the_old_model_back(cloud):
    endpoint = make_endpoint(cloud)
    make_alarm(cloud, endpoint)
    before = cloud.describe(endpoint)["EndpointConfigName"]
    role = cloud.make_role([*rights(), DESCRIBE])
    with load(cloud, endpoint) as running:
        eventually(lambda: running.answers["one"] > 5)
        update(cloud, endpoint, "sick", CANARY, alarm=True, role=role)
        described = cloud.settled(endpoint)
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == before
    assert (
        "rolled back: the alarms errors of AutoRollbackConfiguration are in ALARM state" in described["FailureReason"]
    )
    assert set(running.answers) == {"one", "ModelError"}
    assert {cloud.invoke(endpoint) for _ in range(10)} == {"one"}


def test_without_errors_the_same_alarm_lets_the_update_pass(cloud):
    endpoint = make_endpoint(cloud)
    make_alarm(cloud, endpoint)
    role = cloud.make_role([*rights(), DESCRIBE])
    with load(cloud, endpoint) as running:
        config = update(cloud, endpoint, "two", CANARY, alarm=True, role=role)
        described = cloud.settled(endpoint)
    assert "FailureReason" not in described
    assert described["EndpointConfigName"] == config
    assert set(running.answers) == {"one", "two"}


def test_the_role_must_be_allowed_to_look_at_the_alarms_and_they_must_be_there(cloud):
    endpoint = make_endpoint(cloud, instances=1)
    make_alarm(cloud, endpoint)
    update(cloud, endpoint, "two", BAKING, alarm=True)
    assert "is not authorized to perform: cloudwatch:DescribeAlarms" in cloud.settled(endpoint)["FailureReason"]
    cloud.client("cloudwatch").delete_alarms(AlarmNames=["errors"])
    update(cloud, endpoint, "two", BAKING, alarm=True, role=cloud.make_role([*rights(), DESCRIBE]))
    assert "Could not find the alarms errors" in cloud.settled(endpoint)["FailureReason"]
    assert cloud.invoke(endpoint) == "one"


def test_counts_that_scaling_found_are_kept_and_weights_are_not(cloud):
    endpoint = make_endpoint(cloud, instances=1)
    change = {"VariantName": "AllTraffic", "DesiredInstanceCount": 3, "DesiredWeight": 5}
    cloud.sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=[change])
    cloud.settled(endpoint)
    config = cloud.make_config(cloud.make_model(scripted("two")), InitialInstanceCount=1)
    cloud.sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName=config,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredWeight"}],
    )
    (variant,) = cloud.settled(endpoint)["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (3, 1.0)
