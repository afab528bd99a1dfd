import inspect

import pytest
from aws_cdk import Duration

from constructs_lib.variant_metrics import VariantMetrics

METHODS = sorted(name for name in vars(VariantMetrics) if name.startswith("metric_"))
INSTANCE_METRICS = {"CPUUtilization", "MemoryUtilization", "DiskUtilization"}


@pytest.mark.parametrize("method", METHODS)
def test_every_metric_is_of_the_variant_and_takes_statistic_and_period(stack, method):
    metric = getattr(VariantMetrics("churn", "AllTraffic"), method)(statistic="p99", period=Duration.minutes(1))
    assert metric.dimensions == {"EndpointName": "churn", "VariantName": "AllTraffic"}
    assert (metric.statistic, metric.period.to_seconds()) == ("p99", 60)
    expected = "/aws/sagemaker/Endpoints" if metric.metric_name in INSTANCE_METRICS else "AWS/SageMaker"
    assert metric.namespace == expected
    assert stack.resolve(metric.to_metric_config().metric_stat.metric_name) == metric.metric_name


def test_no_two_methods_give_the_same_metric():
    metrics = [getattr(VariantMetrics("churn", "AllTraffic"), method)().metric_name for method in METHODS]
    assert len(set(metrics)) == len(metrics) == 13


def test_errors_are_a_rate_by_default_and_latencies_say_their_unit():
    metrics = VariantMetrics("churn", "AllTraffic")
    assert metrics.metric_invocation_5xx_errors().statistic == "Average"
    assert all(
        "microseconds" in (inspect.getdoc(getattr(metrics, method)) or "") for method in METHODS if "latency" in method
    )
