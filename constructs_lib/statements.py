"""The statements of the execution role, as plain data: each is needed, and nothing wider would do.

Source: "CreateModel API: Execution Role Permissions" in the SageMaker developer guide, narrowed to the objects,
the repository and the log group that are used.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Statement: TypeAlias = dict[str, Any]


def read_object(object_arn: str) -> Statement:
    """Allow to read one S3 object, or all below a prefix where `object_arn` ends in ``/*``."""
    return _allow(["s3:GetObject"], [object_arn])


def list_prefix(bucket_arn: str, prefix: str) -> Statement:
    """Allow to list one prefix of a bucket: SageMaker lists before it downloads an uncompressed model."""
    return _allow(["s3:ListBucket"], [bucket_arn], {"StringLike": {"s3:prefix": [f"{prefix}*"]}})


def decrypt_through_s3(key_arn: str, region: str, dns_suffix: str) -> Statement:
    """Allow to decrypt with one KMS key, but only while S3 reads an object."""
    return _allow(["kms:Decrypt"], [key_arn], {"StringEquals": {"kms:ViaService": f"s3.{region}.{dns_suffix}"}})


def use_key_through_s3(key_arn: str, region: str, dns_suffix: str) -> Statement:
    """Allow to encrypt and decrypt with one KMS key, but only while S3 writes or reads an object."""
    condition = {"StringEquals": {"kms:ViaService": f"s3.{region}.{dns_suffix}"}}
    return _allow(["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], condition)


def write_objects(object_arns: list[str]) -> Statement:
    """Allow to write S3 objects; each ARN ends in ``*``."""
    return _allow(["s3:PutObject"], object_arns)


def publish(topic_arns: list[str]) -> Statement:
    """Allow to publish to SNS topics."""
    return _allow(["sns:Publish"], topic_arns)


def pull_image(repository_arn: str) -> list[Statement]:
    """Allow to pull from one ECR repository. The token is the account's, so ECR takes no resource for it."""
    return [
        _allow(["ecr:GetAuthorizationToken"], ["*"]),
        _allow(
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [repository_arn]
        ),
    ]


def write_logs(log_group_arn: str) -> Statement:
    """Allow to write one log group; its streams are named after variants and instances."""
    return _allow(
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        [log_group_arn, f"{log_group_arn}:*"],
    )


def put_metrics(namespace: str = "/aws/sagemaker/Endpoints") -> Statement:
    """Allow to publish instance metrics. CloudWatch takes no resource, so the namespace is the limit."""
    return _allow(["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": namespace}})


def describe_alarms(alarm_arns: list[str]) -> Statement:
    """Allow to look at alarms, which SageMaker does with the execution role while it updates an endpoint."""
    return _allow(["cloudwatch:DescribeAlarms"], alarm_arns)


def test_endpoint(endpoint_arn: str, stack_arn: str, log_group_arn: str) -> list[Statement]:
    """Allow to look at one endpoint and to call it, to see whether its stack rolls back, and to write a log."""
    return [
        _allow(["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"], [endpoint_arn]),
        _allow(["cloudformation:DescribeStacks"], [stack_arn]),
        write_logs(log_group_arn),
    ]


def write_gateway_logs() -> Statement:
    """Allow API Gateway to write the logs of all APIs of an account; it takes no role with fewer rights.

    Source: the managed policy AmazonAPIGatewayPushToCloudWatchLogs.
    """
    return _allow(
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


def write_job_logs(log_group_arn: str, job_prefix: str) -> list[Statement]:
    """Allow to write the streams of jobs whose names begin alike, in a log group that all jobs of an account share."""
    return [
        _on_log_group(["logs:CreateLogGroup", "logs:DescribeLogStreams"], log_group_arn),
        _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:log-stream:{job_prefix}-*"]),
    ]


def encrypt_volume(key_arn: str) -> Statement:
    """Allow to have a job's volume encrypted with one KMS key, by a grant to the service and to nobody else."""
    return _allow(["kms:CreateGrant"], [key_arn], {"Bool": {"kms:GrantIsForAWSResource": "true"}})


def run_training_jobs(*, job_arn: str, role_arn: str, rule_arn: str) -> list[Statement]:
    """Allow a state machine to run training jobs under one role, and to hear of their end.

    Source: "Create and manage Amazon SageMaker jobs with Step Functions" in the Step Functions developer guide,
    narrowed to jobs whose names begin alike.

    Parameters
    ----------
    job_arn
        Of the jobs; ends in ``*``.
    role_arn
        Execution role of the jobs.
    rule_arn
        ``arn:<partition>:events:<region>:<account>:rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule``.
    """
    return [
        _allow(
            [
                "sagemaker:AddTags",
                "sagemaker:CreateTrainingJob",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:ListTags",
                "sagemaker:StopTrainingJob",
            ],
            [job_arn],
        ),
        pass_role([role_arn]),
        _allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule_arn]),
    ]


def run_transform_jobs(*, job_arn: str, rule_arn: str) -> list[Statement]:
    """Allow a state machine to run transform jobs, and to hear of their end; they have the role of their model.

    Source: as for `run_training_jobs`.

    Parameters
    ----------
    job_arn
        Of the jobs; ends in ``*``.
    rule_arn
        ``arn:<partition>:events:<region>:<account>:rule/StepFunctionsGetEventsForSageMakerTransformJobsRule``.
    """
    return [
        _allow(
            [
                "sagemaker:AddTags",
                "sagemaker:CreateTransformJob",
                "sagemaker:DescribeTransformJob",
                "sagemaker:ListTags",
                "sagemaker:StopTransformJob",
            ],
            [job_arn],
        ),
        _allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule_arn]),
    ]


def run_tuning_jobs(*, job_arn: str, training_job_arn: str, role_arn: str, rule_arn: str) -> list[Statement]:
    """Allow a state machine to run tuning jobs, to hear of their end, and to look at their training jobs.

    Source: as for `run_training_jobs`.

    Parameters
    ----------
    job_arn, training_job_arn
        Of the tuning jobs, and of the training jobs that they make; each ends in ``*``.
    role_arn
        Execution role of the training jobs.
    rule_arn
        ``arn:<partition>:events:<region>:<account>:rule/StepFunctionsGetEventsForSageMakerTuningJobsRule``.
    """
    return [
        _allow(
            [
                "sagemaker:AddTags",
                "sagemaker:CreateHyperParameterTuningJob",
                "sagemaker:DescribeHyperParameterTuningJob",
                "sagemaker:ListTags",
                "sagemaker:StopHyperParameterTuningJob",
            ],
            [job_arn],
        ),
        _allow(["sagemaker:DescribeTrainingJob"], [training_job_arn]),
        pass_role([role_arn]),
        _allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule_arn]),
    ]


def roll_out_models(*, model_arn: str, config_arn: str, endpoint_arn: str, key_arn: str | None) -> list[Statement]:
    """Allow to make models and configurations whose names begin alike, and to move one endpoint to them.

    Parameters
    ----------
    model_arn, config_arn
        Of those that are made; each ends in ``*``.
    endpoint_arn
        Of the endpoint.
    key_arn
        KMS key of the instances' volumes; None without one.
    """
    key = [] if key_arn is None else [encrypt_volume(key_arn), _allow(["kms:DescribeKey"], [key_arn])]
    return [
        *key,
        _allow(
            ["sagemaker:AddTags", "sagemaker:CreateModel", "sagemaker:DeleteModel"],
            [model_arn],
        ),
        _allow(
            ["sagemaker:AddTags", "sagemaker:CreateEndpointConfig", "sagemaker:DeleteEndpointConfig"],
            [config_arn],
        ),
        _allow(["sagemaker:DescribeEndpoint"], [endpoint_arn]),
        _allow(["sagemaker:UpdateEndpoint"], [endpoint_arn, config_arn]),
    ]


def pass_role(role_arns: list[str]) -> Statement:
    """Allow to hand roles to SageMaker, and to no other service."""
    return _allow(["iam:PassRole"], role_arns, {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}})


def put_parameter(parameter_arn: str) -> Statement:
    """Allow to write one parameter of Systems Manager."""
    return _allow(["ssm:PutParameter"], [parameter_arn])


def start_executions(state_machine_arn: str) -> Statement:
    """Allow to start a state machine."""
    return _allow(["states:StartExecution"], [state_machine_arn])


def log_executions() -> list[Statement]:
    """Allow a state machine to have its executions logged and traced, for which neither service takes a resource."""
    return [
        _allow(
            [
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ],
            ["*"],
        ),
        _allow(
            [
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            ["*"],
        ),
    ]


def follow_training(
    *, execution_arn: str, job_arn: str, log_group_arn: str, job_prefix: str, stack_arn: str
) -> list[Statement]:
    """Allow to find the state machine of training jobs by its stack, to watch the jobs and to stop them.

    Parameters
    ----------
    execution_arn
        Of the state machine's executions; ends in ``*``.
    job_arn, log_group_arn, job_prefix
        The jobs (ends in ``*``), where they log, and how their names begin.
    stack_arn
        The stack with the state machine.
    """
    return _follow("TrainingJob", execution_arn, job_arn, log_group_arn, job_prefix, stack_arn)


def follow_transforms(
    *, execution_arn: str, job_arn: str, log_group_arn: str, job_prefix: str, stack_arn: str
) -> list[Statement]:
    """Allow the same for transform jobs; see `follow_training`."""
    return _follow("TransformJob", execution_arn, job_arn, log_group_arn, job_prefix, stack_arn)


def follow_tuning(*, execution_arn: str, job_arn: str, training_job_arn: str, stack_arn: str) -> list[Statement]:
    """Allow to find the state machine of tuning jobs by its stack, to watch the jobs and to stop them.

    Parameters
    ----------
    execution_arn
        Of the state machine's executions; ends in ``*``.
    job_arn, training_job_arn
        The tuning jobs, and the training jobs that they make; each ends in ``*``.
    stack_arn
        The stack with the state machine.
    """
    return [
        _allow(["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"], [execution_arn]),
        _allow(
            [
                "sagemaker:DescribeHyperParameterTuningJob",
                "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
                "sagemaker:StopHyperParameterTuningJob",
            ],
            [job_arn],
        ),
        _allow(["sagemaker:DescribeTrainingJob"], [training_job_arn]),
        _allow(["cloudformation:DescribeStacks"], [stack_arn]),
    ]


def _follow(
    noun: str, execution_arn: str, job_arn: str, log_group_arn: str, job_prefix: str, stack_arn: str
) -> list[Statement]:
    return [
        _allow(["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"], [execution_arn]),
        _allow([f"sagemaker:Describe{noun}", f"sagemaker:Stop{noun}"], [job_arn]),
        _on_log_group(["logs:DescribeLogStreams"], log_group_arn),
        _allow(["logs:GetLogEvents"], [f"{log_group_arn}:log-stream:{job_prefix}-*"]),
        _allow(["cloudformation:DescribeStacks"], [stack_arn]),
    ]


def use_vpc(ec2_arn_prefix: str) -> list[Statement]:
    """Allow to place network interfaces into a VPC. EC2 takes no resource for the descriptions.

    Parameters
    ----------
    ec2_arn_prefix
        ``arn:<partition>:ec2:<region>:<account>``.
    """
    return [
        _allow(
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            ["*"],
        ),
        _allow(
            [
                "ec2:CreateNetworkInterface",
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            [f"{ec2_arn_prefix}:{kind}/*" for kind in ("network-interface", "security-group", "subnet")],
        ),
    ]


def invoke_endpoint(endpoint_arn: str) -> Statement:
    """Allow to call one endpoint for whole answers."""
    return _allow(["sagemaker:InvokeEndpoint"], [endpoint_arn])


def write_log_streams(log_group_arn: str) -> Statement:
    """Allow to write streams of a log group that is there already; `log_group_arn` is CDK's, which ends in ``:*``."""
    return _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group_arn])


def put_traces() -> Statement:
    """Allow to send traces to X-Ray, which takes no resource."""
    return _allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"])


def decrypt(key_arn: str) -> Statement:
    """Allow to decrypt with one KMS key: Lambda reads a function's variables with the function's role."""
    return _allow(["kms:Decrypt"], [key_arn])


def use_vpc_with_lambda(ec2_arn_prefix: str) -> list[Statement]:
    """Allow Lambda to place a function's network interfaces into a VPC. EC2 takes no resource for the descriptions.

    Source: "Required IAM permissions" of "Giving Lambda functions access to resources in an Amazon VPC" in the Lambda
    developer guide, narrowed to the three kinds of resources.

    Parameters
    ----------
    ec2_arn_prefix
        ``arn:<partition>:ec2:<region>:<account>``.
    """
    return [
        _allow(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], ["*"]),
        _allow(
            [
                "ec2:AssignPrivateIpAddresses",
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:UnassignPrivateIpAddresses",
            ],
            [f"{ec2_arn_prefix}:{kind}/*" for kind in ("network-interface", "security-group", "subnet")],
        ),
    ]


def _on_log_group(actions: list[str], log_group_arn: str) -> Statement:
    # CloudWatch Logs asks for a group with an end that stands for its streams, of which it names none.
    return _allow(actions, [log_group_arn, f"{log_group_arn}:*"])


def _allow(actions: list[str], resources: list[str], condition: dict[str, Any] | None = None) -> Statement:
    statement: Statement = {
        "Effect": "Allow",
        "Action": actions,
        "Resource": resources,
    }
    return statement if condition is None else {**statement, "Condition": condition}
