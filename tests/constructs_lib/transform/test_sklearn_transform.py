import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template

from constructs_lib import ConfigurationError, ModelData, SklearnModel, SklearnMultiModel, SklearnTransform
from tests.constructs_lib.service_requests import problems
from tests.constructs_lib.training.synthesized import actions, machine, statements

ARCHIVE = "s3://models/0123456789abcdef0123456789abcdef.tar.gz"


@pytest.fixture
def model(stack: cdk.Stack) -> SklearnModel:
    return SklearnModel(stack, "Model", model_data=ModelData.from_s3(ARCHIVE, sklearn_version="1.9.0"))


def request_of(stack: cdk.Stack) -> dict[str, Any]:
    """What the state machine asks for, with texts in place of what is known when it runs."""
    found: dict[str, Any] = machine(stack)["States"]["Transform"]["Parameters"]
    return found


def test_the_job_is_one_that_the_api_takes(stack, model):
    SklearnTransform(
        stack,
        "Scores",
        model=model,
        data="s3://data/in/",
        max_concurrent_transforms=4,
        max_payload=cdk.Size.mebibytes(25),
        invocation_timeout=cdk.Duration.minutes(20),
        max_retries=1,
        environment={"CUT": "0.3"},
        encryption_key=kms.Key(stack, "Key"),
        tags={"team": "churn"},
    )
    request = request_of(stack)
    assert problems("CreateTransformJob", request) == ""
    assert request["MaxConcurrentTransforms"] == 4
    assert request["MaxPayloadInMB"] == 25
    assert request["ModelClientConfig"] == {"InvocationsTimeoutInSeconds": 1200, "InvocationsMaxRetries": 1}
    assert request["Environment"] == {"CUT": "0.3"}
    assert request["Tags"] == [{"Key": "team", "Value": "churn"}]
    assert {"KmsKeyId", "VolumeKmsKeyId"} <= {
        key for part in request.values() if isinstance(part, dict) for key in part
    }


def test_what_is_not_asked_for_is_left_to_the_container(stack, model):
    SklearnTransform(stack, "Scores", model=model, data="s3://data/in/")
    request = request_of(stack)
    assert problems("CreateTransformJob", request) == ""
    assert (
        not {"MaxConcurrentTransforms", "MaxPayloadInMB", "ModelClientConfig", "Environment", "Tags"} & request.keys()
    )


def test_instances_with_disks_of_their_own_have_no_key_for_a_volume(stack, model):
    key = kms.Key(stack, "Key")
    SklearnTransform(stack, "Scores", model=model, encryption_key=key, instance_type="ml.m5d.large")
    assert "VolumeKmsKeyId" not in json.dumps(request_of(stack))
    assert "kms:CreateGrant" not in actions(stack, "ModelRole")


def test_an_execution_may_choose_data_and_format_and_nothing_else(stack, model):
    SklearnTransform(stack, "Scores", model=model, data="s3://data/in/", transform_name="scores")
    states = machine(stack)["States"]
    own = states["Collect settings"]["Parameters"]["own"]
    used = set(json.dumps(request_of(stack)).replace('"', " ").replace(",", " ").split())
    assert {word for word in used if word.startswith("$.settings.")} == {f"$.settings.{name}" for name in own}
    assert states["Put given settings above"]["Parameters"]["settings.$"] == "States.JsonMerge($.own, $.given, false)"
    assert "Data" in own
    assert own["Accept"] == own["ContentType"] == "text/csv"


def test_without_data_anywhere_nothing_is_started(stack, model):
    SklearnTransform(stack, "Scores", model=model)
    states = machine(stack)["States"]
    assert "Data" not in states["Collect settings"]["Parameters"]["own"]
    assert states["Is there data"]["Default"] == "No data"
    assert states["No data"]["Error"] == "NoData"


def test_the_models_role_gains_the_data_the_place_for_predictions_and_the_log_of_these_jobs(stack, model):
    SklearnTransform(stack, "Scores", model=model, data="s3://data/in/", transform_name="scores")
    assert actions(stack, "ModelRole") == {
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
    found = json.dumps(list(statements(stack, "ModelRole")))
    assert ":s3:::data/in/*" in found
    assert ":log-group:/aws/sagemaker/TransformJobs:log-stream:scores-*" in found
    (written,) = [one for one in statements(stack, "ModelRole") if "s3:PutObject" in one["Action"]]
    assert "/transform/*" in json.dumps(written["Resource"])


def test_the_state_machine_may_run_these_jobs_and_no_others(stack, model):
    SklearnTransform(stack, "Scores", model=model, transform_name="scores")
    found = list(statements(stack, "ScoresMachineRole"))
    (jobs,) = [one for one in found if "sagemaker:CreateTransformJob" in one["Action"]]
    assert set(jobs["Action"]) == {
        "sagemaker:AddTags",
        "sagemaker:CreateTransformJob",
        "sagemaker:DescribeTransformJob",
        "sagemaker:ListTags",
        "sagemaker:StopTransformJob",
    }
    assert "transform-job/scores-*" in json.dumps(jobs["Resource"])
    assert "iam:PassRole" not in actions(stack, "ScoresMachineRole")


def test_who_may_start_may_also_follow_and_read(stack, model):
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    transform = SklearnTransform(stack, "Scores", model=model)
    assert transform.grant_start(caller).success
    assert transform.grant_read_output(caller).success
    assert actions(stack, "Caller") == {
        "cloudformation:DescribeStacks",
        "logs:DescribeLogStreams",
        "logs:GetLogEvents",
        "s3:GetObject",
        "s3:ListBucket",
        "sagemaker:DescribeTransformJob",
        "sagemaker:StopTransformJob",
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "states:StartExecution",
        "states:StopExecution",
    }


def test_a_schedule_starts_jobs_and_a_failure_fires_an_alarm(stack, model):
    schedule = events.Schedule.rate(cdk.Duration.days(1))
    transform = SklearnTransform(stack, "Scores", model=model, data="s3://data/in/", schedule=schedule)
    template = Template.from_stack(stack)
    template.has_resource_properties("AWS::Events::Rule", {"ScheduleExpression": "rate(1 day)"})
    template.has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "MetricName": "ExecutionsFailed",
            "AlarmDescription": "A transform job failed",
            "AlarmActions": [stack.resolve(transform.failure_topic.topic_arn)],
        },
    )
    assert transform.failure_alarm.alarm_name
    assert transform.output_path.endswith("/transform/")


def test_the_client_finds_the_state_machine_among_the_outputs(stack, model):
    transform = SklearnTransform(stack, "Scores", model=model)
    outputs = Template.from_stack(stack).find_outputs("*")
    (value,) = [one["Value"] for key, one in outputs.items() if key.startswith("ScoresTransformStateMachineArn")]
    assert value == stack.resolve(transform.state_machine_arn)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split_type": "Lines"}, "split_type is 'Lines'; choose one of 'None', 'Line'"),
        ({"strategy": "Multi"}, "strategy is 'Multi'; choose one of 'SingleRecord', 'MultiRecord'"),
        ({"join_source": "Output"}, "join_source is 'Output'; choose one of 'None', 'Input'"),
        ({"data": "data/in"}, "data 'data/in' is not an address in S3"),
        ({"max_payload": cdk.Size.mebibytes(101)}, "max_payload is 101 MB; give 1 to 100"),
        (
            {"max_payload": cdk.Size.mebibytes(30), "max_concurrent_transforms": 4},
            "4 times max_payload 30 MB is 120 MB; SageMaker takes 100 MB: give fewer, or max_payload=25",
        ),
        ({"max_concurrent_transforms": 17}, "max_concurrent_transforms 17 times max_payload 6 MB is 102 MB"),
        ({"max_concurrent_transforms": 0}, "max_concurrent_transforms is 0; give at least 1"),
        ({"invocation_timeout": cdk.Duration.hours(2)}, "invocation_timeout is 7200 seconds; give 1 to 3600"),
        ({"max_retries": 4}, "max_retries is 4; give 0 to 3"),
        ({"input_filter": "$[?(@.a)]"}, "input_filter '$[?(@.a)]' is not a JSONPath of batch transform"),
        ({"output_filter": "$." + "a" * 70}, "is not a JSONPath of batch transform; give at most 63 characters"),
        (
            {"join_source": "Input", "content_type": "application/x-npy"},
            "input_filter, output_filter and join_source need records of text/csv, application/json, application/jso",
        ),
        ({"instance_count": 0}, "instance_count is 0; give at least 1"),
        ({"environment": {f"A{number}": "" for number in range(17)}}, "environment has 17 entries; a transform job"),
        ({"environment": {"a-b": ""}}, "environment variable 'a-b' is not a name"),
        ({"transform_name": "Scores"}, "transform_name 'Scores' is not a name; use a literal of at most 39"),
        ({"output_prefix": "out"}, "output_prefix is 'out'; give a key that ends in '/'"),
        ({"schedule": events.Schedule.rate(cdk.Duration.days(1))}, "schedule is given without data"),
        ({"instance_type": "ml.c7g.large"}, "instance type 'ml.c7g.large' is arm64, but the image"),
    ],
)
def test_what_is_given_wrong_is_named(stack, model, options, message):
    with pytest.raises(ConfigurationError) as error:
        SklearnTransform(stack, "Scores", model=model, **options)
    assert message in str(error.value)


def test_models_that_batch_transform_does_not_take_are_refused(stack):
    plain = ModelData.from_s3("s3://models/0123456789abcdef0123456789abcdef/", sklearn_version="1.9.0")
    with pytest.raises(ConfigurationError, match="model has uncompressed model data"):
        SklearnTransform(stack, "A", model=SklearnModel(stack, "Plain", model_data=plain))
    many: Any = SklearnMultiModel(stack, "Many")
    with pytest.raises(ConfigurationError, match="model is many models"):
        SklearnTransform(stack, "B", model=many)


def test_other_data_is_allowed_by_its_address(stack, model):
    transform = SklearnTransform(stack, "Scores", model=model)
    transform.allow_inputs("s3://more/april/")
    assert ":s3:::more/april/*" in json.dumps(list(statements(stack, "ModelRole")))
    with pytest.raises(ConfigurationError, match="give 's3://bucket/prefix'"):
        transform.allow_inputs("more/april")


def test_the_jobs_wait_for_their_rights(stack, model):
    SklearnTransform(stack, "Scores", model=model, data="s3://data/in/")
    Template.from_stack(stack).has_resource(
        "AWS::StepFunctions::StateMachine",
        {"DependsOn": Match.array_with([Match.string_like_regexp("ScoresInputs1.*")])},
    )
