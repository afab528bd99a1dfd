"""Metrics of invocations, as SageMaker puts them into CloudWatch for every production variant.

Rule: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html (endpoint invocation metrics):
Invocation4XXErrors and Invocation5XXErrors send 1 or 0 for each invocation, latencies are in microseconds.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from local_sagemaker.monitoring.metric_history import NO_UNIT, Entry, Metric, history_of, metric_of, sample_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity

NAMESPACE = "AWS/SageMaker"
# Of what AWS does not measure.
LOCAL_NAMESPACE = "LocalSageMaker"

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
    """Puts the metrics of endpoints, each value by itself."""

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
        self.put(endpoint, variant, values)

    def record_difference(self, endpoint: EndpointIdentity, variant: str, *, differs: bool) -> None:
        """Count an answer of a shadow variant: 1 where it differs from the production variant's, else 0.

        The metric ShadowDifferences is the local cloud's own; its average is the share of answers that differ.
        """
        self.put(endpoint, variant, {"ShadowDifferences": float(differs)}, namespace=LOCAL_NAMESPACE)

    def put(
        self, endpoint: EndpointIdentity, variant: str, values: Mapping[str, float], *, namespace: str = NAMESPACE
    ) -> None:
        """Put values by the names of their metrics; those of an endpoint as a whole have an empty variant."""
        now = time.time()
        history_of(endpoint.account_id, endpoint.region).add(
            Entry(_metric(namespace, name, endpoint, variant), sample_of(value, now), _UNITS.get(name, NO_UNIT))
            for name, value in values.items()
        )


@lru_cache(maxsize=4096)
def _metric(namespace: str, name: str, endpoint: EndpointIdentity, variant: str) -> Metric:
    return metric_of(namespace, name, endpoint.dimensions(variant))
