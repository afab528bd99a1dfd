"""The metrics of many models on the same instances: which are loaded, and what a request waits for.

Source: "Amazon SageMaker AI metrics in Amazon CloudWatch" in the SageMaker developer guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.monitoring.metric_source import INSTANCES, MetricSource

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch


class MultiModelMetrics(MetricSource):
    """Metrics of a multi-model variant."""

    def metric_model_cache_hit(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Share of requests whose model was loaded already: each sends 1 or 0."""
        return self.metric("ModelCacheHit", statistic=statistic, period=period)

    def metric_model_loading_wait_time(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time that a request waited for its model, in microseconds."""
        return self.metric("ModelLoadingWaitTime", statistic=statistic, period=period)

    def metric_model_downloading_time(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time to download a model from S3, in microseconds."""
        return self.metric("ModelDownloadingTime", statistic=statistic, period=period)

    def metric_model_loading_time(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time of the container's LoadModel call, in microseconds."""
        return self.metric("ModelLoadingTime", statistic=statistic, period=period)

    def metric_model_unloading_time(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time of the container's UnloadModel call, in microseconds."""
        return self.metric("ModelUnloadingTime", statistic=statistic, period=period)

    def metric_loaded_model_count(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Models that an instance has in memory."""
        return self.metric("LoadedModelCount", namespace=INSTANCES, statistic=statistic, period=period)
