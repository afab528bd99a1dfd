"""The metrics of asynchronous endpoints: what waits, how long it waited, and what came of it.

Source: "Alarms and logs for tracking metrics from asynchronous endpoints" in the SageMaker developer guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.monitoring.metric_source import MetricSource

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch


class AsyncMetrics(MetricSource):
    """Metrics of the requests of an asynchronous endpoint's variant."""

    def metric_invocations_processed(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests that were answered."""
        return self.metric("InvocationsProcessed", statistic=statistic, period=period)

    def metric_invocation_failures(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests that came to no answer, whatever the reason."""
        return self.metric("InvocationFailures", statistic=statistic, period=period)

    def metric_expired_requests(self, *, statistic: str = "Sum", period: Duration | None = None) -> cloudwatch.Metric:
        """Requests that waited for too long and were given up."""
        return self.metric("ExpiredRequests", statistic=statistic, period=period)

    def metric_request_download_failures(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests that could not be read from S3."""
        return self.metric("RequestDownloadFailures", statistic=statistic, period=period)

    def metric_response_upload_failures(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Answers that could not be written to S3."""
        return self.metric("ResponseUploadFailures", statistic=statistic, period=period)

    def metric_notification_failures(
        self, *, statistic: str = "Sum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Topics that could not be told."""
        return self.metric("NotificationFailures", statistic=statistic, period=period)

    def metric_request_download_latency(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time to read a request from S3, in microseconds."""
        return self.metric("RequestDownloadLatency", statistic=statistic, period=period)

    def metric_response_upload_latency(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time to write an answer to S3, in microseconds."""
        return self.metric("ResponseUploadLatency", statistic=statistic, period=period)

    def metric_time_in_backlog(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time that a request waited for an instance, in milliseconds."""
        return self.metric("TimeInBacklog", statistic=statistic, period=period)

    def metric_total_processing_time(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Time from the request to its answer, the waiting included, in milliseconds."""
        return self.metric("TotalProcessingTime", statistic=statistic, period=period)


class BacklogMetrics(MetricSource):
    """Metrics of what waits for an asynchronous endpoint; they belong to the endpoint, not to a variant."""

    def metric_approximate_backlog_size(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Requests that wait or are being answered."""
        return self.metric("ApproximateBacklogSize", statistic=statistic, period=period)

    def metric_approximate_backlog_size_per_instance(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """The same over the number of instances; there is none while there is no instance."""
        return self.metric("ApproximateBacklogSizePerInstance", statistic=statistic, period=period)

    def metric_approximate_age_of_oldest_request(
        self, *, statistic: str = "Maximum", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """How long the oldest of them has waited, in seconds."""
        return self.metric("ApproximateAgeOfOldestRequest", statistic=statistic, period=period)

    def metric_has_backlog_without_capacity(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """1 while requests wait and no instance runs, else 0; what wakes an endpoint from zero."""
        return self.metric("HasBacklogWithoutCapacity", statistic=statistic, period=period)
