"""Production variants: which model runs on what, and what share of the requests it gets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from aws_cdk import Duration, Size, Token
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib.instance_types import LOCAL_STORAGE_FAMILIES, has_local_storage
from constructs_lib.names import name_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.hosted_model import HostedModel

RoutingStrategy: TypeAlias = Literal["LEAST_OUTSTANDING_REQUESTS", "RANDOM"]


@dataclass(frozen=True, kw_only=True)
class _OnInstances:
    """What every variant on instances has."""

    model: HostedModel
    name: str
    instance_type: str = "ml.m5.large"
    initial_instance_count: int = 1
    container_startup_health_check_timeout: Duration | None = None
    model_data_download_timeout: Duration | None = None
    volume_size: Size | None = None
    routing_strategy: RoutingStrategy | None = None
    inference_ami_version: str | None = None
    capacity_reservation_arn: str | None = None

    @property
    def has_local_storage(self) -> bool:
        """Whether the instances keep their data on disks of their own, which no KMS key can encrypt."""
        return not Token.is_unresolved(self.instance_type) and has_local_storage(self.instance_type)

    def problems(self, *, encrypted: bool) -> Iterator[str]:
        """Say what SageMaker would refuse; `encrypted`: the endpoint configuration names a KMS key."""
        yield from name_problems("variant name", self.name)
        where = f"variant {self.name!r}"
        if not Token.is_unresolved(self.instance_type):
            if not self.instance_type.startswith("ml."):
                yield f"{where} has instance_type {self.instance_type!r}; give one such as 'ml.m5.large'"
            else:
                yield from self.model.use_instance_type(self.instance_type)
        if self.has_local_storage:
            yield from self._local_storage_problems(where, encrypted=encrypted)
        if _is_below(self.initial_instance_count, 1):
            yield f"{where} has initial_instance_count {self.initial_instance_count}; give at least 1"
        yield from _seconds_problems(
            where, "container_startup_health_check_timeout", self.container_startup_health_check_timeout
        )
        yield from _seconds_problems(where, "model_data_download_timeout", self.model_data_download_timeout)
        if self.volume_size is not None and not self.volume_size.is_unresolved():
            size = self.volume_size.to_gibibytes()
            if not 1 <= size <= _MAX_VOLUME_GIB:
                yield f"{where} has volume_size {size} GiB; give 1 to {_MAX_VOLUME_GIB} GiB"
        if self.routing_strategy is not None and self.routing_strategy not in get_args(RoutingStrategy):
            allowed = " or ".join(map(repr, get_args(RoutingStrategy)))
            yield f"{where} has routing_strategy {self.routing_strategy!r}; give {allowed}"
        if self.capacity_reservation_arn is not None and not _is_sagemaker_arn(self.capacity_reservation_arn):
            yield (
                f"{where} has capacity_reservation_arn {self.capacity_reservation_arn!r}; give the ARN of an ML "
                "capacity reservation, such as 'arn:aws:sagemaker:eu-west-1:123456789012:training-plan/name'"
            )

    def _local_storage_problems(self, where: str, *, encrypted: bool) -> Iterator[str]:
        families = ", ".join(LOCAL_STORAGE_FAMILIES)
        given = {"encryption_key": encrypted, "volume_size": self.volume_size is not None}
        for name in (name for name, is_given in given.items() if is_given):
            yield (
                f"{where} has instance_type {self.instance_type!r}, whose disks are its own and encrypted by hardware, "
                f"and {name} is for EBS volumes; choose a type without such disks, such as 'ml.m5.large' (with them "
                f"are {families}), or leave {name} out"
            )

    def _render(self, weight: float) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name=self.name,
            model_name=self.model.model_name,
            instance_type=self.instance_type,
            initial_instance_count=self.initial_instance_count,
            initial_variant_weight=weight,
            container_startup_health_check_timeout_in_seconds=_seconds(self.container_startup_health_check_timeout),
            model_data_download_timeout_in_seconds=_seconds(self.model_data_download_timeout),
            volume_size_in_gb=None if self.volume_size is None else self.volume_size.to_gibibytes(),
            routing_config=self._render_routing(),
            inference_ami_version=self.inference_ami_version,
            capacity_reservation_config=self._render_reservation(),
        )

    def _render_routing(self) -> sagemaker.CfnEndpointConfig.RoutingConfigProperty | None:
        if self.routing_strategy is None:
            return None
        return sagemaker.CfnEndpointConfig.RoutingConfigProperty(routing_strategy=self.routing_strategy)

    def _render_reservation(self) -> sagemaker.CfnEndpointConfig.CapacityReservationConfigProperty | None:
        if self.capacity_reservation_arn is None:
            return None
        return sagemaker.CfnEndpointConfig.CapacityReservationConfigProperty(
            capacity_reservation_preference="capacity-reservations-only",
            ml_reservation_arn=self.capacity_reservation_arn,
        )


@dataclass(frozen=True, kw_only=True)
class InstanceVariant(_OnInstances):
    """A production variant on instances that run all the time.

    Parameters
    ----------
    model
        A `SklearnModel` or a `SklearnMultiModel`; it may stand in several variants.
    name
        Part of the contract with clients and alarms: keep it when model or instance type change.
    instance_type
        ``ml.<family>.<size>``. AWS Graviton only with an image that has an arm64 build.
    initial_instance_count
        Instances, at least 1.
    weight
        The variant's share is its weight over the sum of all weights; 0 is a variant without traffic.
    container_startup_health_check_timeout
        How long the container may take to answer its first health check, 60 to 3600 s; default: SageMaker's.
    model_data_download_timeout
        How long fetching and unpacking the artifact may take, 60 to 3600 s; default: SageMaker's.
    volume_size
        EBS volume of each instance, 1 to 512 GiB; default: SageMaker's for the instance type. Not for instance types
        with disks of their own (c5d, m6gd, g5, ...).
    routing_strategy
        Which instance gets the next request: ``LEAST_OUTSTANDING_REQUESTS``, the one with the fewest under way, which
        keeps the slowest answers fast where requests differ in size; or ``RANDOM``. Default: SageMaker's, at random.
    inference_ami_version
        Drivers of the instances' GPU or Neuron accelerators, by the name of their machine image, such as
        ``al2-ami-sagemaker-inference-gpu-3-1``; default: SageMaker's.
    capacity_reservation_arn
        An ML capacity reservation, which instances are started in, or not at all; default: none.
    """

    name: str = "AllTraffic"
    weight: float = 1.0

    def problems(self, *, encrypted: bool) -> Iterator[str]:
        """Say what SageMaker would refuse; `encrypted`: the endpoint configuration names a KMS key."""
        yield from super().problems(encrypted=encrypted)
        if _is_below(self.weight, 0):
            yield f"variant {self.name!r} has weight {self.weight}; give 0 or more"

    def render(self) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        """Return the variant as CloudFormation takes it."""
        return self._render(self.weight)


@dataclass(frozen=True, kw_only=True)
class ShadowVariant(_OnInstances):
    """A variant that is sent copies of the production variant's requests, and whose answers nobody gets.

    Try a model on real traffic with it: its metrics, logs and captured data are its own. SageMaker takes one, beside
    exactly one production variant on instances.

    Parameters
    ----------
    model
        The model to try.
    name
        Of the variant, in metrics and logs.
    traffic_percent
        How many of the production variant's requests are copied, 0 to 100 percent.
    instance_type, initial_instance_count, container_startup_health_check_timeout, model_data_download_timeout, \
volume_size, routing_strategy, inference_ami_version, capacity_reservation_arn
        As for `InstanceVariant`.
    """

    name: str = "Shadow"
    traffic_percent: float = 100.0

    def problems(self, *, encrypted: bool) -> Iterator[str]:
        """Say what SageMaker would refuse; `encrypted`: the endpoint configuration names a KMS key."""
        yield from super().problems(encrypted=encrypted)
        if not Token.is_unresolved(self.traffic_percent) and not 0 <= self.traffic_percent <= _ALL_PERCENT:
            yield f"variant {self.name!r} has traffic_percent {self.traffic_percent}; give 0 to 100"

    def render(self, production_weight: float) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        """Return the variant as CloudFormation takes it: its share is its weight over the production variant's."""
        return self._render(production_weight * self.traffic_percent / _ALL_PERCENT)


def _is_below(number: float, least: float) -> bool:
    return not Token.is_unresolved(number) and number < least


def _is_sagemaker_arn(text: str) -> bool:
    return (
        Token.is_unresolved(text)
        or re.fullmatch(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:[a-z0-9-]+/.+", text) is not None
    )


def _seconds(duration: Duration | None) -> float | None:
    return None if duration is None else duration.to_seconds()


def _seconds_problems(where: str, name: str, duration: Duration | None) -> Iterator[str]:
    if duration is None or duration.is_unresolved():
        return
    seconds = duration.to_seconds()
    if not _MIN_TIMEOUT_SECONDS <= seconds <= _MAX_TIMEOUT_SECONDS:
        yield f"{where} has {name} {seconds} s; give {_MIN_TIMEOUT_SECONDS} to {_MAX_TIMEOUT_SECONDS} s"


# Limits of CreateEndpointConfig.
_MIN_TIMEOUT_SECONDS = 60
_MAX_TIMEOUT_SECONDS = 3600
_MAX_VOLUME_GIB = 512
_ALL_PERCENT = 100
