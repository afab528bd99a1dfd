"""The statements of jobs: what their state machine and their role need, and what those need who start and follow them.

Source: "IAM policies for Amazon SageMaker AI" of the optimized integration in the Step Functions developer guide, and
"CreateTrainingJob API: Execution Role Permissions" in the SageMaker developer guide, narrowed to the names of the jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.statements import allow, on_log_group

if TYPE_CHECKING:
    from constructs_lib.statements import Statement


def write_job_logs(log_group_arn: str, job_prefix: str) -> list[Statement]:
    """Allow to write the streams of jobs whose names begin alike, in a log group that all jobs of an account share."""
    return [
        on_log_group(["logs:CreateLogGroup", "logs:DescribeLogStreams"], log_group_arn),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:log-stream:{job_prefix}-*"]),
    ]


def encrypt_volume(key_arn: str) -> Statement:
    """Allow to have a job's volume encrypted with one KMS key, by a grant to the service and to nobody else."""
    return allow(["kms:CreateGrant"], [key_arn], {"Bool": {"kms:GrantIsForAWSResource": "true"}})


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
        allow(
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
        allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule_arn]),
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
        allow(
            [
                "sagemaker:AddTags",
                "sagemaker:CreateTransformJob",
                "sagemaker:DescribeTransformJob",
                "sagemaker:ListTags",
                "sagemaker:StopTransformJob",
            ],
            [job_arn],
        ),
        allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule_arn]),
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
        allow(
            [
                "sagemaker:AddTags",
                "sagemaker:CreateHyperParameterTuningJob",
                "sagemaker:DescribeHyperParameterTuningJob",
                "sagemaker:ListTags",
                "sagemaker:StopHyperParameterTuningJob",
            ],
            [job_arn],
        ),
        allow(["sagemaker:DescribeTrainingJob"], [training_job_arn]),
        pass_role([role_arn]),
        allow(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule_arn]),
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
    key = [] if key_arn is None else [encrypt_volume(key_arn), allow(["kms:DescribeKey"], [key_arn])]
    return [
        *key,
        allow(
            ["sagemaker:AddTags", "sagemaker:CreateModel", "sagemaker:DeleteModel"],
            [model_arn],
        ),
        allow(
            ["sagemaker:AddTags", "sagemaker:CreateEndpointConfig", "sagemaker:DeleteEndpointConfig"],
            [config_arn],
        ),
        allow(["sagemaker:DescribeEndpoint"], [endpoint_arn]),
        allow(["sagemaker:UpdateEndpoint"], [endpoint_arn, config_arn]),
    ]


def pass_role(role_arns: list[str]) -> Statement:
    """Allow to hand roles to SageMaker, and to no other service."""
    return allow(["iam:PassRole"], role_arns, {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}})


def put_parameter(parameter_arn: str) -> Statement:
    """Allow to write one parameter of Systems Manager."""
    return allow(["ssm:PutParameter"], [parameter_arn])


def start_executions(state_machine_arn: str) -> Statement:
    """Allow to start a state machine."""
    return allow(["states:StartExecution"], [state_machine_arn])


def log_executions() -> list[Statement]:
    """Allow a state machine to have its executions logged and traced, for which neither service takes a resource."""
    return [
        allow(
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
        allow(
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
        allow(["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"], [execution_arn]),
        allow(
            [
                "sagemaker:DescribeHyperParameterTuningJob",
                "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
                "sagemaker:StopHyperParameterTuningJob",
            ],
            [job_arn],
        ),
        allow(["sagemaker:DescribeTrainingJob"], [training_job_arn]),
        allow(["cloudformation:DescribeStacks"], [stack_arn]),
    ]


def _follow(
    noun: str, execution_arn: str, job_arn: str, log_group_arn: str, job_prefix: str, stack_arn: str
) -> list[Statement]:
    return [
        allow(["states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"], [execution_arn]),
        allow([f"sagemaker:Describe{noun}", f"sagemaker:Stop{noun}"], [job_arn]),
        on_log_group(["logs:DescribeLogStreams"], log_group_arn),
        allow(["logs:GetLogEvents"], [f"{log_group_arn}:log-stream:{job_prefix}-*"]),
        allow(["cloudformation:DescribeStacks"], [stack_arn]),
    ]
