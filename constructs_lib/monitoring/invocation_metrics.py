"""The metrics of requests: how many, how many failed, how long they took, how many are under way.

Source: "Amazon SageMaker AI metrics in Amazon CloudWatch" in the SageMaker developer guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.monitoring.metric_source import MetricSource

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch


class InvocationMetrics(MetricSource):
    """Metrics of a variant's requests; an asynchronous endpoint has those of 4xx, 5xx and ModelLatency only."""

    def metric_invocations(self, *, statistic: str = "Sum", period: Duration | None = None) -> cloudwatch.Metric:
        """Requests that reached the variant."""
        return self.metric("Invocations", statistic=statistic, period=period)

    def metric_invocations_per_instance(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests over the number of instances: each sends 1 / number, so that only the sum means anything."""
        return self.metric("InvocationsPerInstance", statistic=statistic, period=period)

    def metric_invocation_4xx_errors(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Share of requests that the model refused: each sends 1 or 0, so the average is the rate."""
        return self.metric("Invocation4XXErrors", statistic=statistic, period=period)

    def metric_invocation_5xx_errors(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Share of requests that failed: each sends 1 or 0, so the average is the rate."""
        return self.metric("Invocation5XXErrors", statistic=statistic, period=period)

    def metric_invocation_model_errors(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests that the container did not answer with 2xx, or not at all: 1 each, else 0."""
        return self.metric("InvocationModelErrors", statistic=statistic, period=period)

    def metric_model_latency(self, *, statistic: str = "Average", period: Duration | None = None) -> cloudwatch.Metric:
        """Time that the container took, in microseconds."""
        return self.metric("ModelLatency", statistic=statistic, period=period)

    def metric_overhead_latency(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time that SageMaker added to the container's, in microseconds."""
        return self.metric("OverheadLatency", statistic=statistic, period=period)

    def metric_concurrent_requests_per_model(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests in flight, what waits in the container included; sampled every 10 seconds."""
        return self.metric("ConcurrentRequestsPerModel", statistic=statistic, period=period)
