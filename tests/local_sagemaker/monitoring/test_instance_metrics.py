"""Instance metrics are put with the role's right for their namespace."""

from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict

from local_sagemaker.data_plane_errors import AccessDeniedError
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.monitoring.instance_metrics import put_instance_metrics
from local_sagemaker.monitoring.metric_history import history_of
from tests.local_sagemaker.cloud import ACCOUNT, REGION
from tests.local_sagemaker.recorder import Recorder

ENDPOINT = EndpointIdentity("churn", ACCOUNT, REGION)


@pytest.fixture(autouse=True)
def empty_cloudwatch() -> Iterator[None]:
    BackendDict.reset()
    yield
    BackendDict.reset()


@pytest.mark.parametrize("names", [{"SC_AVPHYS_PAGES": 86}, {}])
def test_percentages_are_put_for_the_variant(tmp_path, monkeypatch, names):
    monkeypatch.setattr("os.sysconf_names", names)
    role = Recorder()
    put_instance_metrics(role, ENDPOINT, "AllTraffic", tmp_path)
    assert role.contexts["cloudwatch:PutMetricData"] == {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}
    history = history_of(ACCOUNT, REGION)
    metrics = {metric.name: metric for metric in history.metrics()}
    assert set(metrics) == {"CPUUtilization", "MemoryUtilization", "DiskUtilization"}
    assert 0 < history.between(metrics["MemoryUtilization"], 0, 1e12)[0].total <= 100
    assert {metric.namespace for metric in metrics.values()} == {"/aws/sagemaker/Endpoints"}


def test_the_right_is_needed(tmp_path):
    with pytest.raises(AccessDeniedError, match="cloudwatch:PutMetricData"):
        put_instance_metrics(Recorder("cloudwatch:PutMetricData"), ENDPOINT, "AllTraffic", tmp_path)
    assert history_of(ACCOUNT, REGION).metrics() == []
