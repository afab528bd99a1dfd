"""Deployment and rollback alarms of one endpoint, by what its variants have and may scale to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Token
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib.deployment import AllAtOnce, Canary, Deployment, Rolling
from constructs_lib.rollback_alarms import RollbackAlarms
from constructs_lib.variant import InstanceVariant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import aws_cloudwatch as cloudwatch
    from constructs import Construct

    from constructs_lib.endpoint_config import SklearnEndpointConfig


class Guardrails:
    """What SageMaker calls deployment guardrails.

    Parameters
    ----------
    config
        With the variants.
    deployment, rollback_alarms
        What was asked for; None: the defaults.
    """

    def __init__(
        self, config: SklearnEndpointConfig, deployment: Deployment | None, rollback_alarms: RollbackAlarms | None
    ) -> None:
        self._config = config
        self._deployment = deployment
        self._rollback_alarms = rollback_alarms
        self._fewest: dict[str, float] = {
            variant.name: variant.initial_instance_count
            for variant in config.variants
            if isinstance(variant, InstanceVariant) and not Token.is_unresolved(variant.initial_instance_count)
        }
        self._alarms: list[cloudwatch.IAlarm] = []

    def problems(self) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        if self._config.is_serverless:
            for name, given in (("deployment", self._deployment), ("rollback_alarms", self._rollback_alarms)):
                if given is not None:
                    yield f"{name} is given for a serverless endpoint, which SageMaker updates by itself; leave it out"
            return
        yield from self._chosen().problems(self._fewest_instances)
        if isinstance(self._deployment, Rolling) and len(self._config.variants) > 1:
            yield (
                f"deployment is Rolling, and there are {len(self._config.variants)} variants; SageMaker rolls a single "
                "one: use Canary, Linear or AllAtOnce"
            )
        yield from self._watched().problems(len(self._config.variants))

    def make_alarms(self, scope: Construct, endpoint_name: str) -> list[cloudwatch.IAlarm]:
        """Make the alarms below a construct; none for a serverless endpoint."""
        if not self._config.is_serverless:
            names = [variant.name for variant in self._config.variants]
            self._alarms = self._watched().bind(scope, endpoint_name, names)
        return self._alarms

    def note_scaling(self, variant_name: str, min_capacity: float) -> list[str]:
        """Take into account that a variant may scale to so few instances; give what is wrong with that."""
        if Token.is_unresolved(min_capacity):
            return []
        before = dict(self._fewest)
        self._fewest[variant_name] = min(self._fewest.get(variant_name, min_capacity), min_capacity)
        found = list(self._chosen().problems(self._fewest_instances))
        if found:
            self._fewest = before
        return found

    def render(self) -> sagemaker.CfnEndpoint.DeploymentConfigProperty | None:
        """Return both as CloudFormation takes them."""
        if self._config.is_serverless:
            return None
        rollback = None
        if self._alarms:
            rollback = sagemaker.CfnEndpoint.AutoRollbackConfigProperty(
                alarms=[sagemaker.CfnEndpoint.AlarmProperty(alarm_name=alarm.alarm_name) for alarm in self._alarms]
            )
        return sagemaker.CfnEndpoint.DeploymentConfigProperty(
            auto_rollback_configuration=rollback, **self._chosen().render()
        )

    @property
    def _fewest_instances(self) -> float:
        # A count that is known at deployment only is taken for enough.
        return min(self._fewest.values(), default=_ENOUGH)

    def _watched(self) -> RollbackAlarms:
        # SageMaker takes ten: beyond five variants there is none left for their latency.
        return self._rollback_alarms or RollbackAlarms(latency=len(self._config.variants) <= _TWO_ALARMS_EACH)

    def _chosen(self) -> Deployment:
        if self._deployment is not None:
            return self._deployment
        return Canary() if self._fewest_instances >= _ENOUGH else AllAtOnce()


_ENOUGH = 2
_TWO_ALARMS_EACH = 5
