import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from constructs_lib import (
    Checkpoints,
    ConfigurationError,
    MetricDefinition,
    SklearnTraining,
    SpotTraining,
    TrainingInput,
)
from tests.constructs_lib.service_requests import problems
from tests.constructs_lib.training.synthesized import F1, UNKNOWN, machine


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


def test_artifacts_are_encrypted_with_the_key_of_your_bucket(stack, script):
    bucket = s3.Bucket(stack, "Bucket", encryption_key=kms.Key(stack, "Key"))
    SklearnTraining(stack, "Training", entry_point=script, output_bucket=bucket)
    assert machine(stack)["States"]["Train"]["Parameters"]["OutputDataConfig"]["KmsKeyId"] == UNKNOWN


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"entry_point": "nowhere.py"}, "entry_point 'nowhere.py' does not exist"),
        ({"framework_version": "9.9"}, "framework_version '9.9' is not published"),
        ({"instance_type": "ml.m6g.large"}, "instance type 'ml.m6g.large' is arm64"),
        ({"instance_type": "ml.m6g.large", "framework_version": "1.0-1"}, "trains on x86_64 only"),
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
