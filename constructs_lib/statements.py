"""The statements of the execution role, as plain data: each is needed, and nothing wider would do.

Source: "CreateModel API: Execution Role Permissions" in the SageMaker developer guide, narrowed to the objects,
the repository and the log group that are used.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Statement: TypeAlias = dict[str, Any]


def read_object(object_arn: str) -> Statement:
    """Allow to read one S3 object, or all below a prefix where `object_arn` ends in ``/*``."""
    return allow(["s3:GetObject"], [object_arn])


def list_prefix(bucket_arn: str, prefix: str) -> Statement:
    """Allow to list one prefix of a bucket: SageMaker lists before it downloads an uncompressed model."""
    return allow(["s3:ListBucket"], [bucket_arn], {"StringLike": {"s3:prefix": [f"{prefix}*"]}})


def decrypt_through_s3(key_arn: str, region: str, dns_suffix: str) -> Statement:
    """Allow to decrypt with one KMS key, but only while S3 reads an object."""
    return allow(["kms:Decrypt"], [key_arn], {"StringEquals": {"kms:ViaService": f"s3.{region}.{dns_suffix}"}})


def use_key_through_s3(key_arn: str, region: str, dns_suffix: str) -> Statement:
    """Allow to encrypt and decrypt with one KMS key, but only while S3 writes or reads an object."""
    condition = {"StringEquals": {"kms:ViaService": f"s3.{region}.{dns_suffix}"}}
    return allow(["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], condition)


def write_objects(object_arns: list[str]) -> Statement:
    """Allow to write S3 objects; each ARN ends in ``*``."""
    return allow(["s3:PutObject"], object_arns)


def publish(topic_arns: list[str]) -> Statement:
    """Allow to publish to SNS topics."""
    return allow(["sns:Publish"], topic_arns)


def pull_image(repository_arn: str) -> list[Statement]:
    """Allow to pull from one ECR repository. The token is the account's, so ECR takes no resource for it."""
    return [
        allow(["ecr:GetAuthorizationToken"], ["*"]),
        allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [repository_arn]),
    ]


def write_logs(log_group_arn: str) -> Statement:
    """Allow to write one log group; its streams are named after variants and instances."""
    return allow(
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        [log_group_arn, f"{log_group_arn}:*"],
    )


def put_metrics(namespace: str = "/aws/sagemaker/Endpoints") -> Statement:
    """Allow to publish instance metrics. CloudWatch takes no resource, so the namespace is the limit."""
    return allow(["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": namespace}})


def describe_alarms(alarm_arns: list[str]) -> Statement:
    """Allow to look at alarms, which SageMaker does with the execution role while it updates an endpoint."""
    return allow(["cloudwatch:DescribeAlarms"], alarm_arns)


def test_endpoint(endpoint_arn: str, stack_arn: str, log_group_arn: str) -> list[Statement]:
    """Allow to look at one endpoint and to call it, to see whether its stack rolls back, and to write a log."""
    return [
        allow(["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"], [endpoint_arn]),
        allow(["cloudformation:DescribeStacks"], [stack_arn]),
        write_logs(log_group_arn),
    ]


def use_vpc(ec2_arn_prefix: str) -> list[Statement]:
    """Allow to place network interfaces into a VPC. EC2 takes no resource for the descriptions.

    Parameters
    ----------
    ec2_arn_prefix
        ``arn:<partition>:ec2:<region>:<account>``.
    """
    return [
        allow(
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            ["*"],
        ),
        allow(
            [
                "ec2:CreateNetworkInterface",
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            [f"{ec2_arn_prefix}:{kind}/*" for kind in ("network-interface", "security-group", "subnet")],
        ),
    ]


def on_log_group(actions: list[str], log_group_arn: str) -> Statement:
    # CloudWatch Logs asks for a group with an end that stands for its streams, of which it names none.
    return allow(actions, [log_group_arn, f"{log_group_arn}:*"])


def allow(actions: list[str], resources: list[str], condition: dict[str, Any] | None = None) -> Statement:
    statement: Statement = {
        "Effect": "Allow",
        "Action": actions,
        "Resource": resources,
    }
    return statement if condition is None else {**statement, "Condition": condition}
