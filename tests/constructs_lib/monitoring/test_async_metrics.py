import pytest

from constructs_lib.monitoring.async_metrics import BacklogMetrics

METHODS = sorted(name for name in dir(BacklogMetrics) if name.startswith("metric_"))


@pytest.mark.parametrize("method", METHODS)
def test_what_waits_belongs_to_the_endpoint_and_to_no_variant(method):
    metric = getattr(BacklogMetrics({"EndpointName": "churn"}), method)(statistic="Maximum")
    assert (metric.namespace, metric.dimensions) == ("AWS/SageMaker", {"EndpointName": "churn"})


def test_each_metric_of_the_backlog_has_one_method():
    names = [getattr(BacklogMetrics({"EndpointName": "churn"}), method)().metric_name for method in METHODS]
    assert sorted(names) == [
        "ApproximateAgeOfOldestRequest",
        "ApproximateBacklogSize",
        "ApproximateBacklogSizePerInstance",
        "HasBacklogWithoutCapacity",
    ]
