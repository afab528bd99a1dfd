"""Instance metrics: CPU, memory and disk of the containers, put into CloudWatch as the execution role.

This is what a role's ``cloudwatch:PutMetricData`` is for here. The metrics of invocations are SageMaker's own and take
no right of the role. A role without the right fails the start; one that loses it later puts no more.
Rule: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html (endpoint instance metrics): every
minute, CPUUtilization in percent of one core. CPU and memory are those of the container's own processes, in shares of
what the instance type has; the disk is the local cloud's own.
"""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from local_sagemaker import pace
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.monitoring.metric_history import Entry, history_of, metric_of, sample_of
from local_sagemaker.monitoring.process_usage import Usage, usage_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from local_sagemaker.access.rights import Principal
    from local_sagemaker.hosting.host import Host
    from local_sagemaker.hosting.instances import Instance
    from local_sagemaker.instance_types import Size

# Seconds of AWS, and the least that samples are apart here: /proc counts CPU in hundredths of a second.
PERIOD, SHORTEST = 60.0, 0.2


def authorize_instance_metrics(role: Principal, host: Host) -> None:
    """Go on, unless the role may not put the metrics.

    Raises
    ------
    AccessDeniedError
        The role lacks cloudwatch:PutMetricData for the namespace.
    """
    role.authorize("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": host.metrics_namespace})


def interval() -> float:
    """Give the seconds between two samples."""
    return max(pace.seconds(PERIOD), SHORTEST)


class InstanceMeter:
    """Measures the instances of a variant, or of a transform job.

    Parameters
    ----------
    role
        Execution role.
    host, name
        Whose they are, and which of its parts: an endpoint's variant.
    size
        What an instance has.
    folder
        On the disk that is measured; None where AWS measures none.
    serverless
        Whether memory is all that AWS measures.
    """

    def __init__(
        self, role: Principal, host: Host, name: str, size: Size, folder: Path | None, *, serverless: bool = False
    ) -> None:
        self._role = role
        self._host = host
        self._name = name
        self._size = size
        self._folder = folder
        self._serverless = serverless
        self._seen: WeakKeyDictionary[Instance, tuple[float, Usage]] = WeakKeyDictionary()

    def sample(self, instances: Iterable[Instance]) -> None:
        """Put what each instance uses; CPU since the last sample, from the second on."""
        try:
            authorize_instance_metrics(self._role, self._host)
        except DataPlaneError:
            return
        dimensions = self._host.dimensions(self._name)
        history = history_of(self._host.account_id, self._host.region)
        for instance in instances:
            percentages = self._measure(instance)
            history.add(
                Entry(metric_of(self._host.metrics_namespace, name, dimensions), sample_of(value), "Percent")
                for name, value in percentages.items()
            )

    def _measure(self, instance: Instance) -> dict[str, float]:
        found: dict[str, float] = {}
        usage, now = usage_of(instance.process_groups), time.monotonic()
        if usage is not None:
            found["MemoryUtilization"] = min(100.0 * usage.memory / self._size.memory, 100.0)
            then, before = self._seen.get(instance, (now, usage))
            self._seen[instance] = (now, usage)
            if now > then and not self._serverless:
                # A worker that has ended took its time with it.
                spent = max(usage.cpu_seconds - before.cpu_seconds, 0.0)
                cores = min(spent / (now - then), float(self._size.cores))
                found["CPUUtilization"] = 100.0 * cores
        if self._folder is not None and not self._serverless:
            disk = shutil.disk_usage(self._folder)
            found["DiskUtilization"] = 100.0 * disk.used / disk.total
        return found
