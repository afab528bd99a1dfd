"""A production variant of an endpoint that is deployed: its metrics and its scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations, Token
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib.exceptions import ConfigurationError
from constructs_lib.monitoring.variant_metrics import VariantMetrics
from constructs_lib.scaling import ConcurrencyScaling, InstanceScaling, capacity_problems
from constructs_lib.serverless_variant import ServerlessVariant
from constructs_lib.variant import InstanceVariant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs_lib.endpoint import SklearnEndpoint
    from constructs_lib.variant import ShadowVariant


class EndpointVariant(VariantMetrics):
    """One variant of an endpoint; `SklearnEndpoint.variant` gives it."""

    def __init__(
        self, endpoint: SklearnEndpoint, definition: InstanceVariant | ServerlessVariant | ShadowVariant
    ) -> None:
        super().__init__(endpoint.endpoint_name, definition.name)
        self.definition = definition
        """What the endpoint configuration says of it."""
        self._endpoint = endpoint

    def auto_scale_instance_count(self, *, min_capacity: int = 1, max_capacity: int) -> InstanceScaling:
        """Let the number of instances follow the load; the policies are methods of what this returns.

        From the first update on, the endpoint keeps the number of instances that scaling found, for all its variants
        alike: a changed `initial_instance_count` of any of them has no effect any more.

        SageMaker changes no instance type of a variant that scales, and removes no such variant. Do it in two
        deployments: one without this call, then one with the change.

        Parameters
        ----------
        min_capacity
            Instances at least; 1 or more, and 0 for an asynchronous endpoint, which is then woken by the first request
            that waits.
        max_capacity
            Instances at most.

        Raises
        ------
        ConfigurationError
            The variant is not on instances that can scale, or scales already, or a bound is wrong.
        """
        is_async = self._endpoint.config.async_inference is not None
        problems = list(capacity_problems(min_capacity, max_capacity, 0 if is_async else 1))
        definition = self.definition
        if isinstance(definition, ServerlessVariant):
            problems.append("a serverless variant has no instances; use auto_scale_provisioned_concurrency")
        elif not isinstance(definition, InstanceVariant):
            problems.append("SageMaker scales production variants only; give the shadow as many instances as it needs")
        elif not Token.is_unresolved(definition.instance_type) and definition.instance_type.startswith("ml.t"):
            problems.append(
                f"instance_type {definition.instance_type!r} is burstable, and SageMaker does not scale those; choose "
                "one such as 'ml.m5.large'"
            )
        if not problems:
            problems += self._endpoint.note_scaling(self.variant_name, min_capacity)
        self._raise(problems)
        scaling = InstanceScaling(
            self._endpoint, self.variant_name, min_capacity=min_capacity, max_capacity=max_capacity
        )
        self._keep_counts()
        return scaling

    def auto_scale_provisioned_concurrency(self, *, min_capacity: int = 1, max_capacity: int) -> ConcurrencyScaling:
        """Let the number of warm slots of a serverless variant follow the load.

        Parameters
        ----------
        min_capacity
            Slots at least; 1 or more.
        max_capacity
            Slots at most; not above the variant's `max_concurrency`.

        Raises
        ------
        ConfigurationError
            The variant is not serverless or keeps no slots warm, or scales already, or a bound is wrong.
        """
        problems = list(capacity_problems(min_capacity, max_capacity, 1))
        definition = self.definition
        if not isinstance(definition, ServerlessVariant):
            problems.append("the variant is not serverless; use auto_scale_instance_count")
        elif definition.provisioned_concurrency is None:
            problems.append("the variant keeps no slots warm that could be scaled; give it provisioned_concurrency")
        elif not any(map(Token.is_unresolved, (max_capacity, definition.max_concurrency))):
            most = definition.max_concurrency
            if max_capacity > most:
                problems.append(f"max_capacity {max_capacity} is above max_concurrency {most}; give at most that")
        self._raise(problems)
        return ConcurrencyScaling(
            self._endpoint, self.variant_name, min_capacity=min_capacity, max_capacity=max_capacity
        )

    def _raise(self, problems: Iterable[str]) -> None:
        found = [*problems]
        if self._endpoint.node.try_find_child(f"{self.variant_name}Scaling") is not None:
            found.append("it scales already; add policies to what the first call returned")
        if found:
            path = self._endpoint.node.path
            raise ConfigurationError(*(f"variant {self.variant_name!r}: {problem}" for problem in found), path=path)

    def _keep_counts(self) -> None:
        """Have updates keep the counts that scaling found, and nothing else."""
        endpoint = self._endpoint.cfn_endpoint
        endpoint.retain_all_variant_properties = True
        endpoint.exclude_retained_variant_properties = [
            sagemaker.CfnEndpoint.VariantPropertyProperty(variant_property_type="DesiredWeight")
        ]
        if len(self._endpoint.config.variants) > 1:
            Annotations.of(self._endpoint).add_warning_v2(
                "constructs_lib:retained-instance-counts",
                "a variant scales, so updates keep the instance counts of all variants: a changed "
                "initial_instance_count has no effect on those that do not scale",
            )
