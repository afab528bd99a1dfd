"""The CloudWatch metrics of a production variant, one method each.

Source: "Metrics for monitoring Amazon SageMaker AI with Amazon CloudWatch" in the SageMaker developer guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch

if TYPE_CHECKING:
    from aws_cdk import Duration


class VariantMetrics:
    """Metrics of one variant of one endpoint, known by their names alone.

    Every method takes the statistic and the period of the metric; the period is CDK's 5 minutes unless given.
    """

    def __init__(self, endpoint_name: str, variant_name: str) -> None:
        self._dimensions = {"EndpointName": endpoint_name, "VariantName": variant_name}

    def metric_invocations(self, *, statistic: str = "Sum", period: Duration | None = None) -> cloudwatch.Metric:
        """Requests that reached the variant."""
        return self._invocation_metric("Invocations", statistic, period)

    def metric_invocations_per_instance(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests over the number of instances; only the sum means anything."""
        return self._invocation_metric("InvocationsPerInstance", statistic, period)

    def metric_invocation_4xx_errors(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Share of requests that the model refused: each sends 1 or 0, so the average is the rate."""
        return self._invocation_metric("Invocation4XXErrors", statistic, period)

    def metric_invocation_5xx_errors(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Share of requests that failed: each sends 1 or 0, so the average is the rate."""
        return self._invocation_metric("Invocation5XXErrors", statistic, period)

    def metric_invocation_model_errors(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests that the container did not answer with 2xx."""
        return self._invocation_metric("InvocationModelErrors", statistic, period)

    def metric_model_latency(self, *, statistic: str = "Average", period: Duration | None = None) -> cloudwatch.Metric:
        """Time that the container took, in microseconds."""
        return self._invocation_metric("ModelLatency", statistic, period)

    def metric_overhead_latency(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time that SageMaker added to the container's, in microseconds."""
        return self._invocation_metric("OverheadLatency", statistic, period)

    def metric_concurrent_requests_per_model(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests in flight, sampled every 10 seconds."""
        return self._invocation_metric("ConcurrentRequestsPerModel", statistic, period)

    def metric_model_setup_time(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time of a serverless variant's cold starts, in microseconds."""
        return self._invocation_metric("ModelSetupTime", statistic, period)

    def metric_provisioned_concurrency_utilization(
        self, *, statistic: str = "Maximum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Share of a serverless variant's provisioned concurrency that is in use, 0 to 1."""
        return self._invocation_metric("ServerlessProvisionedConcurrencyUtilization", statistic, period)

    def metric_cpu_utilization(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """CPU of the instances, in percent of one core: four cores make up to 400 %."""
        return self._instance_metric("CPUUtilization", statistic, period)

    def metric_memory_utilization(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Memory of the instances, in percent."""
        return self._instance_metric("MemoryUtilization", statistic, period)

    def metric_disk_utilization(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Disk of the instances, in percent."""
        return self._instance_metric("DiskUtilization", statistic, period)

    def _invocation_metric(self, name: str, statistic: str, period: Duration | None) -> cloudwatch.Metric:
        return self._metric("AWS/SageMaker", name, statistic, period)

    def _instance_metric(self, name: str, statistic: str, period: Duration | None) -> cloudwatch.Metric:
        return self._metric("/aws/sagemaker/Endpoints", name, statistic, period)

    def _metric(self, namespace: str, name: str, statistic: str, period: Duration | None) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            dimensions_map=self._dimensions,
            statistic=statistic,
            period=period,
        )
