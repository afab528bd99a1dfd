"""Metrics of what is in flight and what waits, which are sampled: nothing happens when nobody calls.

Rule: "Monitoring Amazon SageMaker AI with CloudWatch" in the developer guide; ConcurrentRequestsPerModel is sampled
every 10 seconds, the backlog of an asynchronous endpoint every minute. An asynchronous endpoint has no metrics of
invocations, and these are its own, without a variant. A serverless variant has none that is sampled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker import pace
from local_sagemaker.containers.multi_model_container import MultiModelContainer
from local_sagemaker.hosting.endpoint_identity import INSTANCE_NAMESPACE
from local_sagemaker.repeating import Repeating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
    from local_sagemaker.invocations.routing import Router
    from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics

# Seconds of AWS, and the least that the samples are apart here.
PERIOD, SHORTEST = 10.0, 0.1


class LoadMetrics:
    """Samples every endpoint, over and over.

    Parameters
    ----------
    metrics
        Where the samples go.
    routers
        Gives the endpoints that take traffic.
    backlog
        Gives how many asynchronous requests of an endpoint wait or are being answered, by its ARN.
    oldest
        Gives for how many seconds the oldest that waits has done so, by the same; None where none waits.
    """

    def __init__(
        self,
        metrics: InvocationMetrics,
        routers: Callable[[], Iterable[tuple[EndpointIdentity, Router]]],
        backlog: Callable[[str], int],
        oldest: Callable[[str], float | None],
    ) -> None:
        self._metrics = metrics
        self._routers = routers
        self._backlog = backlog
        self._oldest = oldest
        interval = max(pace.seconds(PERIOD), SHORTEST)
        self._repeating = Repeating("load metrics", interval, self._sample_all)

    def close(self) -> None:
        """End the thread."""
        self._repeating.close()

    def _sample_all(self) -> None:
        for endpoint, router in self._routers():
            self._sample(endpoint, router)

    def _sample(self, endpoint: EndpointIdentity, router: Router) -> None:
        fleet = router.fleet
        if fleet.async_config is None:
            for variant in fleet.variants.values():
                for instance in variant.containers:
                    if isinstance(instance, MultiModelContainer):
                        for values in instance.client.take_metrics():
                            self._metrics.put(endpoint, variant.name, values)
                        loaded = {"LoadedModelCount": float(len(instance.client.names))}
                        self._metrics.put(endpoint, variant.name, loaded, namespace=INSTANCE_NAMESPACE)
                if (containers := variant.containers) and variant.max_concurrency is None:
                    in_flight = sum(container.in_flight for container in containers) / len(containers)
                    self._metrics.put(endpoint, variant.name, {"ConcurrentRequestsPerModel": in_flight})
            return
        waiting = self._backlog(endpoint.arn)
        instances = sum(len(variant.containers) for variant in fleet.variants.values())
        values = {
            "ApproximateBacklogSize": float(waiting),
            "HasBacklogWithoutCapacity": float(bool(waiting) and not instances),
        }
        if instances:
            values["ApproximateBacklogSizePerInstance"] = waiting / instances
        age = self._oldest(endpoint.arn)
        if age is not None:
            values["ApproximateAgeOfOldestRequest"] = age
        self._metrics.put(endpoint, "", values)
