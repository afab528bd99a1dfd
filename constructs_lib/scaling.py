"""Scaling of production variants: what changes the number of instances, or of warm serverless slots, by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aws_cdk import Duration, Stack, Token
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk import TimeZone

    from constructs_lib.endpoint import SklearnEndpoint


class _Cooldowns(NamedTuple):
    """How quickly target tracking follows its metric."""

    scale_in: Duration | None
    scale_out: Duration | None
    disable_scale_in: bool = False


class _VariantScaling(Construct):
    """The scalable target of one variant of one endpoint."""

    def __init__(
        self, endpoint: SklearnEndpoint, variant_name: str, dimension: str, *, min_capacity: int, max_capacity: int
    ) -> None:
        super().__init__(endpoint, f"{variant_name}Scaling")
        stack = Stack.of(self)
        role = (
            f"arn:{stack.partition}:iam::{stack.account}:role/aws-service-role/"
            "sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
        )
        self.target = autoscaling.ScalableTarget(
            self,
            "Target",
            service_namespace=autoscaling.ServiceNamespace.SAGEMAKER,
            resource_id=f"endpoint/{endpoint.endpoint_name}/variant/{variant_name}",
            scalable_dimension=f"sagemaker:variant:{dimension}",
            min_capacity=min_capacity,
            max_capacity=max_capacity,
            # AWS makes this role itself; it can be neither made nor changed by a stack.
            role=iam.Role.from_role_arn(self, "ServiceRole", role),
        )
        """The scalable target, for what this class has no method for."""
        # The variant is known by its name, which is literal: nothing else says that it must be there first.
        self.target.node.add_dependency(endpoint.cfn_endpoint)

    def scale_on_schedule(
        self,
        construct_id: str,
        *,
        schedule: autoscaling.Schedule,
        min_capacity: int | None = None,
        max_capacity: int | None = None,
        time_zone: TimeZone | None = None,
    ) -> None:
        """Change the bounds at certain times.

        Parameters
        ----------
        schedule
            When: ``Schedule.cron(...)``, ``Schedule.rate(...)`` or ``Schedule.at(...)``.
        min_capacity, max_capacity
            The bounds from then on; at least one of them.
        time_zone
            Of a cron or at schedule; default: UTC.

        Raises
        ------
        ConfigurationError
            Neither bound is given.
        """
        if min_capacity is None and max_capacity is None:
            raise ConfigurationError(
                f"schedule {construct_id!r} changes nothing; give min_capacity, max_capacity or both",
                path=self.node.path,
            )
        self.target.scale_on_schedule(
            construct_id,
            schedule=schedule,
            min_capacity=min_capacity,
            max_capacity=max_capacity,
            time_zone=time_zone,
        )

    def scale_on_metric(
        self,
        construct_id: str,
        *,
        metric: cloudwatch.IMetric,
        scaling_steps: Sequence[autoscaling.ScalingInterval],
        adjustment_type: autoscaling.AdjustmentType = autoscaling.AdjustmentType.CHANGE_IN_CAPACITY,
        cooldown: Duration | None = None,
        evaluation_periods: int = 1,
    ) -> None:
        """Change the capacity in steps, by how far a metric is from its threshold.

        Parameters
        ----------
        metric
            Any metric; for those of the variant see `VariantMetrics`.
        scaling_steps
            At least two intervals of the metric, each with its change.
        adjustment_type
            Whether a change is a number, a percentage or the new capacity; default: a number.
        cooldown
            How long the next change waits; default: none.
        evaluation_periods
            Periods of the metric that must be in an interval; default 1.
        """
        self.target.scale_on_metric(
            construct_id,
            metric=metric,
            scaling_steps=scaling_steps,
            adjustment_type=adjustment_type,
            cooldown=cooldown,
            evaluation_periods=evaluation_periods,
        )

    def _track(
        self,
        construct_id: str,
        target_value: float,
        cooldowns: _Cooldowns,
        *,
        predefined_metric: autoscaling.PredefinedMetric | None = None,
        custom_metric: cloudwatch.IMetric | None = None,
    ) -> None:
        self.target.scale_to_track_metric(
            construct_id,
            predefined_metric=predefined_metric,
            custom_metric=custom_metric,
            target_value=target_value,
            scale_in_cooldown=cooldowns.scale_in,
            scale_out_cooldown=cooldowns.scale_out,
            disable_scale_in=cooldowns.disable_scale_in or None,
        )


class InstanceScaling(_VariantScaling):
    """Scaling of a variant's instances; `EndpointVariant.auto_scale_instance_count` makes it."""

    def __init__(self, endpoint: SklearnEndpoint, variant_name: str, *, min_capacity: int, max_capacity: int) -> None:
        super().__init__(
            endpoint, variant_name, "DesiredInstanceCount", min_capacity=min_capacity, max_capacity=max_capacity
        )
        self._endpoint = endpoint
        if min_capacity == 0:
            self._wake_from_zero()

    def scale_on_invocations(
        self,
        construct_id: str,
        *,
        invocations_per_instance: float,
        scale_in_cooldown: Duration | None = None,
        scale_out_cooldown: Duration | None = None,
        disable_scale_in: bool = False,
    ) -> None:
        """Keep the requests that an instance gets in a minute near a number.

        Parameters
        ----------
        invocations_per_instance
            Requests a minute. Take what one instance bears in a load test, and about half of that.
        scale_in_cooldown, scale_out_cooldown
            How long the next removal or addition waits; default: 300 s each, the service's own.
        disable_scale_in
            Only ever add instances; default False.
        """
        cooldowns = _Cooldowns(scale_in_cooldown, scale_out_cooldown, disable_scale_in)
        metric = autoscaling.PredefinedMetric.SAGEMAKER_VARIANT_INVOCATIONS_PER_INSTANCE
        self._track(construct_id, invocations_per_instance, cooldowns, predefined_metric=metric)

    def scale_on_concurrency(
        self,
        construct_id: str,
        *,
        requests_per_instance: float,
        scale_in_cooldown: Duration | None = None,
        scale_out_cooldown: Duration | None = None,
        disable_scale_in: bool = False,
    ) -> None:
        """Keep the requests that an instance has in flight near a number; seen every 10 s, so it reacts sooner.

        Parameters
        ----------
        requests_per_instance
            Requests at once: what waits in the container counts.
        scale_in_cooldown, scale_out_cooldown, disable_scale_in
            As for `scale_on_invocations`.
        """
        cooldowns = _Cooldowns(scale_in_cooldown, scale_out_cooldown, disable_scale_in)
        metric = autoscaling.PredefinedMetric.SAGEMAKER_VARIANT_CONCURRENT_REQUESTS_PER_MODEL_HIGH_RESOLUTION
        self._track(construct_id, requests_per_instance, cooldowns, predefined_metric=metric)

    def scale_on_backlog(
        self,
        construct_id: str,
        *,
        requests_per_instance: float,
        scale_in_cooldown: Duration | None = None,
        scale_out_cooldown: Duration | None = None,
    ) -> None:
        """Keep the requests of an asynchronous endpoint that wait for each instance near a number.

        Parameters
        ----------
        requests_per_instance
            Waiting requests: what an instance answers in the time that a request may wait.
        scale_in_cooldown, scale_out_cooldown
            How long the next removal or addition waits; default: 300 s each, the service's own.

        Raises
        ------
        ConfigurationError
            The endpoint is not asynchronous: it has no such metric.
        """
        if self._endpoint.config.async_inference is None:
            raise ConfigurationError(
                "the endpoint is not asynchronous, so nothing waits for it; use scale_on_invocations",
                path=self.node.path,
            )
        cooldowns = _Cooldowns(scale_in_cooldown, scale_out_cooldown)
        metric = self._endpoint.backlog.metric_approximate_backlog_size_per_instance()
        self._track(construct_id, requests_per_instance, cooldowns, custom_metric=metric)

    def _wake_from_zero(self) -> None:
        """Start an instance when requests wait and none runs: one that waits alone is below any target."""
        policy = autoscaling.StepScalingAction(
            self,
            "Wake",
            scaling_target=self.target,
            adjustment_type=autoscaling.AdjustmentType.CHANGE_IN_CAPACITY,
            cooldown=Duration.minutes(5),
        )
        policy.add_adjustment(adjustment=1, lower_bound=0)
        metric = self._endpoint.backlog.metric_has_backlog_without_capacity(period=Duration.minutes(1))
        alarm = metric.create_alarm(
            self,
            "WakeAlarm",
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description="Requests wait and no instance runs",
        )
        alarm.add_alarm_action(cloudwatch_actions.ApplicationScalingAction(policy))


class ConcurrencyScaling(_VariantScaling):
    """Scaling of a serverless variant's warm slots; `EndpointVariant.auto_scale_provisioned_concurrency` makes it."""

    def __init__(self, endpoint: SklearnEndpoint, variant_name: str, *, min_capacity: int, max_capacity: int) -> None:
        super().__init__(
            endpoint,
            variant_name,
            "DesiredProvisionedConcurrency",
            min_capacity=min_capacity,
            max_capacity=max_capacity,
        )

    def scale_on_utilization(
        self,
        construct_id: str,
        *,
        utilization_target: float,
        scale_in_cooldown: Duration | None = None,
        scale_out_cooldown: Duration | None = None,
    ) -> None:
        """Keep the used share of the warm slots near a number.

        Parameters
        ----------
        utilization_target
            Above 0 and at most 1; 0.7 leaves room for a burst.
        scale_in_cooldown, scale_out_cooldown
            How long the next removal or addition waits; default: 300 s each, the service's own.

        Raises
        ------
        ConfigurationError
            The target is out of range.
        """
        if not Token.is_unresolved(utilization_target) and not 0 < utilization_target <= 1:
            raise ConfigurationError(
                f"utilization_target {utilization_target} is no share; give a number above 0 and at most 1",
                path=self.node.path,
            )
        cooldowns = _Cooldowns(scale_in_cooldown, scale_out_cooldown)
        metric = autoscaling.PredefinedMetric.SAGEMAKER_VARIANT_PROVISIONED_CONCURRENCY_UTILIZATION
        self._track(construct_id, utilization_target, cooldowns, predefined_metric=metric)


def capacity_problems(min_capacity: int, max_capacity: int, least: int) -> Iterator[str]:
    """Say what Application Auto Scaling would refuse, or would scale for ever."""
    if not Token.is_unresolved(min_capacity) and min_capacity < least:
        yield f"min_capacity {min_capacity} is too small; give at least {least}"
    if not Token.is_unresolved(min_capacity) and not Token.is_unresolved(max_capacity) and max_capacity < min_capacity:
        yield f"max_capacity {max_capacity} is below min_capacity {min_capacity}; give at least that"
