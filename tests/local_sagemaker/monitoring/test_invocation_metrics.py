"""Invocations are counted in CloudWatch as SageMaker counts them."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.base_backend import BackendDict

from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics
from local_sagemaker.monitoring.metric_history import MetricHistory
from tests.local_sagemaker.cloud import ACCOUNT, REGION, eventually

ENDPOINT = EndpointIdentity("churn", ACCOUNT, REGION)


@pytest.fixture(autouse=True)
def empty_cloudwatch() -> Iterator[None]:
    BackendDict.reset()
    yield
    BackendDict.reset()


def put() -> dict[str, Any]:
    found: list[Any] = cloudwatch_backends[ACCOUNT][REGION].metric_data
    return {metric.name: (metric.sample_count, metric.sum, metric.min, metric.max, metric.unit) for metric in found}


def test_errors_are_ones_among_zeros_and_latencies_microseconds():
    metrics = InvocationMetrics(MetricHistory(), interval=60)
    for status, latency in ((200, 0.001), (415, 0.002), (500, 0.003), (0, 0.006)):
        metrics.record(ENDPOINT, "AllTraffic", status=status, model_latency=latency, overhead_latency=0.5)
    metrics.close()
    assert put() == {
        "Invocations": (4, 4, 1, 1, "None"),
        "Invocation4XXErrors": (4, 1, 0, 1, "None"),
        "Invocation5XXErrors": (4, 2, 0, 1, "None"),
        "ModelLatency": (4, pytest.approx(12_000), 1000, 6000, "Microseconds"),
        "OverheadLatency": (4, 2_000_000, 500_000, 500_000, "Microseconds"),
    }
    metric = cloudwatch_backends[ACCOUNT][REGION].metric_data[0]
    assert metric.namespace == "AWS/SageMaker"
    assert {(dimension.name, dimension.value) for dimension in metric.dimensions} == {
        ("EndpointName", "churn"),
        ("VariantName", "AllTraffic"),
    }


def test_they_are_delivered_from_time_to_time():
    metrics = InvocationMetrics(MetricHistory(), interval=0.01)
    metrics.record(ENDPOINT, "AllTraffic", status=200, model_latency=0.001, overhead_latency=0)
    eventually(put)
    metrics.close()
