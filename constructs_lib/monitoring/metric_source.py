"""What metrics belong to: a set of dimensions, by which CloudWatch knows whose a value is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import Duration

INVOCATIONS = "AWS/SageMaker"
"""Namespace of what SageMaker counts itself."""
INSTANCES = "/aws/sagemaker/Endpoints"
"""Namespace of what the instances say of themselves, with the execution role's rights."""


class MetricSource:
    """Metrics with the same dimensions.

    Every method takes the statistic and the period of the metric; the period is CDK's 5 minutes unless given.
    SageMaker publishes every minute, or every 10 s what is said so.

    Parameters
    ----------
    dimensions
        Names and values, exactly as SageMaker writes them: CloudWatch tells capital letters from small ones.
    """

    def __init__(self, dimensions: Mapping[str, str]) -> None:
        self._dimensions = dict(dimensions)

    def metric(
        self,
        metric_name: str,
        *,
        namespace: str = INVOCATIONS,
        statistic: str = "Average",
        period: Duration | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> cloudwatch.Metric:
        """Give a metric by its name: one that has no method, or that an ``inference.py`` of yours puts.

        Parameters
        ----------
        metric_name
            As CloudWatch knows it.
        namespace
            ``AWS/SageMaker``, ``/aws/sagemaker/Endpoints``, or your own.
        statistic
            ``Average``, ``Sum``, ``Minimum``, ``Maximum``, ``SampleCount``, or a percentile such as ``p99``.
        period
            What the statistic is over; default: 5 minutes.
        dimensions
            Further ones, such as ``{"InstanceId": "..."}`` of enhanced metrics.
        """
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=metric_name,
            dimensions_map={**self._dimensions, **(dimensions or {})},
            statistic=statistic,
            period=period,
        )
