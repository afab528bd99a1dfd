"""Invocations are counted in CloudWatch as SageMaker counts them."""

from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict

from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics
from local_sagemaker.monitoring.metric_history import history_of
from tests.local_sagemaker.cloud import ACCOUNT, REGION

ENDPOINT = EndpointIdentity("churn", ACCOUNT, REGION)
VARIANT = (("EndpointName", "churn"), ("VariantName", "AllTraffic"))


@pytest.fixture(autouse=True)
def empty_cloudwatch() -> Iterator[None]:
    BackendDict.reset()
    yield
    BackendDict.reset()


def put() -> dict[str, tuple[list[float], list[str]]]:
    """Give values and units of each metric of the variant."""
    history = history_of(ACCOUNT, REGION)
    return {
        metric.name: ([sample.total for sample in history.between(metric, 0, 1e12)], history.units(metric))
        for metric in history.metrics()
        if (metric.namespace, metric.dimensions) == ("AWS/SageMaker", VARIANT)
    }


def test_errors_are_ones_among_zeros_and_latencies_microseconds():
    metrics = InvocationMetrics()
    for status, latency in ((200, 0.001), (415, 0.002), (500, 0.003), (0, 0.006)):
        metrics.record(ENDPOINT, "AllTraffic", status=status, model_latency=latency, overhead_latency=0.5)
    assert put() == {
        "Invocations": ([1, 1, 1, 1], ["None"]),
        "Invocation4XXErrors": ([0, 1, 0, 0], ["None"]),
        "Invocation5XXErrors": ([0, 0, 1, 1], ["None"]),
        "InvocationModelErrors": ([0, 1, 1, 1], ["None"]),
        "ModelLatency": ([1000, 2000, 3000, 6000], ["Microseconds"]),
        "OverheadLatency": ([500_000] * 4, ["Microseconds"]),
    }
