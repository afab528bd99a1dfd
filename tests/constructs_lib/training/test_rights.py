import json

from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    SklearnTraining,
)
from tests.constructs_lib.training.synthesized import actions, statements


def test_the_job_may_do_what_it_does_and_nothing_else(stack, script):
    SklearnTraining(stack, "Training", entry_point=script, inputs="s3://data/train/", training_name="churn")
    assert actions(stack, "TrainingRole") == {
        "cloudwatch:PutMetricData",
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }
    open_to_all = [one["Action"] for one in statements(stack, "TrainingRole") if one["Resource"] == ["*"]]
    assert sorted(open_to_all) == [["cloudwatch:PutMetricData"], ["ecr:GetAuthorizationToken"]]


def test_the_state_machine_may_run_these_jobs_and_no_others(stack, script):
    SklearnTraining(stack, "Training", entry_point=script, inputs="s3://data/train/", training_name="churn")
    found = list(statements(stack, "TrainingMachineRole"))
    assert {action for one in found for action in one["Action"] if action.startswith("sagemaker:")} == {
        "sagemaker:AddTags",
        "sagemaker:CreateTrainingJob",
        "sagemaker:DescribeTrainingJob",
        "sagemaker:ListTags",
        "sagemaker:StopTrainingJob",
    }
    jobs = next(one for one in found if "sagemaker:CreateTrainingJob" in one["Action"])
    assert "training-job/churn-*" in json.dumps(jobs["Resource"])
    (passing,) = [one for one in found if one["Action"] in (["iam:PassRole"], "iam:PassRole")]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    Template.from_stack(stack).has_resource(
        "AWS::StepFunctions::StateMachine",
        {
            "Properties": {"StateMachineName": "churn", "TracingConfiguration": {"Enabled": True}},
            "DependsOn": Match.array_with([Match.string_like_regexp("TrainingArtifacts.*")]),
        },
    )


def test_who_may_start_may_also_follow_and_stop(stack, script):
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    training = SklearnTraining(stack, "Training", entry_point=script)
    assert training.grant_start(caller).success
    assert training.grant_read_artifacts(caller).success
    assert actions(stack, "Caller") == {
        "cloudformation:DescribeStacks",
        "logs:DescribeLogStreams",
        "logs:GetLogEvents",
        "s3:GetObject",
        "sagemaker:DescribeTrainingJob",
        "sagemaker:StopTrainingJob",
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "states:StartExecution",
        "states:StopExecution",
    }
