"""Metrics of invocations, as SageMaker puts them into CloudWatch for every production variant.

Rules: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html (endpoint invocation metrics): errors
send 1 or 0 for each invocation, InvocationsPerInstance sends 1 over the number of instances, latencies are in
microseconds. A serverless variant has those of serverless-endpoints-monitoring.html, which calls its list exhaustive.
The model latency of a stream is the time that was spent on waiting for the container, up to the stream's end.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from local_sagemaker.monitoring.metric_history import NO_UNIT, Entry, Metric, history_of, metric_of, sample_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
    from local_sagemaker.invocations.routing import Load

NAMESPACE = "AWS/SageMaker"
# Of what AWS does not measure.
LOCAL_NAMESPACE = "LocalSageMaker"

_UNITS = dict.fromkeys(
    (
        "FirstChunkLatency",
        "FirstChunkModelLatency",
        "FirstChunkOverheadLatency",
        "ModelDownloadingTime",
        "ModelLatency",
        "ModelLoadingTime",
        "ModelLoadingWaitTime",
        "ModelSetupTime",
        "ModelUnloadingTime",
        "OverheadLatency",
        "RequestDownloadLatency",
        "ResponseUploadLatency",
    ),
    "Microseconds",
)
_UNITS.update({"ApproximateAgeOfOldestRequest": "Seconds"})
_UNITS.update(dict.fromkeys(("TimeInBacklog", "TotalProcessingTime"), "Milliseconds"))


class StreamTimes(NamedTuple):
    """What is told of an answer that was streamed.

    Attributes
    ----------
    model_latency, overhead_latency
        Seconds until its first part: in the container, and beside it.
    broken
        Whether it broke off in the middle.
    """

    model_latency: float
    overhead_latency: float
    broken: bool


class InvocationMetrics:
    """Puts the metrics of endpoints, each value by itself."""

    def record(
        self,
        endpoint: EndpointIdentity,
        variant: str,
        *,
        status: int,
        model_latency: float,
        overhead_latency: float,
        load: Load | None = None,
        stream: StreamTimes | None = None,
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
        load
            How busy the variant was; None where no instance took the request.
        stream
            Of an answer that was streamed, else None.
        """
        answered = 200 <= status < 300
        values = {
            "Invocations": 1.0,
            **errors(status),
            "ModelLatency": model_latency * 1e6,
            "OverheadLatency": overhead_latency * 1e6,
        }
        if load is None or load.max_concurrency is None:
            values["InvocationModelErrors"] = float(not answered)
            if load is not None:
                values["InvocationsPerInstance"] = 1.0 / load.instances
            if stream is not None:
                values.update(_streamed(stream))
        else:
            values.update(_serverless(load, load.max_concurrency))
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


def errors(status: int) -> dict[str, float]:
    """Give the metrics of errors of an answer; for the status see `InvocationMetrics.record`."""
    return {
        "Invocation4XXErrors": float(400 <= status < 500),
        "Invocation5XXErrors": float(status >= 500 or status == 0),
    }


def _streamed(stream: StreamTimes) -> dict[str, float]:
    return {
        "FirstChunkModelLatency": stream.model_latency * 1e6,
        "FirstChunkOverheadLatency": stream.overhead_latency * 1e6,
        "FirstChunkLatency": (stream.model_latency + stream.overhead_latency) * 1e6,
        "MidStreamErrors": float(stream.broken),
    }


def _serverless(load: Load, most: int) -> dict[str, float]:
    values = {"ServerlessConcurrentExecutionsUtilization": load.in_flight / most}
    if load.setup_time:
        values["ModelSetupTime"] = load.setup_time * 1e6
    if warm := load.provisioned_concurrency:
        used = min(load.in_flight, warm)
        values["ServerlessProvisionedConcurrencyExecutions"] = float(used)
        values["ServerlessProvisionedConcurrencyUtilization"] = used / warm
        values["ServerlessProvisionedConcurrencyInvocations"] = float(load.in_flight <= warm)
        values["ServerlessProvisionedConcurrencySpilloverInvocations"] = float(load.in_flight > warm)
    return values


@lru_cache(maxsize=4096)
def _metric(namespace: str, name: str, endpoint: EndpointIdentity, variant: str) -> Metric:
    return metric_of(namespace, name, endpoint.dimensions(variant))
