"""The fleet of an endpoint configuration: for each production variant its model on its containers.

An instance is one server process with ``SAGEMAKER_MODEL_SERVER_WORKERS`` workers, one where that is not set: a laptop
has few cores. At most `MOST_INSTANCES` of a variant really run; DescribeEndpoint says what was asked for.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import is_multi_model
from local_sagemaker.containers.processes import make_folder, remove_folder
from local_sagemaker.data_plane_errors import ContainerError
from local_sagemaker.hosting.instances import only_container, prepare
from local_sagemaker.instance_types import Size, size_of
from local_sagemaker.invocations.data_capture import CaptureTarget
from local_sagemaker.monitoring.instance_metrics import InstanceMeter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from local_sagemaker.access.rights import ExecutionRole
    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
    from local_sagemaker.hosting.instances import Instance

MOST_INSTANCES = 4


def instances_to_run(wanted: int) -> int:
    """Give how many instances really run of those that were asked for."""
    return min(wanted, MOST_INSTANCES)


class Variant:
    """A production variant: one model on some instances.

    Parameters
    ----------
    endpoint
        The endpoint.
    description
        ProductionVariant of the endpoint configuration.
    model
        moto's model.
    base_url
        Address of the local cloud, for the container's environment.
    capture_config
        DataCaptureConfig of the endpoint configuration, where it captures; else None.

    Attributes
    ----------
    name
        VariantName.
    weight
        Current weight; the endpoint's `Router` reads and changes it under its lock.
    is_multi_model
        Whether each request names a model; known once it starts.
    max_concurrency
        Requests that a serverless variant answers at once; None for a variant on instances. Under the same lock.
    provisioned_concurrency
        How many of these find a warm slot. Under the same lock.
    containers
        Those that take traffic; under the same lock.
    role
        The session of the model's execution role; None before it starts.
    capture_target
        Where its requests are captured to; None where they are not, and before it starts.
    """

    def __init__(
        self,
        endpoint: EndpointIdentity,
        description: Mapping[str, Any],
        model: Any,
        base_url: str,
        capture_config: Mapping[str, Any] | None = None,
    ) -> None:
        self.name: str = description["VariantName"]
        self.weight = float(description.get("InitialVariantWeight", 1.0))
        serverless: Mapping[str, Any] = description.get("ServerlessConfig") or {}
        self.max_concurrency: int | None = serverless.get("MaxConcurrency")
        self.provisioned_concurrency = int(serverless.get("ProvisionedConcurrency") or 0)
        self._meter: InstanceMeter | None = None
        self.is_multi_model = False
        self.containers: list[Instance] = []
        self.role: ExecutionRole | None = None
        self.capture_target: CaptureTarget | None = None
        self._endpoint = endpoint
        self._description = description
        self._model = model
        self._base_url = base_url
        self._capture_config = capture_config
        self._lock = threading.Lock()
        self._stopped = False
        self._started: list[Instance] = []
        self._folder: Path | None = None
        self._prepared: Callable[[], Instance] | None = None
        self._setup_time = 0.0

    def take_setup_time(self) -> float:
        """Give the seconds that a serverless variant without warm slots took to start, once; else 0.

        The local cloud starts it before the first request, which AWS lets wait for that.
        """
        taken, self._setup_time = self._setup_time, 0.0
        return taken

    def start(self) -> None:
        """Do all that SageMaker does up to the first successful /ping of every instance.

        Raises
        ------
        DataPlaneError
            It cannot start; the text is what DescribeEndpoint gives as FailureReason.
        """
        began = time.monotonic()
        folder = self._folder = make_folder("local-sagemaker-")
        self.is_multi_model = is_multi_model(only_container(self._model))
        self.role, self._prepared = prepare(self._endpoint, self._description, self._model, self._base_url, folder)
        if self._capture_config is not None:
            self.capture_target = CaptureTarget(self._capture_config, self._endpoint, self.name, self.role)
            self.capture_target.authorize()
        self._meter = InstanceMeter(
            self.role, self._endpoint, self.name, self._size(), folder, serverless=self.max_concurrency is not None
        )
        containers = self.launch(instances_to_run(int(self._description.get("InitialInstanceCount", 1))))
        if self.max_concurrency is not None and not self.provisioned_concurrency:
            self._setup_time = time.monotonic() - began
        self.containers = containers

    def measure(self) -> None:
        """Put the metrics of its instances."""
        if self._meter is None:
            raise AssertionError("a variant is started before it is measured")
        self._meter.sample(self.containers)

    def _size(self) -> Size:
        """Give what an instance has, or a serverless variant's memory."""
        serverless = self._description.get("ServerlessConfig")
        if serverless:
            return Size(1, int(serverless["MemorySizeInMB"]) << 20)
        return size_of(self._description["InstanceType"])

    def launch(self, count: int) -> list[Instance]:
        """Start more instances and wait until they answer.

        Parameters
        ----------
        count
            How many.
        """
        if self._prepared is None:
            raise AssertionError("a variant is started before it is scaled")
        containers = [self._prepared() for _ in range(count)]
        with self._lock:
            if self._stopped:
                raise ContainerError("the endpoint was deleted while it started")
            self._started += containers
        with ThreadPoolExecutor(max(len(containers), 1)) as threads:
            try:
                list(threads.map(lambda container: container.start(), containers))
            except ContainerError as error:
                raise ContainerError(
                    f"The primary container for production variant {self.name} did not pass the ping health check. "
                    f"Please check CloudWatch logs for this endpoint. ({error})"
                ) from error
        return containers

    def retire(self, containers: Iterable[Instance]) -> None:
        """Stop instances that take no traffic any more."""
        for container in containers:
            container.stop()
            with self._lock:
                self._started.remove(container)

    def stop(self) -> None:
        """Stop every instance and remove the files."""
        with self._lock:
            self._stopped = True
            started, self._started = self._started, []
        with ThreadPoolExecutor(max(len(started), 1)) as threads:
            list(threads.map(lambda container: container.stop(), started))
        if self._folder is not None:
            remove_folder(self._folder)


class Fleet:
    """All variants of one endpoint configuration.

    Parameters
    ----------
    variants
        The production variants, in the configuration's order.
    shadows
        The shadow variants, of which SageMaker takes one at most.
    async_config
        AsyncInferenceConfig of an asynchronous endpoint, else None.
    """

    def __init__(
        self,
        variants: Iterable[Variant],
        shadows: Iterable[Variant] = (),
        async_config: Mapping[str, Any] | None = None,
    ) -> None:
        self.async_config = async_config
        self.variants = {variant.name: variant for variant in variants}
        self.shadows = {variant.name: variant for variant in shadows}

    @property
    def all_variants(self) -> list[Variant]:
        """Production and shadow variants."""
        return [*self.variants.values(), *self.shadows.values()]

    @property
    def role(self) -> ExecutionRole:
        """The execution role of the first variant's model."""
        role = next(iter(self.variants.values())).role
        if role is None:
            raise AssertionError("a fleet is started before it is asked")
        return role

    @property
    def is_multi_model(self) -> bool:
        """Whether each request names a model."""
        return any(variant.is_multi_model for variant in self.variants.values())

    @property
    def is_serverless(self) -> bool:
        """Whether it runs without instances, under the limits of that."""
        return any(variant.max_concurrency is not None for variant in self.variants.values())

    def start(self) -> None:
        """Start every variant; one that cannot start stops them all.

        Raises
        ------
        DataPlaneError
        """
        try:
            for variant in self.all_variants:
                variant.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop every process and remove every file of the fleet."""
        for variant in self.all_variants:
            variant.stop()


def make_fleet(
    endpoint: EndpointIdentity, config: Mapping[str, Any], find_model: Callable[[str], Any], base_url: str
) -> Fleet:
    """Describe the fleet of an endpoint configuration, which is then to be started.

    Parameters
    ----------
    endpoint
        The endpoint.
    config
        What DescribeEndpointConfig gives.
    find_model
        Gives moto's model of a name, or raises.
    base_url
        Address of the local cloud.
    """

    capture: Mapping[str, Any] | None = config.get("DataCaptureConfig") or None
    if capture is not None and not capture.get("EnableCapture", True):
        capture = None

    def variants_of(kind: str) -> list[Variant]:
        return [
            Variant(endpoint, description, find_model(description["ModelName"]), base_url, capture)
            for description in config.get(kind) or ()
        ]

    return Fleet(
        variants_of("ProductionVariants"),
        variants_of("ShadowProductionVariants"),
        config.get("AsyncInferenceConfig") or None,  # moto gives {} where a template has none
    )
