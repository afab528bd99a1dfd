"""Instance metrics: how full memory and disk are, put into CloudWatch as the execution role.

This is what a role's ``cloudwatch:PutMetricData`` is for here. The metrics of invocations are SageMaker's own and take
no right of the role. AWS puts instance metrics every minute; the local cloud once, when a variant starts.
Rule: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html (endpoint instance metrics).
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from moto.cloudwatch.models import cloudwatch_backends

if TYPE_CHECKING:
    from pathlib import Path

    from local_sagemaker.access.rights import Principal
    from local_sagemaker.hosting.host import Host


def put_instance_metrics(role: Principal, host: Host, instance: str, folder: Path) -> None:
    """Put CPUUtilization, MemoryUtilization and DiskUtilization, in percent.

    Parameters
    ----------
    role
        Execution role.
    host, instance
        Whose they are, and which of its parts: an endpoint's variant.
    folder
        On the disk that is measured.

    Raises
    ------
    AccessDeniedError
        The role lacks cloudwatch:PutMetricData for the namespace.
    """
    role.authorize("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": host.metrics_namespace})
    disk = shutil.disk_usage(folder)
    pages = os.sysconf("SC_PHYS_PAGES")
    # Not every platform tells the free pages; then all count as used.
    free = os.sysconf("SC_AVPHYS_PAGES") if "SC_AVPHYS_PAGES" in os.sysconf_names else 0
    percentages = {
        "CPUUtilization": 100.0 * os.getloadavg()[0],
        "MemoryUtilization": 100.0 * (pages - free) / pages,
        "DiskUtilization": 100.0 * disk.used / disk.total,
    }
    cloudwatch_backends[host.account_id][host.region].put_metric_data(
        host.metrics_namespace,
        [
            {"MetricName": name, "Value": value, "Unit": "Percent", "Dimensions": host.dimensions(instance)}
            for name, value in percentages.items()
        ],
    )
