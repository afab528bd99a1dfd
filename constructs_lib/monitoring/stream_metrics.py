"""The metrics of answers that are streamed: how soon they begin, and how many break off.

Source: "Amazon SageMaker AI metrics in Amazon CloudWatch" in the SageMaker developer guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.monitoring.metric_source import MetricSource

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch


class StreamMetrics(MetricSource):
    """Metrics of InvokeEndpointWithResponseStream."""

    def metric_first_chunk_latency(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time until the first part of an answer left for the caller, in microseconds."""
        return self.metric("FirstChunkLatency", statistic=statistic, period=period)

    def metric_first_chunk_model_latency(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time until the container gave the first part of an answer, in microseconds."""
        return self.metric("FirstChunkModelLatency", statistic=statistic, period=period)

    def metric_first_chunk_overhead_latency(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time that SageMaker added to that, in microseconds."""
        return self.metric("FirstChunkOverheadLatency", statistic=statistic, period=period)

    def metric_mid_stream_errors(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Share of answers that broke off after they had begun: each sends 1 or 0."""
        return self.metric("MidStreamErrors", statistic=statistic, period=period)
