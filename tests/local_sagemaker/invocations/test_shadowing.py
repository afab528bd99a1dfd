"""A shadow variant gets copies of requests; the caller sees nothing of it, the metrics do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from local_sagemaker.containers.container_client import ContainerResponse
from local_sagemaker.data_plane_errors import UnreachableError
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.invocations.shadowing import MOST_COPIES, Shadowing
from local_sagemaker.invocations.transcripts import Transcript
from tests.local_sagemaker.cloud import ACCOUNT, REGION, Cloud, eventually, running_cloud, scripted

CHURN = EndpointIdentity("churn", ACCOUNT, REGION)
ANSWER = Transcript.of(ContainerResponse(200, {}, b"one"))


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


def shadowed(cloud: Cloud, model: str, weight: float) -> str:
    shadow = {
        "VariantName": "Shadow",
        "ModelName": cloud.make_model(scripted(model)),
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
        "InitialVariantWeight": weight,
    }
    config = {"ShadowProductionVariants": [shadow]}
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one")), config=config))


def statistic(cloud: Cloud, namespace: str, metric: str, endpoint: str, variant: str, name: str) -> float:
    cloudwatch = cloud.client("cloudwatch")
    now = datetime.now(UTC)
    points = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=10),
        Period=3600,
        Statistics=[name],
    )["Datapoints"]
    return float(sum(point[name] for point in points))


def test_half_of_the_requests_are_copied_and_the_answers_that_differ_are_counted(cloud):
    endpoint = shadowed(cloud, "two", 0.5)
    assert {cloud.invoke(endpoint) for _ in range(20)} == {"one"}
    eventually(lambda: statistic(cloud, "AWS/SageMaker", "Invocations", endpoint, "Shadow", "Sum") == 10)
    assert statistic(cloud, "AWS/SageMaker", "Invocations", endpoint, "AllTraffic", "Sum") == 20
    assert statistic(cloud, "LocalSageMaker", "ShadowDifferences", endpoint, "Shadow", "Sum") == 10


def test_answers_that_are_the_same_do_not_count(cloud):
    endpoint = shadowed(cloud, "one", 1)
    for _ in range(3):
        cloud.invoke(endpoint)
    eventually(lambda: statistic(cloud, "LocalSageMaker", "ShadowDifferences", endpoint, "Shadow", "SampleCount") == 3)
    assert statistic(cloud, "LocalSageMaker", "ShadowDifferences", endpoint, "Shadow", "Sum") == 0


def test_it_is_described_and_stopped_with_the_endpoint(cloud):
    endpoint = shadowed(cloud, "two", 0.25)
    (shadow,) = cloud.describe(endpoint)["ShadowProductionVariants"]
    assert (shadow["VariantName"], shadow["CurrentWeight"], shadow["CurrentInstanceCount"]) == ("Shadow", 0.25, 1)
    config = cloud.make_config(cloud.make_model(scripted("three")))
    cloud.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    assert "ShadowProductionVariants" not in cloud.settled(endpoint)
    assert cloud.invoke(endpoint) == "three"


class Recorder:
    """Stands in for the metrics."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.differences: list[bool] = []

    def record(self, *_: Any, status: int, **__: Any) -> None:
        self.statuses.append(status)

    def record_difference(self, *_: Any, differs: bool) -> None:
        self.differences.append(differs)


def exchange(stream: Any, variant: str = "Shadow") -> Any:
    call = SimpleNamespace(endpoint=CHURN)
    return SimpleNamespace(
        open=contextmanager(stream), variant=variant, model_latency=0.0, load=None, call=call, capture_target=None
    )


def unreachable() -> Any:
    yield from ()
    raise UnreachableError("gone")


def answering(status: int) -> Any:
    parts = iter([b"o", b"ne", b""])
    yield SimpleNamespace(status=status, headers={}, read=lambda: next(parts))


def test_a_shadow_that_does_not_answer_is_counted_and_one_that_is_gone_is_not():
    recorder, captured = Recorder(), SimpleNamespace()
    shadowing = Shadowing(recorder, captured)  # type: ignore[arg-type]
    shadowing.send(exchange(unreachable), ANSWER)
    shadowing.send(exchange(lambda: answering(500)), ANSWER)
    shadowing.send(exchange(unreachable, variant=""), ANSWER)
    eventually(lambda: len(recorder.differences) == 2)
    shadowing.close()
    assert sorted(recorder.statuses) == [0, 500]
    assert recorder.differences == [True, True]


def test_a_slow_shadow_is_left_out_once_enough_copies_wait():
    recorder, go = Recorder(), threading.Event()
    captured = SimpleNamespace(record=lambda *_: None)

    def slow() -> Any:
        go.wait(20)
        yield from answering(200)

    shadowing = Shadowing(recorder, captured)  # type: ignore[arg-type]
    for _ in range(MOST_COPIES + 10):
        shadowing.send(exchange(slow), ANSWER)
    go.set()
    eventually(lambda: len(recorder.statuses) == MOST_COPIES)
    shadowing.send(exchange(slow), ANSWER)
    eventually(lambda: len(recorder.statuses) == MOST_COPIES + 1)
    shadowing.close()
    assert not any(recorder.differences)
