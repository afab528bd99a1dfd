"""The steps in which DeploymentConfig moves an endpoint's traffic to its new fleet.

Rules: "Deployment guardrails" in the SageMaker developer guide, and
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html. A rolling update moves the traffic
in its batches here; the old instances go at the end, where AWS stops them batch by batch.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Step(NamedTuple):
    """A part of the way.

    Attributes
    ----------
    share
        Of the requests that go to the new fleet from now on, above 0 and at most 1.
    wait
        Seconds of AWS in which the alarms are watched then.
    """

    share: float
    wait: float


def steps_of(deployment: Mapping[str, Any] | None, instances: int) -> list[Step]:
    """Give the steps of a deployment.

    Parameters
    ----------
    deployment
        DeploymentConfig; None moves everything at once and waits for nothing.
    instances
        Of the smallest variant.

    Example
    -------
    >>> size = {"Type": "CAPACITY_PERCENT", "Value": 10}
    >>> canary = {"Type": "CANARY", "CanarySize": size, "WaitIntervalInSeconds": 60}
    >>> policy = {"TrafficRoutingConfiguration": canary, "TerminationWaitInSeconds": 300}
    >>> steps_of({"BlueGreenUpdatePolicy": policy}, 4)
    [Step(share=0.25, wait=60.0), Step(share=1.0, wait=300.0)]
    """
    rolling = (deployment or {}).get("RollingUpdatePolicy")
    if rolling is not None:
        shares = _shares(rolling["MaximumBatchSize"], instances)
        return [Step(share, float(rolling.get("WaitIntervalInSeconds", 0))) for share in shares]
    policy = (deployment or {}).get("BlueGreenUpdatePolicy") or {}
    routing = policy.get("TrafficRoutingConfiguration") or {"Type": "ALL_AT_ONCE"}
    wait = float(routing.get("WaitIntervalInSeconds", 0))
    last = Step(1.0, float(policy.get("TerminationWaitInSeconds", 0)))
    if routing["Type"] == "CANARY":
        return [Step(_share(routing["CanarySize"], instances), wait), last]
    if routing["Type"] == "LINEAR":
        return [*(Step(share, wait) for share in _shares(routing["LinearStepSize"], instances) if share < 1), last]
    return [last]


def rollback_alarms(deployment: Mapping[str, Any] | None) -> Sequence[str]:
    """Give the names of the alarms that undo a deployment."""
    configuration = (deployment or {}).get("AutoRollbackConfiguration") or {}
    return [alarm["AlarmName"] for alarm in configuration.get("Alarms") or ()]


def _shares(size: Mapping[str, Any], instances: int) -> Iterator[float]:
    step = _share(size, instances)
    for number in range(1, math.ceil(1 / step) + 1):
        yield min(number * step, 1.0)


def _share(size: Mapping[str, Any], instances: int) -> float:
    """Give the share of a capacity, which is at least one instance."""
    if size["Type"] == "INSTANCE_COUNT":
        return min(int(size["Value"]) / instances, 1.0)
    return min(math.ceil(instances * int(size["Value"]) / 100) / instances, 1.0)
