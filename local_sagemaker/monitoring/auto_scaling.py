"""Scaling policies act: the number of a variant's instances follows its metrics, between its target's bounds.

Rules: "Target tracking scaling policies" and "Step scaling policies" in the Application Auto Scaling user guide. A
target is exceeded when three minutes in a row are above it, and undercut when fifteen are below nine tenths of it;
minutes without values say nothing. Minutes and cooldowns pass at the local cloud's pace (`pace`).
"""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.sagemaker.exceptions import ValidationError

from local_sagemaker import pace
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.monitoring.alarms.evaluation import last_values
from local_sagemaker.monitoring.alarms.states import ALARM
from local_sagemaker.monitoring.metric_history import Metric, history_of, sorted_dimensions
from local_sagemaker.monitoring.statistics import statistic
from local_sagemaker.repeating import Repeating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local_sagemaker.hosting.deployments import Deployment
    from local_sagemaker.monitoring.metric_history import MetricHistory

DIMENSION = "sagemaker:variant:DesiredInstanceCount"
# Seconds between two looks.
INTERVAL = 0.25
# Minutes, and the share of the target below which there are too many instances.
MINUTES_ABOVE, MINUTES_BELOW, SHARE_BELOW = 3, 15, 0.9
# Seconds of AWS.
MINUTE, COOLDOWN = 60.0, 300.0

logger = logging.getLogger(__name__)


class Scalable(NamedTuple):
    """A variant that scales, as it is now."""

    endpoint: EndpointIdentity
    variant: str
    instances: int
    least: int
    most: int


class AutoScaling:
    """Looks at the scalable targets of an account, over and over.

    Parameters
    ----------
    account_id
        The account.
    find_deployment
        Gives the deployment of an endpoint, or None.
    """

    def __init__(
        self,
        account_id: str,
        find_deployment: Callable[[EndpointIdentity], Deployment | None],
    ) -> None:
        self._account_id = account_id
        self._find_deployment = find_deployment
        self._changed: dict[tuple[EndpointIdentity, str], float] = {}
        self._repeating = Repeating("auto scaling", INTERVAL, self._scale_all)

    def close(self) -> None:
        """End the thread."""
        self._repeating.close()

    def _scale_all(self) -> None:
        for region, backend in list(applicationautoscaling_backends[self._account_id].items()):
            for target in backend.describe_scalable_targets("sagemaker", None, DIMENSION):
                self._try_to_scale(target, region, list(backend.policies.values()))

    def _try_to_scale(self, target: Any, region: str, policies: Sequence[Any]) -> None:
        try:
            self._scale(target, region, policies)
        except Exception:
            logger.exception("%s could not be scaled", target.resource_id)

    def _scale(self, target: Any, region: str, policies: Sequence[Any]) -> None:
        _, name, _, variant = target.resource_id.split("/")
        endpoint = EndpointIdentity(name, self._account_id, region)
        deployment = self._find_deployment(endpoint)
        count = None if deployment is None else deployment.instance_count(variant)
        if deployment is None or count is None:
            return  # it is not in service
        scalable = Scalable(endpoint, variant, count, int(target.min_capacity), int(target.max_capacity))
        own = [policy for policy in policies if policy.resource_id == target.resource_id]
        now = time.monotonic()
        since = now - self._changed.get((endpoint, variant), -math.inf)
        wanted = capacity(scalable, own, history_of(self._account_id, region), self._firing(region), time.time(), since)
        if wanted == count:
            return
        try:
            deployment.retune([{"VariantName": variant, "DesiredInstanceCount": wanted}])
        except ValidationError:
            return  # an update began meanwhile
        self._changed[endpoint, variant] = now
        logger.warning("scaled variant %s of endpoint %s from %d to %d instances", variant, name, count, wanted)

    def _firing(self, region: str) -> dict[str, float]:
        """By policy, how far the metric of a firing alarm is beyond its threshold."""
        found = {}
        for alarm in list(cloudwatch_backends[self._account_id][region].alarms.values()):
            if alarm.rule is None and alarm.state_value == ALARM and alarm.actions_enabled:
                found.update(dict.fromkeys(alarm.alarm_actions, self._breach(alarm, region)))
        return found

    def _breach(self, alarm: Any, region: str) -> float:
        values = last_values(alarm, history_of(self._account_id, region), time.time())
        return values[0] - float(alarm.threshold) if values else 0.0


def capacity(
    scalable: Scalable,
    policies: Sequence[Any],
    history: MetricHistory,
    firing: Mapping[str, float],
    now: float,
    since_change: float,
) -> int:
    """Give how many instances a variant should have.

    Parameters
    ----------
    policies
        moto's, of this variant.
    history
        Values of the metrics.
    firing
        By the ARN of a policy, how far its alarm's metric is beyond the threshold.
    now
        Seconds since the epoch.
    since_change
        Seconds since the number was last changed.
    """
    outs, ins, may_shrink = [scalable.instances], [], True
    for policy in policies:
        tracking = policy.target_tracking_scaling_policy_configuration
        if tracking is not None:
            wanted = tracked(scalable, tracking, history, now)
            out_cooldown = pace.seconds(float(tracking.get("ScaleOutCooldown", COOLDOWN)))
            in_cooldown = pace.seconds(float(tracking.get("ScaleInCooldown", COOLDOWN)))
            if wanted is None or (wanted < scalable.instances and tracking.get("DisableScaleIn")):
                may_shrink = False
            elif wanted > scalable.instances and since_change >= out_cooldown:
                outs.append(wanted)
            elif wanted < scalable.instances and since_change >= in_cooldown:
                ins.append(wanted)
            elif wanted == scalable.instances:
                may_shrink = False
        elif policy.policy_arn in firing:
            steps = policy.step_scaling_policy_configuration
            if since_change >= pace.seconds(float(steps.get("Cooldown", 0))):
                wanted = stepped(scalable.instances, steps, firing[policy.policy_arn])
                (outs if wanted > scalable.instances else ins).append(wanted)
    wanted = max(outs)
    if wanted == scalable.instances and ins and may_shrink:
        wanted = max(ins)
    return min(max(wanted, scalable.least), scalable.most)


def tracked(scalable: Scalable, tracking: Mapping[str, Any], history: MetricHistory, now: float) -> int | None:
    """Give how many instances bring a metric to its target; None where its values do not say.

    Parameters
    ----------
    tracking
        TargetTrackingScalingPolicyConfiguration.
    """
    target = float(tracking["TargetValue"])
    values = list(_minutes(scalable, tracking, history, now))
    if not values:
        return None  # a metric that is not known here
    recent = values[:MINUTES_ABOVE]
    if all(value is not None and value > target for value in recent):
        return max(math.ceil(scalable.instances * (recent[0] or 0.0) / target), scalable.instances + 1)
    if all(value is not None and value < SHARE_BELOW * target for value in values):
        return min(math.ceil(scalable.instances * max(value or 0.0 for value in values) / target), scalable.instances)
    return None if None in recent else scalable.instances


def stepped(count: int, steps: Mapping[str, Any], breach: float) -> int:
    """Give how many instances a step policy wants.

    Parameters
    ----------
    steps
        StepScalingPolicyConfiguration.
    breach
        How far the metric is beyond the alarm's threshold.

    Example
    -------
    >>> adjustments = [{"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 1},
    ...                {"MetricIntervalLowerBound": 10, "ScalingAdjustment": 3}]
    >>> stepped(2, {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": adjustments}, 12.0)
    5
    """
    for step in steps.get("StepAdjustments") or ():
        lower = float(step.get("MetricIntervalLowerBound", -math.inf))
        upper = float(step.get("MetricIntervalUpperBound", math.inf))
        if lower <= breach < upper or (breach == upper and breach <= 0):
            adjustment = int(step["ScalingAdjustment"])
            kind = steps.get("AdjustmentType", "ChangeInCapacity")
            if kind == "ExactCapacity":
                return adjustment
            if kind == "PercentChangeInCapacity":
                change = math.copysign(max(abs(count * adjustment) // 100, 1), adjustment)
                return max(count + int(change), 0)
            return max(count + adjustment, 0)
    return count


def _minutes(
    scalable: Scalable, tracking: Mapping[str, Any], history: MetricHistory, now: float
) -> Iterator[float | None]:
    """The metric in each of the last minutes, the latest first; None where there was nothing."""
    predefined = tracking.get("PredefinedMetricSpecification")
    custom = tracking.get("CustomizedMetricSpecification")
    name, per_instance = "", False
    if predefined is not None:
        name, per_instance = _PREDEFINED.get(predefined["PredefinedMetricType"], ("", False))
    minute = pace.seconds(MINUTE)
    if name:
        dimensions = scalable.endpoint.dimensions(scalable.variant)
        metric = Metric("AWS/SageMaker", name, sorted_dimensions((item["Name"], item["Value"]) for item in dimensions))
    elif custom is not None:
        dimensions = custom.get("Dimensions") or []
        metric = Metric(
            custom["Namespace"],
            custom["MetricName"],
            sorted_dimensions((item["Name"], item["Value"]) for item in dimensions),
        )
    else:
        return
    for number in range(MINUTES_BELOW):
        samples = history.between(metric, now - (number + 1) * minute, now - number * minute)
        value = statistic(samples, "Sum" if per_instance else "Average")
        yield value / max(scalable.instances, 1) if per_instance and value is not None else value


# The metric of each predefined one, and whether its sum is shared by the instances.
_PREDEFINED = {
    "SageMakerVariantInvocationsPerInstance": ("Invocations", True),
    "SageMakerVariantConcurrentRequestsPerModelHighResolution": ("ConcurrentRequestsPerModel", False),
}
