"""Scalable targets and scaling policies of Application Auto Scaling come with a stack.

moto 5.2.5 has both (moto/applicationautoscaling/models.py), but no CloudFormation resources for them, and of
SageMaker's dimensions it knows the instance count alone.
"""

from __future__ import annotations

from typing import Any

from moto.applicationautoscaling import models
from moto.applicationautoscaling.models import applicationautoscaling_backends

from local_sagemaker.moto_mends.patching import EmulatedResource, original, patch, register

_KINDS = {
    "StepScaling": "StepScalingPolicyConfiguration",
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
}


class ScalableTarget(EmulatedResource):
    """What may scale, between which bounds; Ref gives ``RESOURCE-ID|DIMENSION|NAMESPACE``."""

    resource_type = "AWS::ApplicationAutoScaling::ScalableTarget"

    @classmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> ScalableTarget:
        """Register the target, or change its bounds."""
        del name
        namespace, resource_id, dimension = (
            properties[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")
        )
        backend: Any = applicationautoscaling_backends[account_id][region_name]
        backend.register_scalable_target(
            namespace,
            resource_id,
            dimension,
            properties["MinCapacity"],
            properties["MaxCapacity"],
            properties.get("RoleARN"),
            properties.get("SuspendedState"),
        )
        identifier = f"{resource_id}|{dimension}|{namespace}"
        return cls(identifier, {"Id": identifier})

    @classmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Deregister the target."""
        del properties
        resource_id, dimension, namespace = physical_id.split("|")
        backend = applicationautoscaling_backends[account_id][region_name]
        backend.deregister_scalable_target(namespace, resource_id, dimension)


class ScalingPolicy(EmulatedResource):
    """How a target scales; Ref gives the policy's ARN."""

    resource_type = "AWS::ApplicationAutoScaling::ScalingPolicy"

    @classmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> ScalingPolicy:
        """Make or change the policy."""
        del name
        resource_id, dimension, namespace = _target(properties)
        kind = properties["PolicyType"]
        backend: Any = applicationautoscaling_backends[account_id][region_name]
        policy = backend.put_scaling_policy(
            properties["PolicyName"], namespace, resource_id, dimension, properties.get(_KINDS.get(kind, "")), kind
        )
        return cls(policy.policy_arn, {"Arn": policy.policy_arn})

    @classmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Delete the policy."""
        del physical_id
        resource_id, dimension, namespace = _target(properties)
        applicationautoscaling_backends[account_id][region_name].delete_scaling_policy(
            properties["PolicyName"], namespace, resource_id, dimension
        )


def _target(properties: dict[str, Any]) -> list[str]:
    if "ScalingTargetId" in properties:
        return str(properties["ScalingTargetId"]).split("|")
    return [properties[key] for key in ("ResourceId", "ScalableDimension", "ServiceNamespace")]


_OTHER_DIMENSIONS = ("sagemaker:variant:DesiredProvisionedConcurrency",)


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    check = original(models, "_target_params_are_valid")

    def _target_params_are_valid(namespace: str, r_id: str, dimension: str) -> bool:
        if namespace == "sagemaker" and dimension in _OTHER_DIMENSIONS and r_id.startswith("endpoint/"):
            return True
        return bool(check(namespace, r_id, dimension))

    patch(models, "_target_params_are_valid", _target_params_are_valid)
    register(ScalableTarget)
    register(ScalingPolicy)
