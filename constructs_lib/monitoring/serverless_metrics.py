"""The metrics of serverless variants: cold starts, and how much of the concurrency is in use.

Source: "Amazon SageMaker AI metrics in Amazon CloudWatch" in the SageMaker developer guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.monitoring.metric_source import MetricSource

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch


class ServerlessMetrics(MetricSource):
    """Metrics of a serverless variant; those of provisioned concurrency are there only where it has some."""

    def metric_model_setup_time(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time of a cold start, which downloads the model and starts the container, in microseconds."""
        return self.metric("ModelSetupTime", statistic=statistic, period=period)

    def metric_concurrent_executions_utilization(
        self, *, statistic: str = "Maximum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests under way over the variant's maximum concurrency, 0 to 1."""
        return self.metric("ServerlessConcurrentExecutionsUtilization", statistic=statistic, period=period)

    def metric_provisioned_concurrency_executions(
        self, *, statistic: str = "Maximum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests under way in warm slots."""
        return self.metric("ServerlessProvisionedConcurrencyExecutions", statistic=statistic, period=period)

    def metric_provisioned_concurrency_utilization(
        self, *, statistic: str = "Maximum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests under way in warm slots over their number, 0 to 1."""
        return self.metric("ServerlessProvisionedConcurrencyUtilization", statistic=statistic, period=period)

    def metric_provisioned_concurrency_invocations(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests that found a warm slot."""
        return self.metric("ServerlessProvisionedConcurrencyInvocations", statistic=statistic, period=period)

    def metric_provisioned_concurrency_spillover_invocations(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests that found every warm slot taken, and may have waited for a cold start."""
        return self.metric("ServerlessProvisionedConcurrencySpilloverInvocations", statistic=statistic, period=period)
