"""The metrics of instances, which the containers' host puts with the execution role's rights.

Source: "Amazon SageMaker AI metrics in Amazon CloudWatch" in the SageMaker developer guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.monitoring.metric_source import INSTANCES, MetricSource

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch


class InstanceMetrics(MetricSource):
    """Metrics of a variant's instances; a serverless variant has MemoryUtilization only.

    Those of accelerators are there where the instances have some. The normalized ones are published for endpoints with
    inference components alone, which this library does not make.
    """

    def metric_cpu_utilization(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """CPU of the instances, in percent of one core: four cores make up to 400 %."""
        return self.metric("CPUUtilization", namespace=INSTANCES, statistic=statistic, period=period)

    def metric_cpu_utilization_normalized(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """CPU of the instances, in percent of all their cores, 0 to 100."""
        return self.metric("CPUUtilizationNormalized", namespace=INSTANCES, statistic=statistic, period=period)

    def metric_memory_utilization(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Memory of the instances that the containers use, in percent."""
        return self.metric("MemoryUtilization", namespace=INSTANCES, statistic=statistic, period=period)

    def metric_disk_utilization(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Disk of the instances that the containers use, in percent."""
        return self.metric("DiskUtilization", namespace=INSTANCES, statistic=statistic, period=period)

    def metric_gpu_utilization(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Accelerators of the instances, in percent of one: four make up to 400 %."""
        return self.metric("GPUUtilization", namespace=INSTANCES, statistic=statistic, period=period)

    def metric_gpu_utilization_normalized(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Accelerators of the instances, in percent of all, 0 to 100."""
        return self.metric("GPUUtilizationNormalized", namespace=INSTANCES, statistic=statistic, period=period)

    def metric_gpu_memory_utilization(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Memory of the accelerators, in percent of one: four make up to 400 %."""
        return self.metric("GPUMemoryUtilization", namespace=INSTANCES, statistic=statistic, period=period)

    def metric_gpu_memory_utilization_normalized(
        self, *, statistic: str = "Average", period: Duration | None = None
    ) -> cloudwatch.Metric:
        """Memory of the accelerators, in percent of all, 0 to 100."""
        return self.metric("GPUMemoryUtilizationNormalized", namespace=INSTANCES, statistic=statistic, period=period)
