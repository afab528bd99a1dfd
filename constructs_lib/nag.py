"""The cdk-nag findings that the library acknowledges itself: those that no user could do anything about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Acknowledgment, Stack, Validations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from constructs import IConstruct

    from constructs_lib.statements import Statement


def acknowledge_policy(
    policy: IConstruct, policy_statements: Sequence[Statement], prefix_reason: str | None = None
) -> None:
    """Acknowledge that a policy is inline, and the wildcards of those actions that cannot do without.

    Other wildcards (model data below a prefix in S3, a VPC) are the user's choice, so they are the user's to
    acknowledge; but where `prefix_reason` says why S3 keys are not known, they are acknowledged with it.
    """
    _acknowledge(policy, (f"{pack}-IAMNoInlinePolicy" for pack in _PACKS), _INLINE_REASON)
    for statement in policy_statements:
        for action in statement["Action"]:
            reason = _WILDCARD_REASONS.get(action) or (prefix_reason if action in _ON_KEYS else None)
            if reason is not None:
                flat = (_flatten(Stack.of(policy).resolve(resource)) for resource in statement["Resource"])
                rules = (f"AwsSolutions-IAM5[Resource::{resource}]" for resource in flat if "*" in resource)
                _acknowledge(policy, rules, reason)


def acknowledge_local_storage(endpoint_config: IConstruct) -> None:
    """Acknowledge that there is no KMS key where instances keep their data on NVMe disks of their own."""
    _acknowledge_no_key(
        endpoint_config,
        "The instances' own NVMe disks are encrypted by a hardware module; no KMS key can encrypt them.",
    )


def acknowledge_serverless(endpoint_config: IConstruct) -> None:
    """Acknowledge that there is no KMS key where there is no volume."""
    _acknowledge_no_key(endpoint_config, "A serverless variant has no volume that a KMS key could encrypt.")


def acknowledge_rollback_alarm(alarm: IConstruct) -> None:
    """Acknowledge that an alarm has no action: SageMaker looks at it."""
    rules = (f"{pack}-CloudWatchAlarmAction" for pack in _PACKS if not pack.startswith("PCI"))
    _acknowledge(alarm, rules, "SageMaker itself looks at this alarm while it updates the endpoint.")


def acknowledge_smoke_test_function(function: IConstruct) -> None:
    """Acknowledge what a function that only CloudFormation calls does without."""
    for rule, reason in _FUNCTION_REASONS.items():
        _acknowledge(function, (f"{pack}-{rule}" for pack in _PACKS), reason)


def acknowledge_front_function(function: IConstruct) -> None:
    """Acknowledge that a function whose callers wait for its answer has no queue for what failed."""
    reason = "Its callers wait for the answer and are told of an error; a dead letter queue would get nothing."
    _acknowledge(function, (f"{pack}-LambdaDLQ" for pack in _PACKS), reason)


def acknowledge_rest_api_method(method: IConstruct) -> None:
    """Acknowledge that a method asks no user pool of Cognito who calls it."""
    _acknowledge(method, ["AwsSolutions-COG4"], "Callers are services: they sign their requests, or have a key.")


def acknowledge_rest_api_stage(stage: IConstruct) -> None:
    """Acknowledge what a stage does without whose one method is a POST that is passed to SageMaker."""
    for rule, reason in _STAGE_REASONS.items():
        _acknowledge(stage, (f"{pack}-{rule}" for pack in _PACKS), reason)


def _acknowledge_no_key(endpoint_config: IConstruct, reason: str) -> None:
    rules = (f"{pack}-SageMakerEndpointConfigurationKMSKeyConfigured" for pack in _PACKS)
    _acknowledge(endpoint_config, rules, reason)


def _acknowledge(construct: IConstruct, rules: Iterable[str], reason: str) -> None:
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule, reason=reason) for rule in rules))


def _flatten(value: Any) -> str:
    """Write a resolved CloudFormation value the way that cdk-nag writes it into the id of a finding."""
    if isinstance(value, str):
        return value
    function, argument = next(iter(value.items()))
    if function == "Fn::Join":
        return str(argument[0]).join(_flatten(item) for item in argument[1])
    return f"<{'.'.join(argument) if isinstance(argument, list) else argument}>"


_PACKS = ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321")
_FUNCTION_REASONS = {
    "LambdaConcurrency": "CloudFormation calls it once in a deployment; what is reserved is taken from others.",
    "LambdaDLQ": "CloudFormation waits for its answer, and says so when none comes.",
    "LambdaInsideVPC": "It calls SageMaker and CloudFormation and nothing else, under a role that allows no more.",
}
_STAGE_REASONS = {
    "APIGWCacheEnabledAndEncrypted": "API Gateway caches no POST, and each prediction is of other rows.",
    "APIGWSSLEnabled": "A client certificate is for HTTP backends; API Gateway signs what it sends to SageMaker.",
}
_INLINE_REASON = (
    "The policy belongs to this role and this resource alone; where it follows a digest, an update holds the old and "
    "the new one side by side, and a role takes 10 managed policies only."
)
_ON_KEYS = ("s3:GetObject", "s3:PutObject")
_STREAMS_REASON = "The service names the streams of the log group, which is the endpoint's, a function's or all jobs'."
_JOBS_REASON = "The name of a job, and of what is made from it, begins with a fixed text and ends with its time."
_WILDCARD_REASONS = {
    "ecr:GetAuthorizationToken": "ecr:GetAuthorizationToken takes no resource.",
    "cloudwatch:PutMetricData": "cloudwatch:PutMetricData takes no resource; its namespace is the limit.",
    "logs:FilterLogEvents": "API Gateway takes this role for the logs of all APIs of the account, and no lesser one.",
    "logs:CreateLogDelivery": "Neither the delivery of logs nor the tracing of executions takes a resource.",
    "xray:PutTraceSegments": "Neither the delivery of logs nor the tracing of executions takes a resource.",
    "sagemaker:CreateTrainingJob": _JOBS_REASON,
    "sagemaker:CreateTransformJob": _JOBS_REASON,
    "sagemaker:CreateHyperParameterTuningJob": _JOBS_REASON,
    "sagemaker:DescribeTrainingJob": _JOBS_REASON,
    "sagemaker:CreateModel": _JOBS_REASON,
    "sagemaker:CreateEndpointConfig": _JOBS_REASON,
    "sagemaker:UpdateEndpoint": _JOBS_REASON,
    "logs:DescribeLogStreams": _STREAMS_REASON,
    "logs:PutLogEvents": _STREAMS_REASON,
}
