"""Scalable targets and scaling policies come with a stack."""

import pytest
from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import applicationautoscaling_backends

from local_sagemaker.app import ACCOUNT_ID

DIMENSION = "sagemaker:variant:DesiredInstanceCount"
RESOURCE_ID = "endpoint/churn/variant/AllTraffic"
TRACKING = {
    "TargetValue": 100,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}
TARGET_KEYS = {"ServiceNamespace": "sagemaker", "ResourceId": RESOURCE_ID, "ScalableDimension": DIMENSION}


def resources(highest, target):
    return {
        "Target": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Properties": {**TARGET_KEYS, "MinCapacity": 1, "MaxCapacity": highest},
        },
        "Policy": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "track",
                "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": TRACKING,
                **target,
            },
            "DependsOn": "Target",
        },
    }


def test_warm_slots_of_a_serverless_variant_are_a_target_too(stacks, mended):
    target = resources(2, TARGET_KEYS)["Target"]
    target["Properties"]["ScalableDimension"] = "sagemaker:variant:DesiredProvisionedConcurrency"
    stack = stacks.deploy("scaling", {"Target": target})
    backend = applicationautoscaling_backends[ACCOUNT_ID]["us-east-1"]
    assert stack.status == "CREATE_COMPLETE"
    assert (RESOURCE_ID in backend.targets.get("sagemaker:variant:DesiredProvisionedConcurrency", {})) is mended
    with pytest.raises(AWSValidationException):
        backend.register_scalable_target("sagemaker", RESOURCE_ID, "sagemaker:variant:Nothing", 1, 2, "", "")


@pytest.mark.parametrize("target", [{"ScalingTargetId": {"Ref": "Target"}}, TARGET_KEYS])
def test_a_stack_makes_changes_and_deletes_them(stacks, mended, target):
    backend = applicationautoscaling_backends[ACCOUNT_ID]["us-east-1"]
    stack = stacks.deploy("scaling", resources(2, target))
    assert (RESOURCE_ID in backend.targets.get(DIMENSION, {})) is mended
    assert (len(backend.policies) == 1) is mended
    if mended:
        stacks.deploy("scaling", resources(4, target))
        assert backend.targets[DIMENSION][RESOURCE_ID].max_capacity == 4
        stacks.delete(stack)
        assert not backend.targets[DIMENSION]
        assert not backend.policies
    assert stack.status in {"CREATE_COMPLETE", "DELETE_COMPLETE"}
