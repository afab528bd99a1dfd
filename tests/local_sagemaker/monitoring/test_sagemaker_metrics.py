"""SageMaker's metrics come of the real traffic: each kind of endpoint has those that AWS gives it, in their units."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EventStreamError

from local_sagemaker import pace
from local_sagemaker.monitoring.metric_history import history_of
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

MICROSECONDS = {
    "FirstChunkLatency",
    "FirstChunkModelLatency",
    "FirstChunkOverheadLatency",
    "ModelLatency",
    "ModelSetupTime",
    "OverheadLatency",
    "RequestDownloadLatency",
    "ResponseUploadLatency",
}
COMMON = {"Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency", "OverheadLatency"}
ON_INSTANCES = {"InvocationsPerInstance", "InvocationModelErrors", "ConcurrentRequestsPerModel"}
WARM = {
    "ServerlessProvisionedConcurrencyExecutions",
    "ServerlessProvisionedConcurrencyInvocations",
    "ServerlessProvisionedConcurrencySpilloverInvocations",
    "ServerlessProvisionedConcurrencyUtilization",
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    pace.use(300)
    with running_cloud() as cloud:
        yield cloud
    pace.use(pace.DEFAULT_SPEED)


def values(endpoint: str, namespace: str = "AWS/SageMaker", variant: str = "AllTraffic") -> dict[str, list[float]]:
    """Give the values of each metric of a variant, or of the endpoint itself."""
    history = history_of(ACCOUNT, REGION)
    dimensions = (("EndpointName", endpoint), *([("VariantName", variant)] if variant else []))
    return {
        metric.name: [sample.total for sample in history.between(metric, 0, 1e12)]
        for metric in history.metrics()
        if (metric.namespace, metric.dimensions) == (namespace, dimensions)
    }


def units(endpoint: str) -> dict[str, list[str]]:
    history = history_of(ACCOUNT, REGION)
    return {
        metric.name: history.units(metric)
        for metric in history.metrics()
        if ("EndpointName", endpoint) in metric.dimensions
    }


@contextmanager
def held(cloud: Cloud, endpoint: str, gate: Path) -> Iterator[None]:
    """Have a request under way."""
    client = cloud.client("sagemaker-runtime")

    def ask() -> None:
        client.invoke_endpoint(EndpointName=endpoint, Body=f"hold {gate}".encode())["Body"].read()

    thread = threading.Thread(target=ask)
    thread.start()
    eventually(gate.with_name(gate.name + ".begun").exists)
    try:
        yield
    finally:
        gate.touch()
        thread.join(20)


def test_requests_on_two_instances(cloud):
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one")), InitialInstanceCount=2))
    cloud.invoke(endpoint)
    for status in (400, 503, 302):
        with pytest.raises(cloud.runtime.exceptions.ModelError) if status >= 400 else _nothing():
            cloud.invoke(endpoint, f"status {status}".encode())
    with pytest.raises(cloud.runtime.exceptions.ModelError):
        cloud.invoke(endpoint, b"die")
    eventually(lambda: set(values(endpoint)) == COMMON | ON_INSTANCES)
    found = values(endpoint)
    assert found["Invocations"] == [1] * 5
    assert found["InvocationsPerInstance"] == [0.5] * 5
    assert found["Invocation4XXErrors"] == [0, 1, 0, 0, 0]
    assert found["Invocation5XXErrors"] == [0, 0, 1, 0, 1]
    assert found["InvocationModelErrors"] == [0, 1, 1, 1, 1]
    for name, unit in units(endpoint).items():
        assert unit == (["Microseconds"] if name in MICROSECONDS else ["Percent"] if "Utiliz" in name else ["None"])


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def test_a_stream_tells_when_its_first_part_came(cloud):
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))
    answer = cloud.runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=b"name")
    assert b"".join(event["PayloadPart"]["Bytes"] for event in answer["Body"]) == b"one"
    found = values(endpoint)
    assert found["MidStreamErrors"] == [0]
    assert 0 < found["FirstChunkModelLatency"][0] < found["ModelLatency"][0]
    assert found["FirstChunkLatency"][0] == pytest.approx(
        found["FirstChunkModelLatency"][0] + found["FirstChunkOverheadLatency"][0]
    )
    with pytest.raises(cloud.runtime.exceptions.ModelError):
        cloud.runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=b"status 500")
    assert len(values(endpoint)["MidStreamErrors"]) == 1  # it did not begin
    cut = cloud.runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=b"cut off")
    # botocore leaves the connection of a stream that failed open.
    with closing(cut["Body"]), pytest.raises(EventStreamError, match="ModelStreamError"):
        list(cut["Body"])
    found = values(endpoint)
    assert found["MidStreamErrors"] == [0, 1]
    assert found["Invocations"] == [1, 1, 1]
    assert found["Invocation5XXErrors"] == [0, 1, 0]


def test_a_serverless_endpoint_has_its_own_and_no_others(cloud, tmp_path):
    config = cloud.make_serverless_config(cloud.make_model(scripted("one")), MaxConcurrency=4)
    endpoint = cloud.make_endpoint(config)
    cloud.invoke(endpoint)
    with held(cloud, endpoint, tmp_path / "gate"):
        cloud.invoke(endpoint)
    list(cloud.runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=b"name")["Body"])
    found = values(endpoint)
    assert set(found) == COMMON | {"ModelSetupTime", "ServerlessConcurrentExecutionsUtilization"}
    assert found["ModelSetupTime"][0] > 0
    assert len(found["ModelSetupTime"]) == 1
    assert sorted(found["ServerlessConcurrentExecutionsUtilization"]) == [0.25, 0.25, 0.25, 0.5]
    eventually(lambda: values(endpoint, "/aws/sagemaker/Endpoints"))
    assert set(values(endpoint, "/aws/sagemaker/Endpoints")) == {"MemoryUtilization"}


def test_warm_slots_are_counted_and_what_spills_over(cloud, tmp_path):
    config = cloud.make_serverless_config(cloud.make_model(scripted("one")), MaxConcurrency=4, ProvisionedConcurrency=1)
    endpoint = cloud.make_endpoint(config)
    with held(cloud, endpoint, tmp_path / "gate"):
        cloud.invoke(endpoint)
    found = values(endpoint)
    assert set(found) == COMMON | WARM | {"ServerlessConcurrentExecutionsUtilization"}
    assert found["ServerlessProvisionedConcurrencyExecutions"] == [1, 1]
    assert found["ServerlessProvisionedConcurrencyUtilization"] == [1, 1]
    assert sorted(found["ServerlessProvisionedConcurrencyInvocations"]) == [0, 1]
    assert sorted(found["ServerlessProvisionedConcurrencySpilloverInvocations"]) == [0, 1]
    cloud.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[
            {"VariantName": "AllTraffic", "ServerlessUpdateConfig": {"ProvisionedConcurrency": 2}}
        ],
    )
    cloud.settled(endpoint)
    cloud.invoke(endpoint)
    assert values(endpoint)["ServerlessProvisionedConcurrencyUtilization"][-1] == 0.5


@pytest.fixture
def asynchronous(cloud: Cloud) -> str:
    """Make an asynchronous endpoint with a topic, whose role may write answers."""
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:answers"
    role = cloud.make_role(
        [*rights(), allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/output/*"), allow("sns:Publish", topic)]
    )
    output = {"S3OutputPath": f"s3://{BUCKET}/output/", "NotificationConfig": {"SuccessTopic": topic}}
    client = {"MaxConcurrentInvocationsPerInstance": 1}
    config = {"AsyncInferenceConfig": {"OutputConfig": output, "ClientConfig": client}}
    model = cloud.make_model(scripted("one"), ExecutionRoleArn=role)
    return cloud.make_endpoint(cloud.make_config(model, config=config))


ASYNC = {
    "ExpiredRequests",
    "Invocation4XXErrors",
    "Invocation5XXErrors",
    "InvocationFailures",
    "InvocationsProcessed",
    "ModelLatency",
    "NotificationFailures",
    "RequestDownloadFailures",
    "RequestDownloadLatency",
    "ResponseUploadFailures",
    "ResponseUploadLatency",
    "TimeInBacklog",
    "TotalProcessingTime",
}


def send(cloud: Cloud, endpoint: str, body: bytes, **more: Any) -> None:
    cloud.runtime.invoke_endpoint_async(EndpointName=endpoint, InputLocation=cloud.put(body), **more)


def test_asynchronous_requests_have_metrics_of_their_own(cloud, asynchronous):
    send(cloud, asynchronous, b"name")
    eventually(lambda: values(asynchronous).get("InvocationsProcessed"))
    found = values(asynchronous)
    assert set(found) == ASYNC
    assert found["InvocationsProcessed"] == [1]
    assert found["TotalProcessingTime"][0] >= found["TimeInBacklog"][0]
    assert found["NotificationFailures"] == [1]  # there is no such topic
    assert found["ExpiredRequests"] == found["InvocationFailures"] == found["ResponseUploadFailures"] == [0]
    cloud.client("sns").create_topic(Name="answers")
    send(cloud, asynchronous, b"name")
    eventually(lambda: len(values(asynchronous)["InvocationsProcessed"]) == 2)
    assert values(asynchronous)["NotificationFailures"] == [1, 0]
    send(cloud, asynchronous, b"status 400")
    eventually(lambda: len(values(asynchronous)["InvocationFailures"]) == 3)
    found = values(asynchronous)
    assert found["Invocation4XXErrors"] == found["InvocationFailures"] == [0, 0, 1]
    assert len(found["ResponseUploadFailures"]) == 2
    cloud.runtime.invoke_endpoint_async(EndpointName=asynchronous, InputLocation=f"s3://{BUCKET}/gone")
    eventually(lambda: len(values(asynchronous)["InvocationFailures"]) == 4)
    assert values(asynchronous)["RequestDownloadFailures"] == [0, 0, 0, 1]
    found_units = units(asynchronous)
    assert found_units["TotalProcessingTime"] == found_units["TimeInBacklog"] == ["Milliseconds"]
    assert found_units["RequestDownloadLatency"] == ["Microseconds"]


def test_what_waits_is_counted_and_how_old_it_is_and_what_grew_too_old(cloud, asynchronous, tmp_path):
    gate = tmp_path / "gate"
    send(cloud, asynchronous, f"hold {gate}".encode())
    eventually(gate.with_name("gate.begun").exists)
    send(cloud, asynchronous, b"name")
    client = cloud.client("sagemaker-runtime")
    # No client of AWS's asks for less than a minute.
    client.meta.events.register("before-sign.sagemaker-runtime.InvokeEndpointAsync", _in_a_hurry)
    client.invoke_endpoint_async(EndpointName=asynchronous, InputLocation=cloud.put(b"name"))
    try:
        eventually(lambda: 3 in values(asynchronous, variant="").get("ApproximateBacklogSize", []))
        eventually(lambda: max(values(asynchronous, variant="").get("ApproximateAgeOfOldestRequest", [0])) > 0.5)
        eventually(lambda: values(asynchronous).get("ExpiredRequests") == [1])
    finally:
        gate.touch()
    found = values(asynchronous, variant="")
    assert set(found) == {
        "ApproximateAgeOfOldestRequest",
        "ApproximateBacklogSize",
        "ApproximateBacklogSizePerInstance",
        "HasBacklogWithoutCapacity",
    }
    assert found["HasBacklogWithoutCapacity"] == [0] * len(found["HasBacklogWithoutCapacity"])
    assert units(asynchronous)["ApproximateAgeOfOldestRequest"] == ["Seconds"]
    eventually(lambda: values(asynchronous).get("InvocationsProcessed") == [1, 1])


def _in_a_hurry(request: Any, **_: Any) -> None:
    request.headers["X-Amzn-SageMaker-RequestTTLSeconds"] = "5"


def test_instances_are_measured_while_they_work(cloud):
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))

    def busy() -> bool:
        for _ in range(20):
            cloud.invoke(endpoint)
        return max(values(endpoint, "/aws/sagemaker/Endpoints").get("CPUUtilization", [0])) > 0

    eventually(busy)
    found = values(endpoint, "/aws/sagemaker/Endpoints")
    assert set(found) == {"CPUUtilization", "MemoryUtilization", "DiskUtilization"}
    # An ml.m5.large has two cores.
    assert max(found["CPUUtilization"]) <= 200
    assert 0 < max(found["MemoryUtilization"]) < 100
    count = len(found["MemoryUtilization"])
    eventually(lambda: len(values(endpoint, "/aws/sagemaker/Endpoints")["MemoryUtilization"]) > count)
    now = datetime.now(timezone.utc)
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "AllTraffic"}]
    (point,) = cloud.client("cloudwatch").get_metric_statistics(
        Namespace="/aws/sagemaker/Endpoints",
        MetricName="MemoryUtilization",
        Dimensions=dimensions,
        StartTime=now - timedelta(days=1),
        EndTime=now + timedelta(days=1),
        Period=86400 * 4,
        Statistics=["Average"],
    )["Datapoints"]
    assert point["Unit"] == "Percent"


def test_a_role_that_loses_the_right_puts_no_more(cloud):
    role = cloud.make_role(rights())
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"), ExecutionRoleArn=role)))
    eventually(lambda: values(endpoint, "/aws/sagemaker/Endpoints"))
    name = role.rpartition("/")[2]
    cloud.iam.delete_role_policy(RoleName=name, PolicyName="rights")
    # One that was under way may still come.
    eventually(lambda: _is_silent(endpoint), 30)


def _is_silent(endpoint: str) -> bool:
    before = len(values(endpoint, "/aws/sagemaker/Endpoints")["MemoryUtilization"])
    threading.Event().wait(1.0)
    return len(values(endpoint, "/aws/sagemaker/Endpoints")["MemoryUtilization"]) == before
