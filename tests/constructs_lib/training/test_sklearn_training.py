import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import (
    AsyncInference,
    Checkpoints,
    ConfigurationError,
    InstanceVariant,
    MetricDefinition,
    MetricThreshold,
    ModelData,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
    SklearnMultiModel,
    SklearnTraining,
    SpotTraining,
    TrainingInput,
)
from tests.constructs_lib.service_requests import problems

S3_URI = "s3://models/0123456789abcdef0123456789abcdef.tar.gz"
# As long as the ARN of a role must be.
UNKNOWN = "known-at-deployment-only"
F1 = MetricDefinition(name="validation:f1", regex="f1=([0-9.]+)")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "train.py"
    file.write_text("print('f1=0.5')")
    return file


@pytest.fixture
def endpoint(stack: cdk.Stack) -> SklearnEndpoint:
    model = SklearnModel(stack, "Model", model_data=ModelData.from_s3(S3_URI, sklearn_version="1.9.0"))
    return SklearnEndpoint(stack, "Endpoint", model=model)


def machine(stack: cdk.Stack) -> dict[str, Any]:
    """The definition in the template, with a text in place of what is known at deployment only."""
    (found,) = Template.from_stack(stack).find_resources("AWS::StepFunctions::StateMachine").values()
    text = found["Properties"]["DefinitionString"]
    parts = [text] if isinstance(text, str) else text["Fn::Join"][1]
    parsed: dict[str, Any] = json.loads("".join(part if isinstance(part, str) else UNKNOWN for part in parts))
    return parsed


def statements(stack: cdk.Stack, role: str) -> Iterator[dict[str, Any]]:
    template = Template.from_stack(stack)
    for policy in template.find_resources("AWS::IAM::Policy").values():
        if any(role in json.dumps(one) for one in policy["Properties"]["Roles"]):
            yield from policy["Properties"]["PolicyDocument"]["Statement"]


def actions(stack: cdk.Stack, role: str) -> set[str]:
    found: set[str] = set()
    for statement in statements(stack, role):
        found |= set(statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]])
    return found


def test_the_job_is_what_sagemaker_takes_with_every_option(stack, script):
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a"],
        private_subnet_ids=["subnet-0123456789abcdef0"],
        private_subnet_route_table_ids=["rtb-0123456789abcdef0"],
    )
    training = SklearnTraining(
        stack,
        "Training",
        entry_point=script,
        hyperparameters={"C": 0.5},
        inputs={"train": "s3://data/train", "test": TrainingInput(s3_data="s3://data/test", content_type="text/csv")},
        metric_definitions=[F1],
        instance_type="ml.m5.xlarge",
        volume_size=cdk.Size.gibibytes(50),
        max_run=cdk.Duration.hours(1),
        spot=SpotTraining(max_wait=cdk.Duration.hours(2)),
        environment={"MODE": "fast"},
        encryption_key=kms.Key(stack, "Key"),
        vpc=vpc,
        encrypt_inter_container_traffic=True,
        tags={"team": "churn"},
    )
    assert len(training.connections.security_groups) == 1
    job = machine(stack)["States"]["Train"]["Parameters"]
    assert problems("CreateTrainingJob", job) == ""
    assert job["ResourceConfig"] == {
        "InstanceType": "ml.m5.xlarge",
        "InstanceCount": 1,
        "VolumeSizeInGB": 50,
        "VolumeKmsKeyId": UNKNOWN,
    }
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
    assert job["AlgorithmSpecification"]["MetricDefinitions"] == [{"Name": F1.name, "Regex": F1.regex}]
    assert job["CheckpointConfig"]["LocalPath"] == "/opt/ml/checkpoints"
    assert job["VpcConfig"]["Subnets"] == ["subnet-0123456789abcdef0"]
    assert job["Tags"] == [{"Key": "team", "Value": "churn"}]
    assert (job["EnableManagedSpotTraining"], job["EnableInterContainerTrafficEncryption"]) == (True, True)


def test_a_training_needs_no_more_than_its_script(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script)
    states = machine(stack)["States"]
    for name in ("Train", "Train without data"):
        assert problems("CreateTrainingJob", states[name]["Parameters"]) == ""
    job = states["Train"]["Parameters"]
    assert job["ResourceConfig"] == {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    assert not {"CheckpointConfig", "Environment", "VpcConfig", "Tags"} & set(job)
    with pytest.raises(ConfigurationError, match="the training is in no VPC"):
        _ = training.connections


def test_checkpoints_across_jobs_lie_in_one_place(stack, script):
    SklearnTraining(stack, "Training", entry_point=script, checkpoints=Checkpoints(across_jobs=True))
    job = machine(stack)["States"]["Train"]["Parameters"]
    assert job["CheckpointConfig"] == {
        "S3Uri": f"s3://{UNKNOWN}/training/checkpoints/",
        "LocalPath": "/opt/ml/checkpoints",
    }


def test_a_warm_pool_is_kept(stack, script):
    SklearnTraining(stack, "Training", entry_point=script, keep_alive=cdk.Duration.minutes(30))
    assert machine(stack)["States"]["Train"]["Parameters"]["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 1800


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


def test_a_failure_reaches_the_topic(stack, script):
    topic = sns.Topic(stack, "Mine")
    training = SklearnTraining(stack, "Training", entry_point=script, failure_topic=topic)
    assert training.failure_topic is topic
    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "MetricName": "ExecutionsFailed",
            "Namespace": "AWS/States",
            "AlarmActions": [stack.resolve(topic.topic_arn)],
            "TreatMissingData": "notBreaching",
        },
    )
    assert training.failure_alarm.alarm_name


def test_alarm_and_log_may_use_the_key(stack, script):
    SklearnTraining(stack, "Training", entry_point=script, encryption_key=kms.Key(stack, "Key"))
    Template.from_stack(stack).has_resource_properties(
        "AWS::KMS::Key",
        {
            "KeyPolicy": {
                "Statement": Match.array_with(
                    [
                        Match.object_like({"Principal": {"Service": "cloudwatch.amazonaws.com"}, "Effect": "Allow"}),
                        Match.object_like({"Condition": {"ArnEquals": Match.any_value()}, "Effect": "Allow"}),
                    ]
                )
            }
        },
    )


def test_a_schedule_starts_jobs_with_a_role_that_can_do_only_that(stack, script):
    schedule = events.Schedule.rate(cdk.Duration.days(7))
    SklearnTraining(stack, "Training", entry_point=script, inputs="s3://data/train", schedule=schedule)
    Template.from_stack(stack).has_resource_properties(
        "AWS::Events::Rule",
        {"ScheduleExpression": "rate(7 days)", "Targets": [Match.object_like({"Input": "{}"})]},
    )
    assert actions(stack, "ScheduleRole") == {"states:StartExecution"}


def test_more_data_can_be_allowed(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.allow_inputs("s3://other/week-1/")
    assert ":s3:::other/week-1/*" in json.dumps(list(statements(stack, "TrainingRole")))
    with pytest.raises(ConfigurationError, match="s3_data 'week-2'"):
        training.allow_inputs("week-2")


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


def test_your_own_bucket_and_role_are_used(stack, script):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "mine")
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/mine")
    training = SklearnTraining(
        stack, "Training", entry_point=script, output_bucket=bucket, output_prefix="jobs/", role=role
    )
    assert training.output_path == "s3://mine/jobs/"
    Template.from_stack(stack).resource_count_is("AWS::S3::Bucket", 0)
    Annotations.from_stack(stack).has_warning("/Churn/Training", Match.string_like_regexp("nothing is added to an im"))


def test_the_client_finds_the_state_machine_by_an_output(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script)
    outputs = Template.from_stack(stack).find_outputs("*")
    (name,) = outputs
    assert name.startswith("TrainingTrainingStateMachineArn")
    assert outputs[name]["Value"] == stack.resolve(training.state_machine_arn)


def test_several_instances_are_warned_of(stack, script):
    SklearnTraining(stack, "Training", entry_point=script, instance_count=2)
    Annotations.from_stack(stack).has_warning("/Churn/Training", Match.string_like_regexp("instance_count is 2"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"entry_point": "nowhere.py"}, "entry_point 'nowhere.py' does not exist"),
        ({"framework_version": "9.9"}, "framework_version '9.9' is not published"),
        ({"instance_type": "ml.m6g.large"}, "instance type 'ml.m6g.large' is arm64"),
        ({"instance_type": "m5.large"}, "instance_type 'm5.large' is not one of SageMaker's"),
        ({"inputs": {"train": None}}, "channel 'train' has s3_data None"),
        ({"tags": {"aws:team": "x"}}, "tag 'aws:team' begins with 'aws:'"),
        ({"tags": {str(n): "x" for n in range(50)}}, "tags has 50 entries"),
        ({"output_prefix": "it's/"}, "of letters, digits"),
        ({"instance_count": 0}, "instance_count is 0"),
        ({"volume_size": cdk.Size.mebibytes(0)}, "volume_size is 0 GiB"),
        ({"max_run": cdk.Duration.days(29)}, "max_run is 2505600 s; give 1 to 2419200"),
        ({"keep_alive": cdk.Duration.hours(7)}, "keep_alive is 25200 s"),
        (
            {"keep_alive": cdk.Duration.hours(1), "spot": SpotTraining(max_wait=cdk.Duration.days(2))},
            "SageMaker keeps no spot instances",
        ),
        ({"spot": SpotTraining()}, "spot has no max_wait"),
        ({"checkpoints": Checkpoints(local_path="x")}, "local_path 'x'"),
        ({"inputs": {"train": "train.csv"}}, "channel 'train' has s3_data 'train.csv'"),
        ({"hyperparameters": {"x": object()}}, "hyperparameter 'x'"),
        ({"metric_definitions": [F1, F1]}, "metric 'validation:f1' is defined 2 times"),
        ({"metric_definitions": [MetricDefinition(name=str(n), regex="(x)") for n in range(41)]}, "has 41 entries"),
        ({"environment": {"a-b": "x"}}, "environment variable 'a-b' is not a name"),
        ({"environment": {"A": "x" * 513}}, "has 513 characters; a training job takes 512"),
        ({"environment": {f"A{n}": "x" for n in range(101)}}, "environment has 101 entries"),
        ({"training_name": "Churn"}, "training_name 'Churn' is not a name"),
        ({"training_name": "c" * 40}, "at most 39"),
        ({"output_prefix": "/jobs"}, "output_prefix is '/jobs'"),
        ({"schedule": events.Schedule.expression("rate(1 day)")}, "schedule is given without inputs"),
        ({"vpc_subnets": ec2.SubnetSelection()}, "given without vpc"),
    ],
)
def test_what_sagemaker_refuses_is_refused_at_synthesis(stack, script, options, message):
    with pytest.raises(ConfigurationError, match=r"\[Churn/Training\]") as caught:
        SklearnTraining(stack, "Training", **{"entry_point": script, **options})
    assert any(message in problem for problem in caught.value.problems), caught.value.problems


def test_a_model_is_served_when_it_is_good_enough(stack, script, endpoint):
    training = SklearnTraining(stack, "Training", entry_point=script, metric_definitions=[F1], tags={"team": "churn"})
    training.deploy_to(endpoint, when=[MetricThreshold(metric=F1.name, at_least=0.8)])
    states = machine(stack)["States"]
    assert states["Look for the model"]["Next"] == "Endpoint: has metrics"
    for action in ("createModel", "createEndpointConfig", "updateEndpoint", "describeEndpoint", "deleteModel"):
        (task, *_) = [one for one in states.values() if one.get("Resource", "").endswith(f":sagemaker:{action}")]
        assert problems(action[0].upper() + action[1:], task["Parameters"]) == "", action
    model = states["Endpoint: create the model"]["Parameters"]
    assert model["PrimaryContainer"]["ModelDataUrl.$"] == "$.result.ModelArtifacts.S3ModelArtifacts"
    assert model["Tags"] == [
        {"Key": "sagemaker-sklearn-cdk:training", "Value": training.training_name},
        {"Key": "team", "Value": "churn"},
    ]
    variables = model["PrimaryContainer"]["Environment"]
    assert variables["SAGEMAKER_SUBMIT_DIRECTORY"] == UNKNOWN
    assert variables["SKLEARN_RUNTIME_MODEL_SKLEARN"] == "1.9.0"
    update = states["Endpoint: update the endpoint"]["Parameters"]
    assert update["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]


def test_the_endpoints_role_may_read_the_artifacts_and_the_state_machine_may_make_models(stack, script, endpoint):
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.deploy_to(endpoint)
    assert "/training/*" in json.dumps(list(statements(stack, "ModelRole")))
    found = {json.dumps(one["Action"]): json.dumps(one["Resource"]) for one in statements(stack, "TrainingMachineRole")}
    (models,) = [resource for action, resource in found.items() if "CreateModel" in action]
    assert f":model/{endpoint.endpoint_name}-*" in models


def test_changes_of_the_endpoint_after_deploy_to_count(stack, script, endpoint):
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.deploy_to(endpoint)
    endpoint.variant().auto_scale_instance_count(min_capacity=1, max_capacity=4)
    update = machine(stack)["States"]["Endpoint: update the endpoint"]["Parameters"]
    retained = endpoint.cfn_endpoint.retain_all_variant_properties
    assert update.get("RetainAllVariantProperties") == retained


def test_an_endpoint_that_cannot_serve_what_is_trained_is_refused(stack, script, make_stack, tmp_path):
    older = SklearnModel(
        stack,
        "Older",
        model_data=ModelData.from_s3(S3_URI, sklearn_version="1.2.1"),
        framework_version="1.2-1",
    )
    isolated = SklearnMultiModel(stack, "Many")
    training = SklearnTraining(stack, "Training", entry_point=script)
    with pytest.raises(
        ConfigurationError, match=r"the training has scikit-learn 1\.9\.0, and the endpoint's .* 1\.2\.1"
    ):
        training.deploy_to(SklearnEndpoint(stack, "OlderEndpoint", model=older))
    with pytest.raises(ConfigurationError, match="the endpoint runs many models"):
        training.deploy_to(SklearnEndpoint(stack, "ManyEndpoint", model=isolated))


def test_an_endpoint_gets_the_models_of_one_training(stack, script, endpoint):
    SklearnTraining(stack, "Training", entry_point=script).deploy_to(endpoint)
    with pytest.raises(ConfigurationError, match="the endpoint gets the models of Churn/Training already"):
        SklearnTraining(stack, "Other", entry_point=script).deploy_to(endpoint)


def test_every_option_of_a_variant_is_one_that_the_api_takes(stack, script):
    data = ModelData.from_s3(S3_URI, sklearn_version="1.9.0")
    variants = [
        InstanceVariant(
            model=SklearnModel(stack, name, model_data=data),
            name=name,
            weight=0.5,
            initial_instance_count=2,
            volume_size=cdk.Size.gibibytes(20),
            container_startup_health_check_timeout=cdk.Duration.minutes(5),
            model_data_download_timeout=cdk.Duration.minutes(5),
        )
        for name in ("A", "B")
    ]
    config = SklearnEndpointConfig(
        stack, "Config", variants=variants, encryption_key=kms.Key(stack, "Key"), async_inference=AsyncInference()
    )
    endpoint = SklearnEndpoint(stack, "Several", config=config)
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.deploy_to(endpoint, variant_name="B")
    request = machine(stack)["States"]["Several: create the configuration"]["Parameters"]
    assert problems("CreateEndpointConfig", request) == ""
    assert [variant.get("ModelName.$") for variant in request["ProductionVariants"]] == [None, "$.rollout.name"]
    assert {"kms:CreateGrant", "kms:DescribeKey"} <= actions(stack, "TrainingMachineRole")


def test_a_model_is_looked_for_before_it_is_used(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.publish_to("/churn/model-data")
    states = machine(stack)["States"]
    assert states["Train"]["Next"] == "Look for the model"
    assert problems("HeadObject", states["Look for the model"]["Parameters"], "s3") == ""
    assert states["No model"]["Error"] == "NoModel"
    assert "s3:GetObject" in actions(stack, "TrainingMachineRole")


def test_what_an_imported_key_must_allow_is_said(stack, script):
    arn = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
    key = kms.Key.from_key_arn(stack, "Key", arn)
    SklearnTraining(stack, "Training", entry_point=script, encryption_key=key)
    Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp("nothing is added to the policy of an imp"))


def test_artifacts_are_encrypted_with_the_key_of_your_bucket(stack, script):
    bucket = s3.Bucket(stack, "Bucket", encryption_key=kms.Key(stack, "Key"))
    SklearnTraining(stack, "Training", entry_point=script, output_bucket=bucket)
    assert machine(stack)["States"]["Train"]["Parameters"]["OutputDataConfig"]["KmsKeyId"] == UNKNOWN


def test_a_variant_and_a_metric_must_exist(stack, script, endpoint):
    training = SklearnTraining(stack, "Training", entry_point=script)
    with pytest.raises(ConfigurationError, match="there is no variant 'B'; choose one of 'AllTraffic'"):
        training.deploy_to(endpoint, variant_name="B")
    with pytest.raises(ConfigurationError, match="metric 'f1', which the training does not measure"):
        training.deploy_to(endpoint, when=MetricThreshold(metric="f1", at_least=0))


def test_an_endpoint_of_another_stack_is_reached_by_a_parameter(stack, script):
    other = cdk.Stack(stack.node.root, "Other")
    model = SklearnModel(other, "Model", model_data=ModelData.from_s3(S3_URI, sklearn_version="1.9.0"))
    endpoint = SklearnEndpoint(other, "Endpoint", model=model)
    training = SklearnTraining(stack, "Training", entry_point=script)
    with pytest.raises(ConfigurationError, match=r"the endpoint lies in another stack \(Other/Endpoint\)"):
        training.deploy_to(endpoint)


def test_the_address_of_a_model_is_published(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script, metric_definitions=[F1])
    training.publish_to("/churn/model-data", when=MetricThreshold(metric=F1.name, at_most=1))
    states = machine(stack)["States"]
    assert states["/churn/model-data: compare metric"]["Choices"][1]["Next"] == "/churn/model-data: publish the model"
    assert ":parameter/churn/model-data" in json.dumps(list(statements(stack, "TrainingMachineRole")))
    with pytest.raises(ConfigurationError, match="parameter 'a b' is not a name"):
        training.publish_to("a b")


def test_the_same_label_twice_makes_no_state_twice(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.publish_to("/churn/model-data")
    training.publish_to("/churn/model-data")
    names = [name for name in machine(stack)["States"] if "publish" in name]
    assert names == ["/churn/model-data: publish the model", "/churn/model-data 2: publish the model"]
