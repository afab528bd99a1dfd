"""What a REST API leaves in CloudWatch Logs: a line for each request, and API Gateway's own errors; never a body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import Annotations, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from constructs_lib.execution_role import add_policies
from constructs_lib.front_doors import statements

if TYPE_CHECKING:
    from constructs import Construct

_VARIABLES = {
    "requestId": "requestId",
    "extendedRequestId": "extendedRequestId",
    "requestTime": "requestTime",
    "sourceIp": "identity.sourceIp",
    "userArn": "identity.userArn",
    "apiKeyId": "identity.apiKeyId",
    "httpMethod": "httpMethod",
    "resourcePath": "resourcePath",
    "status": "status",
    "errorType": "error.responseType",
    "responseLength": "responseLength",
    "responseLatency": "responseLatency",
    "integrationStatus": "integration.status",
    "integrationLatency": "integration.latency",
}
ACCESS_LOG_FORMAT = json.dumps({name: f"$context.{variable}" for name, variable in _VARIABLES.items()})
"""A JSON object a request. Latencies are in milliseconds; what a request has not is ``-``."""


def access_log(
    scope: Construct, *, name: str, retention: logs.RetentionDays, encryption_key: kms.IKey | None
) -> logs.LogGroup:
    """Make the log group that has a line for each request."""
    return _log_group(scope, "AccessLog", f"/aws/apigateway/{name}", retention, encryption_key)


def execution_log(
    scope: Construct,
    *,
    rest_api_id: str,
    stage_name: str,
    retention: logs.RetentionDays,
    encryption_key: kms.IKey | None,
) -> logs.LogGroup:
    """Make the log group that API Gateway would make itself, to be kept for ever."""
    name = f"{_EXECUTION_LOGS}_{rest_api_id}/{stage_name}"
    return _log_group(scope, "ExecutionLog", name, retention, encryption_key)


def let_logs_use(scope: Construct, key: kms.IKey, *, name: str, stage_name: str) -> None:
    """Let CloudWatch Logs encrypt both log groups with a key."""
    if not isinstance(key, kms.Key):
        Annotations.of(scope).add_warning_v2(
            "constructs_lib:imported-key",
            "nothing is added to the policy of an imported key; let it have logs.<region>.amazonaws.com (kms:Encrypt, "
            "kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey*, kms:DescribeKey: the logs of the API) use it",
        )
        return
    stack = Stack.of(scope)
    prefix = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group"
    # The id of the API is not known to the key, which may be of another stack.
    groups = [f"{prefix}:/aws/apigateway/{name}", f"{prefix}:{_EXECUTION_LOGS}_*/{stage_name}"]
    service = iam.ServicePrincipal(
        f"logs.{stack.region}.{stack.url_suffix}",
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )
    key.grant(service, "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")


def account_role(scope: Construct) -> apigateway.CfnAccount:
    """Set the role with which API Gateway writes the logs of all APIs of an account in a region.

    It stays when the stack is deleted, since the other APIs need it as well.
    """
    role = iam.Role(scope, "AccountLogRole", assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"))
    policies = add_policies(scope, roles=[role], statements_by_id={"AccountLogs": [statements.write_gateway_logs()]})
    account = apigateway.CfnAccount(scope, "Account", cloud_watch_role_arn=role.role_arn)
    role.apply_removal_policy(RemovalPolicy.RETAIN)
    account.apply_removal_policy(RemovalPolicy.RETAIN)
    for policy in policies:
        policy.apply_removal_policy(RemovalPolicy.RETAIN)
        # API Gateway looks at the role's rights before it takes it.
        account.node.add_dependency(policy)
    return account


def _log_group(
    scope: Construct, construct_id: str, name: str, retention: logs.RetentionDays, encryption_key: kms.IKey | None
) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=retention,
        encryption_key=encryption_key,
        removal_policy=RemovalPolicy.DESTROY,
    )


_EXECUTION_LOGS = "API-Gateway-Execution-Logs"
