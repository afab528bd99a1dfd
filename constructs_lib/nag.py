"""The cdk-nag findings that the library acknowledges itself: those that no user could do anything about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Acknowledgment, Stack, Validations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import IConstruct


def acknowledge_inline_policy(policy: IConstruct) -> None:
    """Acknowledge that a policy of the execution role is inline."""
    _acknowledge(
        policy,
        (f"{pack}-IAMNoInlinePolicy" for pack in _PACKS),
        "The policy's name follows the digest of what it gives access to, so that an update holds the old and the "
        "new one side by side; a role takes 10 managed policies only.",
    )


def acknowledge_authorization_token(policy: IConstruct) -> None:
    """Acknowledge the resource ``*`` of ecr:GetAuthorizationToken."""
    _acknowledge(policy, ["AwsSolutions-IAM5[Resource::*]"], "ecr:GetAuthorizationToken takes no resource.")


def acknowledge_endpoint_policy(policy: IConstruct, log_streams_arn: str) -> None:
    """Acknowledge the resource ``*`` of cloudwatch:PutMetricData, and the streams of the endpoint's own log group."""
    _acknowledge(
        policy,
        ["AwsSolutions-IAM5[Resource::*]"],
        "cloudwatch:PutMetricData takes no resource; the namespace is the limit.",
    )
    _acknowledge(
        policy,
        [f"AwsSolutions-IAM5[Resource::{_flatten(Stack.of(policy).resolve(log_streams_arn))}]"],
        "SageMaker names the streams of the endpoint's log group after its instances.",
    )


def acknowledge_local_storage(endpoint_config: IConstruct) -> None:
    """Acknowledge that there is no KMS key where instances keep their data on NVMe disks of their own."""
    _acknowledge(
        endpoint_config,
        (f"{pack}-SageMakerEndpointConfigurationKMSKeyConfigured" for pack in _PACKS),
        "The instances' own NVMe disks are encrypted by a hardware module; SageMaker takes no KMS key for them.",
    )


def _acknowledge(construct: IConstruct, ids: Iterable[str], reason: str) -> None:
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule, reason=reason) for rule in ids))


def _flatten(value: Any) -> str:
    """Write a resolved CloudFormation value the way that cdk-nag writes it into the id of a finding."""
    if isinstance(value, str):
        return value
    function, argument = next(iter(value.items()))
    if function == "Fn::Join":
        return str(argument[0]).join(_flatten(item) for item in argument[1])
    return f"<{argument}>"


_PACKS = ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321")
