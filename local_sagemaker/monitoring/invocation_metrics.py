"""Metrics of invocations, as SageMaker puts them into CloudWatch for every production variant.

Rule: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html (endpoint invocation metrics):
Invocation4XXErrors and Invocation5XXErrors send 1 or 0 for each invocation, latencies are in microseconds.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from moto.cloudwatch.models import cloudwatch_backends

from local_sagemaker.monitoring.metric_history import Metric, MetricHistory, sorted_dimensions
from local_sagemaker.repeating import Repeating

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity

NAMESPACE = "AWS/SageMaker"
# Of what AWS does not measure.
LOCAL_NAMESPACE = "LocalSageMaker"
# Seconds; AWS aggregates a minute, a person at a laptop wants to see it at once.
FLUSH_INTERVAL = 1.0

_UNITS = dict.fromkeys(
    (
        "ModelDownloadingTime",
        "ModelLatency",
        "ModelLoadingTime",
        "ModelLoadingWaitTime",
        "ModelUnloadingTime",
        "OverheadLatency",
    ),
    "Microseconds",
)


class InvocationMetrics:
    """Collects the metrics of invocations and puts them as one statistic set each, so that memory does not grow fast.

    Parameters
    ----------
    history
        Remembers each value by itself.
    interval
        Seconds between two deliveries.
    """

    def __init__(self, history: MetricHistory, interval: float = FLUSH_INTERVAL) -> None:
        self._history = history
        self._lock = threading.Lock()
        self._values: dict[tuple[str, EndpointIdentity, str, str], list[float]] = {}
        self._repeating = Repeating("invocation metrics", interval, self.flush)

    def record(
        self, endpoint: EndpointIdentity, variant: str, *, status: int, model_latency: float, overhead_latency: float
    ) -> None:
        """Count one invocation.

        Parameters
        ----------
        endpoint, variant
            Who answered.
        status
            HTTP status of the container; 0 when it did not answer.
        model_latency, overhead_latency
            Seconds in the container, and seconds beside it.
        """
        values = {
            "Invocations": 1.0,
            "Invocation4XXErrors": float(400 <= status < 500),
            "Invocation5XXErrors": float(status >= 500 or status == 0),
            "ModelLatency": model_latency * 1e6,
            "OverheadLatency": overhead_latency * 1e6,
        }
        self._add(NAMESPACE, endpoint, variant, values)

    def record_difference(self, endpoint: EndpointIdentity, variant: str, *, differs: bool) -> None:
        """Count an answer of a shadow variant: 1 where it differs from the production variant's, else 0.

        The metric ShadowDifferences is the local cloud's own; its average is the share of answers that differ.
        """
        self._add(LOCAL_NAMESPACE, endpoint, variant, {"ShadowDifferences": float(differs)})

    def record_load(
        self, endpoint: EndpointIdentity, variant: str, values: Mapping[str, float], *, namespace: str = NAMESPACE
    ) -> None:
        """Note other metrics, by name; those of an asynchronous endpoint belong to no variant, which is empty then."""
        self._add(namespace, endpoint, variant, values)

    def flush(self) -> None:
        """Put what was collected."""
        with self._lock:
            collected, self._values = self._values, {}
        for (namespace, endpoint, variant, name), values in collected.items():
            statistics = {
                "SampleCount": len(values),
                "Sum": sum(values),
                "Minimum": min(values),
                "Maximum": max(values),
            }
            cloudwatch_backends[endpoint.account_id][endpoint.region].put_metric_data(
                namespace,
                [
                    {
                        "MetricName": name,
                        "StatisticValues": statistics,
                        "Unit": _UNITS.get(name, "None"),
                        "Dimensions": endpoint.dimensions(variant),
                    }
                ],
            )

    def close(self) -> None:
        """Put what was collected and end the thread."""
        self._repeating.close()
        self.flush()

    def _add(self, namespace: str, endpoint: EndpointIdentity, variant: str, values: Mapping[str, float]) -> None:
        dimensions = sorted_dimensions((item["Name"], item["Value"]) for item in endpoint.dimensions(variant))
        for name, value in values.items():
            self._history.add(Metric(namespace, name, dimensions), value)
        with self._lock:
            for name, value in values.items():
                self._values.setdefault((namespace, endpoint, variant, name), []).append(value)
