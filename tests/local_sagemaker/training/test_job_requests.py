"""CreateTrainingJob refuses what AWS refuses, in AWS's words where they are known, and what is not emulated."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_sagemaker.cloud import BUCKET
from tests.local_sagemaker.training.job_cloud import JobCloud, channel, job_rights, rights_without

DATA = f"s3://{BUCKET}/data/train"
RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10}


def refused(cloud: JobCloud, **options: Any) -> str:
    request = cloud.request("", **options)
    with pytest.raises(ClientError) as error:
        cloud.sagemaker.create_training_job(**request)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match=r"not found|at 'trainingJobName' failed to satisfy constraint"):
        cloud.describe(request["TrainingJobName"])
    return str(error.value.response["Error"]["Message"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"TrainingJobName": "a_b"},
            (
                "1 validation error detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint: Member "
                "must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
            ),
        ),
        (
            {"AlgorithmSpecification": {"TrainingInputMode": "File"}},
            "AlgorithmSpecification must have a TrainingImage.",
        ),
        (
            {"algorithm": {"ContainerArguments": ["--epochs", "3"]}},
            "AlgorithmSpecification.ContainerArguments without ContainerEntrypoint is not emulated by the local cloud",
        ),
        ({"ResourceConfig": {**RESOURCES, "InstanceCount": 0}}, "InstanceCount must be at least 1, and is 0."),
        (
            {"ResourceConfig": {**RESOURCES, "InstanceCount": 2}},
            (
                "ResourceConfig.InstanceCount 2 is not emulated by the local cloud: scikit-learn trains on one "
                "instance, so use 1."
            ),
        ),
        (
            {"ResourceConfig": {**RESOURCES, "VolumeSizeInGB": 0}},
            "VolumeSizeInGB must be at least 1, and is 0.",
        ),
        ({"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1}}, "must have VolumeSizeInGB."),
        (
            {
                "ResourceConfig": {
                    "VolumeSizeInGB": 1,
                    "InstanceGroups": [
                        {"InstanceType": "ml.m5.large", "InstanceCount": 1, "InstanceGroupName": "group"}
                    ],
                }
            },
            "ResourceConfig.InstanceGroups is not emulated by the local cloud: leave it out.",
        ),
        ({"resources": {"KeepAlivePeriodInSeconds": 21601}}, "Member must have value less than or equal to 21600"),
        (
            {
                "resources": {"KeepAlivePeriodInSeconds": 60},
                "EnableManagedSpotTraining": True,
                "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
            },
            "ResourceConfig.KeepAlivePeriodInSeconds cannot be used with EnableManagedSpotTraining.",
        ),
        (
            {"EnableManagedSpotTraining": True},
            (
                "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds, "
                "which is 60; it is absent."
            ),
        ),
        (
            {
                "EnableManagedSpotTraining": True,
                "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59},
            },
            "which is 60; it is 59.",
        ),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 28 * 86400 + 1}},
            "MaxRuntimeInSeconds must be at most 2419200 (28 days), and is 2419201.",
        ),
        (
            {"InputDataConfig": [channel("train", DATA), channel("train", DATA)]},
            'Channel name "train" is not unique: 2 channels have it.',
        ),
        ({"InputDataConfig": [channel("train", DATA, InputMode="Pipe")]}, 'Input mode Pipe of channel "train" is not'),
        (
            {"InputDataConfig": [channel("train", DATA, source={"S3DataType": "ManifestFile"})]},
            'S3DataType ManifestFile of channel "train" is not emulated by the local cloud',
        ),
        (
            {"algorithm": {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*"}]}},
            "Regex 'loss=(.*' of metric \"loss\" is no regular expression",
        ),
        (
            {"CheckpointConfig": {"S3Uri": DATA, "LocalPath": "/tmp/checkpoints"}},
            "CheckpointConfig.LocalPath '/tmp/checkpoints' is not emulated",
        ),
        ({"output": {"S3OutputPath": "https://example.com/out"}}, "OutputDataConfig.S3OutputPath: 'https://example"),
        (
            {"RoleArn": "arn:aws:iam::123456789012:role/absent"},
            (
                "Could not assume role arn:aws:iam::123456789012:role/absent. Please ensure that the role exists and "
                "allows principal 'sagemaker.amazonaws.com' to assume the role."
            ),
        ),
    ],
)
def test_what_cannot_be_is_refused(cloud, options, message):
    assert message in refused(cloud, **options)


def test_everything_that_is_wrong_is_told_at_once(cloud):
    message = refused(cloud, resources={"VolumeSizeInGB": 0, "InstanceCount": 3})
    assert "InstanceCount 3" in message
    assert "VolumeSizeInGB" in message


def test_an_instance_with_disks_of_its_own_needs_no_volume(cloud):
    described = cloud.train("", ResourceConfig={"InstanceType": "ml.r5d.large", "InstanceCount": 1})
    assert described["TrainingJobStatus"] == "Completed"


def test_a_role_that_trusts_another_service_is_refused(cloud):
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": statement}
    assert "Could not assume role" in refused(cloud, RoleArn=cloud.cloud.make_role(job_rights(), trust))


def test_a_prefix_without_objects_is_refused_as_on_aws(cloud):
    message = refused(cloud, InputDataConfig=[channel("train", f"s3://{BUCKET}/data/empty")])
    assert message == (
        f'No S3 objects found under S3 URL "s3://{BUCKET}/data/empty" given in input data source. Please ensure that '
        "the bucket exists in the selected region (us-east-1), that objects exist under that S3 prefix, and that the "
        f'role "{cloud.role}" has "s3:ListBucket" permissions on bucket "{BUCKET}".'
    )


def test_a_role_that_may_not_list_the_bucket_finds_no_objects(cloud):
    cloud.cloud.put(b"", "data/train/a")
    role = cloud.cloud.make_role(rights_without("s3:ListBucket"))
    message = refused(cloud, RoleArn=role, InputDataConfig=[channel("train", DATA)])
    assert message.startswith(f'No S3 objects found under S3 URL "{DATA}" given in input data source.')
    assert "Error message from S3: User: " in message
    assert "is not authorized to perform: s3:ListBucket" in message


@pytest.mark.parametrize("action", ["ecr:GetAuthorizationToken", "ecr:BatchGetImage"])
def test_a_role_that_may_not_pull_the_image_is_refused(cloud, action):
    message = refused(cloud, RoleArn=cloud.cloud.make_role(rights_without(action)))
    assert message.startswith(
        "Access denied for repository: sagemaker-scikit-learn in registry ID: 683313688378. Please check if your ECR "
        "repository and image exist and role "
    )
    assert f"is not authorized to perform: {action} on resource" in message


def test_an_image_outside_ecr_takes_no_right(cloud):
    role = cloud.cloud.make_role([one for one in job_rights() if "ecr" not in str(one["Action"])])
    algorithm = {"TrainingImage": "registry.example.com/train:1", "TrainingInputMode": "File"}
    assert cloud.train("", RoleArn=role, AlgorithmSpecification=algorithm)["TrainingJobStatus"] == "Completed"
    assert "ecr:GetAuthorizationToken" in refused(cloud, RoleArn=role)
