import inspect

import pytest
from aws_cdk import Duration

from constructs_lib.monitoring.variant_metrics import VariantMetrics

METHODS = sorted(name for name in dir(VariantMetrics) if name.startswith("metric_"))
# From "Amazon SageMaker AI metrics in Amazon CloudWatch", "Alarms and logs for tracking metrics from asynchronous
# endpoints" and "... from serverless endpoints" in the SageMaker developer guide.
INSTANCES = {
    "CPUUtilization",
    "CPUUtilizationNormalized",
    "DiskUtilization",
    "GPUMemoryUtilization",
    "GPUMemoryUtilizationNormalized",
    "GPUUtilization",
    "GPUUtilizationNormalized",
    "LoadedModelCount",
    "MemoryUtilization",
}
REQUESTS = {
    "ConcurrentRequestsPerModel",
    "ExpiredRequests",
    "FirstChunkLatency",
    "FirstChunkModelLatency",
    "FirstChunkOverheadLatency",
    "Invocation4XXErrors",
    "Invocation5XXErrors",
    "InvocationFailures",
    "InvocationModelErrors",
    "Invocations",
    "InvocationsPerInstance",
    "InvocationsProcessed",
    "MidStreamErrors",
    "ModelCacheHit",
    "ModelDownloadingTime",
    "ModelLatency",
    "ModelLoadingTime",
    "ModelLoadingWaitTime",
    "ModelSetupTime",
    "ModelUnloadingTime",
    "NotificationFailures",
    "OverheadLatency",
    "RequestDownloadFailures",
    "RequestDownloadLatency",
    "ResponseUploadFailures",
    "ResponseUploadLatency",
    "ServerlessConcurrentExecutionsUtilization",
    "ServerlessProvisionedConcurrencyExecutions",
    "ServerlessProvisionedConcurrencyInvocations",
    "ServerlessProvisionedConcurrencySpilloverInvocations",
    "ServerlessProvisionedConcurrencyUtilization",
    "TimeInBacklog",
    "TotalProcessingTime",
}


@pytest.mark.parametrize("method", METHODS)
def test_every_metric_is_of_the_variant_and_takes_statistic_and_period(stack, method):
    metric = getattr(VariantMetrics("churn", "AllTraffic"), method)(statistic="p99", period=Duration.minutes(1))
    assert metric.dimensions == {"EndpointName": "churn", "VariantName": "AllTraffic"}
    assert (metric.statistic, metric.period.to_seconds()) == ("p99", 60)
    assert metric.namespace == ("/aws/sagemaker/Endpoints" if metric.metric_name in INSTANCES else "AWS/SageMaker")
    assert stack.resolve(metric.to_metric_config().metric_stat.metric_name) == metric.metric_name


def test_each_metric_of_a_variant_has_one_method():
    metrics = [getattr(VariantMetrics("churn", "AllTraffic"), method)().metric_name for method in METHODS]
    assert sorted(metrics) == sorted(INSTANCES | REQUESTS)


def test_errors_are_a_rate_by_default_and_times_say_their_unit():
    metrics = VariantMetrics("churn", "AllTraffic")
    assert metrics.metric_invocation_5xx_errors().statistic == "Average"
    times = [method for method in METHODS if method.endswith(("latency", "_time", "in_backlog"))]
    assert len(times) == 14
    for method in times:
        unit = (
            "milliseconds" if method in {"metric_time_in_backlog", "metric_total_processing_time"} else "microseconds"
        )
        assert unit in (inspect.getdoc(getattr(metrics, method)) or ""), method


def test_it_knows_its_names():
    metrics = VariantMetrics("churn", "Champion")
    assert (metrics.endpoint_name, metrics.variant_name) == ("churn", "Champion")
