"""How an update moves the traffic from the old instances to the new ones, and back when an alarm fires.

Rules: "Deployment guardrails" in the SageMaker developer guide, and the limits of UpdateEndpoint's DeploymentConfig.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from aws_cdk import Duration, Token
from aws_cdk import aws_sagemaker as sagemaker

if TYPE_CHECKING:
    from collections.abc import Iterator

BlueGreenPolicy: TypeAlias = sagemaker.CfnEndpoint.BlueGreenUpdatePolicyProperty


@dataclass(frozen=True, kw_only=True)
class AllAtOnce:
    """Move all traffic in one step, and keep the old instances for a while.

    Parameters
    ----------
    baking_time
        How long the alarms are watched before the old instances go, 0 to 1 hour; default: 5 minutes.
    """

    baking_time: Duration | None = None

    def problems(self, fewest_instances: float) -> Iterator[str]:
        """Say what SageMaker would refuse; any number of instances will do."""
        del fewest_instances
        yield from _seconds_problems("baking_time", _baking_seconds(self.baking_time))

    def render(self) -> dict[str, Any]:
        """Return the policy as CloudFormation takes it."""
        return _blue_green({"type": "ALL_AT_ONCE", "wait_interval_in_seconds": 0}, self.baking_time)


@dataclass(frozen=True, kw_only=True)
class Canary:
    """Move a part of the traffic, watch the alarms, then move the rest.

    Parameters
    ----------
    size_percent
        The part, 1 to 50 percent of the instances; default: 10, which is at least one instance.
    wait
        How long the alarms are watched between the steps, 0 to 1 hour; default: 5 minutes.
    baking_time
        As for `AllAtOnce`.
    """

    size_percent: int = 10
    wait: Duration | None = None
    baking_time: Duration | None = None

    def problems(self, fewest_instances: float) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        yield from _count_problems("Canary", fewest_instances)
        yield from _percent_problems("size_percent", self.size_percent, 1)
        yield from _seconds_problems("wait", _baking_seconds(self.wait))
        yield from _seconds_problems("baking_time", _baking_seconds(self.baking_time))

    def render(self) -> dict[str, Any]:
        """Return the policy as CloudFormation takes it."""
        routing = {
            "type": "CANARY",
            "canary_size": _percent(self.size_percent),
            "wait_interval_in_seconds": _baking_seconds(self.wait),
        }
        return _blue_green(routing, self.baking_time)


@dataclass(frozen=True, kw_only=True)
class Linear:
    """Move the traffic in steps of the same size, and watch the alarms after each.

    Parameters
    ----------
    step_percent
        Of the instances, 10 to 50; default: 25.
    wait
        How long the alarms are watched after each step, 0 to 1 hour; default: 5 minutes.
    baking_time
        As for `AllAtOnce`.
    """

    step_percent: int = 25
    wait: Duration | None = None
    baking_time: Duration | None = None

    def problems(self, fewest_instances: float) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        yield from _count_problems("Linear", fewest_instances)
        yield from _percent_problems("step_percent", self.step_percent, 10)
        yield from _seconds_problems("wait", _baking_seconds(self.wait))
        yield from _seconds_problems("baking_time", _baking_seconds(self.baking_time))

    def render(self) -> dict[str, Any]:
        """Return the policy as CloudFormation takes it."""
        routing = {
            "type": "LINEAR",
            "linear_step_size": _percent(self.step_percent),
            "wait_interval_in_seconds": _baking_seconds(self.wait),
        }
        return _blue_green(routing, self.baking_time)


@dataclass(frozen=True, kw_only=True)
class Rolling:
    """Replace the instances in batches, without twice their number; for a single production variant.

    Parameters
    ----------
    batch_percent
        Of the instances, 5 to 50; default: 25.
    wait
        How long the alarms are watched after each batch, 0 to 1 hour; default: 5 minutes.
    rollback_percent
        Batch of the way back, 5 to 100; default: all at once.
    """

    batch_percent: int = 25
    wait: Duration | None = None
    rollback_percent: int = 100

    def problems(self, fewest_instances: float) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        yield from _count_problems("Rolling", fewest_instances)
        yield from _percent_problems("batch_percent", self.batch_percent, 5)
        yield from _percent_problems("rollback_percent", self.rollback_percent, 5, 100)
        yield from _seconds_problems("wait", _baking_seconds(self.wait))

    def render(self) -> dict[str, Any]:
        """Return the policy as CloudFormation takes it."""
        return {
            "rolling_update_policy": sagemaker.CfnEndpoint.RollingUpdatePolicyProperty(
                maximum_batch_size=_percent(self.batch_percent),
                rollback_maximum_batch_size=_percent(self.rollback_percent),
                wait_interval_in_seconds=_baking_seconds(self.wait),
            )
        }


Deployment: TypeAlias = AllAtOnce | Canary | Linear | Rolling


def _blue_green(routing: dict[str, Any], baking_time: Duration | None) -> dict[str, Any]:
    return {
        "blue_green_update_policy": BlueGreenPolicy(
            traffic_routing_configuration=sagemaker.CfnEndpoint.TrafficRoutingConfigProperty(**routing),
            termination_wait_in_seconds=_baking_seconds(baking_time),
        )
    }


def _percent(value: int) -> sagemaker.CfnEndpoint.CapacitySizeProperty:
    return sagemaker.CfnEndpoint.CapacitySizeProperty(type="CAPACITY_PERCENT", value=value)


def _baking_seconds(duration: Duration | None) -> float:
    return _DEFAULT_SECONDS if duration is None else duration.to_seconds()


def _count_problems(kind: str, fewest_instances: float) -> Iterator[str]:
    if fewest_instances < _FEWEST:
        yield (
            f"deployment is {kind}, which moves a part of the instances, and a variant has, or may scale to, "
            f"{fewest_instances:g}; give every variant at least {_FEWEST}, or use AllAtOnce"
        )


def _percent_problems(name: str, value: int, least: int, most: int = 50) -> Iterator[str]:
    if not Token.is_unresolved(value) and not least <= value <= most:
        yield f"deployment has {name} {value}; give {least} to {most}"


def _seconds_problems(name: str, seconds: float) -> Iterator[str]:
    if not Token.is_unresolved(seconds) and not 0 <= seconds <= _MOST_SECONDS:
        yield f"deployment has {name} {seconds:g} s; give 0 to {_MOST_SECONDS} s"


_DEFAULT_SECONDS = 300
_MOST_SECONDS = 3600
_FEWEST = 2
