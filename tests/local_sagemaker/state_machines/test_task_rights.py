"""Which rights a call takes."""

from typing import Any

import pytest

from local_sagemaker.state_machines.sagemaker_jobs import JOB_KINDS
from local_sagemaker.state_machines.task_rights import Right, event_rights, needed_rights

WHERE = ("eu-west-1", "123456789012")
SAGEMAKER = "arn:aws:sagemaker:eu-west-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/serving"
PASSED = Right("iam:PassRole", ROLE, {"iam:PassedToService": "sagemaker.amazonaws.com"})


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        (
            "sagemaker",
            "CreateModel",
            {"ModelName": "Churn-1", "ExecutionRoleArn": ROLE, "Tags": [{"Key": "a", "Value": "b"}]},
            [
                Right("sagemaker:CreateModel", f"{SAGEMAKER}:model/churn-1"),
                Right("sagemaker:AddTags", f"{SAGEMAKER}:model/churn-1"),
                PASSED,
            ],
        ),
        (
            "sagemaker",
            "CreateEndpointConfig",
            {"EndpointConfigName": "c", "ProductionVariants": []},
            [Right("sagemaker:CreateEndpointConfig", f"{SAGEMAKER}:endpoint-config/c")],
        ),
        (
            "sagemaker",
            "UpdateEndpoint",
            {"EndpointName": "e", "EndpointConfigName": "c"},
            [
                Right("sagemaker:UpdateEndpoint", f"{SAGEMAKER}:endpoint/e"),
                Right("sagemaker:UpdateEndpoint", f"{SAGEMAKER}:endpoint-config/c"),
            ],
        ),
        (
            "sagemaker",
            "DeleteEndpointConfig",
            {"EndpointConfigName": "c"},
            [Right("sagemaker:DeleteEndpointConfig", f"{SAGEMAKER}:endpoint-config/c")],
        ),
        (
            "sagemaker",
            "StopTrainingJob",
            {"TrainingJobName": "j"},
            [Right("sagemaker:StopTrainingJob", f"{SAGEMAKER}:training-job/j")],
        ),
        (
            "sagemaker",
            "CreateHyperParameterTuningJob",
            {
                "HyperParameterTuningJobName": "t",
                "TrainingJobDefinition": {"RoleArn": ROLE},
                "TrainingJobDefinitions": [{"RoleArn": ROLE}],
            },
            [
                Right("sagemaker:CreateHyperParameterTuningJob", f"{SAGEMAKER}:hyper-parameter-tuning-job/t"),
                PASSED,
            ],
        ),
        ("sagemaker", "ListTrainingJobs", {}, [Right("sagemaker:ListTrainingJobs", "*")]),
        ("sns", "Publish", {"TopicArn": "topic"}, [Right("sns:Publish", "topic")]),
        (
            "lambda",
            "Invoke",
            {"FunctionName": "f", "Qualifier": "live"},
            [Right("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:123456789012:function:f:live")],
        ),
        (
            "lambda",
            "Invoke",
            {"FunctionName": "arn:aws:lambda:eu-west-1:1:function:f"},
            [Right("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:1:function:f")],
        ),
        (
            "ssm",
            "PutParameter",
            {"Name": "flat"},
            [Right("ssm:PutParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/flat")],
        ),
        ("stepfunctions", "StartExecution", {"stateMachineArn": "m"}, [Right("states:StartExecution", "m")]),
        ("s3", "PutObject", {"Bucket": "b", "Key": "k/l"}, [Right("s3:PutObject", "arn:aws:s3:::b/k/l")]),
        ("s3", "ListBuckets", {}, []),
        ("dynamodb", "GetItem", {}, []),
    ],
)
def test_a_call_takes_its_action_on_what_it_acts_on(
    service: str, operation: str, params: dict[str, Any], expected: list[Right]
) -> None:
    assert needed_rights(service, operation, params, *WHERE) == expected


def test_the_partition_is_the_region_s() -> None:
    (right,) = needed_rights("sagemaker", "DescribeModel", {"ModelName": "m"}, "cn-north-1", "1")
    assert right.resource == "arn:aws-cn:sagemaker:cn-north-1:1:model/m"


def test_each_kind_of_job_has_a_rule_of_its_own() -> None:
    rules = [kind.rule.removeprefix("StepFunctionsGetEventsForSageMaker") for kind in JOB_KINDS]
    assert rules == ["TrainingJobsRule", "TransformJobsRule", "ProcessingJobsRule", "TuningJobsRule"]
    assert event_rights("R", *WHERE) == [
        Right(f"events:{action}", "arn:aws:events:eu-west-1:123456789012:rule/R")
        for action in ("PutTargets", "PutRule", "DescribeRule")
    ]
