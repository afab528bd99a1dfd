"""Instance metrics are put with the role's right for their namespace, in shares of what the instance type has."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from moto.core.base_backend import BackendDict

from local_sagemaker import pace
from local_sagemaker.data_plane_errors import AccessDeniedError
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.instance_types import Size
from local_sagemaker.monitoring import instance_metrics
from local_sagemaker.monitoring.instance_metrics import InstanceMeter, authorize_instance_metrics, interval
from local_sagemaker.monitoring.metric_history import history_of
from local_sagemaker.monitoring.process_usage import Usage
from tests.local_sagemaker.cloud import ACCOUNT, REGION
from tests.local_sagemaker.recorder import Recorder

ENDPOINT = EndpointIdentity("churn", ACCOUNT, REGION)
SIZE = Size(4, 1000)
GROUPS = frozenset({os.getpgid(0)})


class Instance:
    """What is measured."""

    process_groups = GROUPS


@pytest.fixture(autouse=True)
def empty_cloudwatch() -> Iterator[None]:
    BackendDict.reset()
    yield
    BackendDict.reset()


def put() -> dict[str, list[float]]:
    history = history_of(ACCOUNT, REGION)
    return {metric.name: [sample.total for sample in history.between(metric, 0, 1e12)] for metric in history.metrics()}


@pytest.fixture
def usages(monkeypatch: pytest.MonkeyPatch) -> list[Usage | None]:
    """Say what is measured, one after the other, a second apart."""
    found: list[Usage | None] = []
    clock = iter(range(100))
    monkeypatch.setattr(instance_metrics, "usage_of", lambda _: found.pop(0))
    monkeypatch.setattr("local_sagemaker.monitoring.instance_metrics.time.monotonic", lambda: float(next(clock)))
    return found


def test_cpu_and_memory_are_shares_of_what_the_instance_has(tmp_path, usages):
    usages += [Usage(10.0, 250), Usage(12.0, 500), Usage(11.0, 5000), Usage(99.0, 0)]
    meter = InstanceMeter(Recorder(), ENDPOINT, "AllTraffic", SIZE, tmp_path)
    instance: Any = Instance()
    for _ in range(4):
        meter.sample([instance])
    found = put()
    assert found["MemoryUtilization"] == [25, 50, 100, 0]
    # Two cores, then a worker had ended, then more than there is.
    assert found["CPUUtilization"] == [200, 0, 400]
    assert "CPUUtilizationNormalized" not in found
    assert len(found["DiskUtilization"]) == 4
    assert 0 < found["DiskUtilization"][0] <= 100


def test_a_serverless_variant_has_memory_alone(tmp_path, usages):
    usages += [Usage(1.0, 100), Usage(2.0, 200)]
    meter = InstanceMeter(Recorder(), ENDPOINT, "AllTraffic", SIZE, tmp_path, serverless=True)
    instance: Any = Instance()
    for _ in range(2):
        meter.sample([instance])
    assert put() == {"MemoryUtilization": [10, 20]}


def test_where_nobody_knows_the_processes_nothing_is_said_of_them(usages):
    usages += [None]
    instance: Any = Instance()
    InstanceMeter(Recorder(), ENDPOINT, "AllTraffic", SIZE, None).sample([instance])
    assert put() == {}


def test_the_right_is_needed():
    role = Recorder()
    authorize_instance_metrics(role, ENDPOINT)
    assert role.contexts["cloudwatch:PutMetricData"] == {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}
    refused = Recorder("cloudwatch:PutMetricData")
    with pytest.raises(AccessDeniedError, match="cloudwatch:PutMetricData"):
        authorize_instance_metrics(refused, ENDPOINT)
    instance: Any = Instance()
    InstanceMeter(refused, ENDPOINT, "AllTraffic", SIZE, None).sample([instance])
    assert put() == {}


def test_samples_are_a_minute_apart_at_the_local_clouds_pace():
    try:
        assert interval() == 1.0
        pace.use(6000)
        assert interval() == 0.2
    finally:
        pace.use(pace.DEFAULT_SPEED)
