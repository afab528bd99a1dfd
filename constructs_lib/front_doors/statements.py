"""The statements of front doors: what an API's and a function's roles need beside the right to invoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.statements import allow

if TYPE_CHECKING:
    from constructs_lib.statements import Statement


def write_gateway_logs() -> Statement:
    """Allow API Gateway to write the logs of all APIs of an account; it takes no role with fewer rights.

    Source: the managed policy AmazonAPIGatewayPushToCloudWatchLogs.
    """
    return allow(
        [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:FilterLogEvents",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
        ],
        ["*"],
    )


def invoke_endpoint(endpoint_arn: str) -> Statement:
    """Allow to call one endpoint for whole answers."""
    return allow(["sagemaker:InvokeEndpoint"], [endpoint_arn])


def write_log_streams(log_group_arn: str) -> Statement:
    """Allow to write streams of a log group that is there already; `log_group_arn` is CDK's, which ends in ``:*``."""
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group_arn])


def put_traces() -> Statement:
    """Allow to send traces to X-Ray, which takes no resource."""
    return allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"])


def decrypt(key_arn: str) -> Statement:
    """Allow to decrypt with one KMS key: Lambda reads a function's variables with the function's role."""
    return allow(["kms:Decrypt"], [key_arn])


def use_vpc_with_lambda(ec2_arn_prefix: str) -> list[Statement]:
    """Allow Lambda to place a function's network interfaces into a VPC. EC2 takes no resource for the descriptions.

    Source: "Required IAM permissions" of "Giving Lambda functions access to resources in an Amazon VPC" in the Lambda
    developer guide, narrowed to the account and to the three kinds of resources.

    Parameters
    ----------
    ec2_arn_prefix
        ``arn:<partition>:ec2:<region>:<account>``.
    """
    return [
        allow(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], ["*"]),
        allow(
            ["ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:UnassignPrivateIpAddresses"],
            [f"{ec2_arn_prefix}:{kind}/*" for kind in ("network-interface", "security-group", "subnet")],
        ),
        # Lambda asks for this beforehand, and for no kind in particular: it refuses a function whose role has less.
        allow(["ec2:DeleteNetworkInterface"], [f"{ec2_arn_prefix}:*/*"]),
    ]
