"""From a bucket to an endpoint and back with the AWS command line alone, as AWS's guides tell it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.aws_cli import script_mode
from tests.aws_cli.aws_command import AwsCommand
from tests.local_sagemaker.cloud import ACCOUNT, IMAGE, REGION, TRUST, Cloud, allow, archive, eventually

HERE = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
CODE = "s3://churn/code/sourcedir.tar.gz"
RIGHTS = [
    allow(["s3:GetObject", "s3:PutObject", "s3:ListBucket"], ["arn:aws:s3:::churn", "arn:aws:s3:::churn/*"]),
    allow(["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"], "*"),
    allow(["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"], "*"),
    allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], "*"),
]
# The SDK writes its own hyperparameters as JSON.
JOB: dict[str, Any] = {
    "TrainingJobName": "churn-job",
    "AlgorithmSpecification": {
        "TrainingImage": IMAGE,
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "score", "Regex": "score=(.*?);"}],
    },
    "HyperParameters": {
        "sagemaker_program": '"script.py"',
        "sagemaker_submit_directory": f'"{CODE}"',
        "sagemaker_region": f'"{REGION}"',
        "strength": "10",
    },
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "ContentType": "text/csv",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://churn/train"}},
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://churn/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 300},
}


def variant(model: str, count: int = 1) -> str:
    return f"VariantName=AllTraffic,ModelName={model},InstanceType=ml.m5.large,InitialInstanceCount={count}"


@pytest.fixture(scope="module")
def role(aws: AwsCommand) -> str:
    """A bucket with code and data in it, and a role that may use it."""
    (aws.folder / "sourcedir.tar.gz").write_bytes(archive({"script.py": Path(script_mode.__file__).read_bytes()}))
    (aws.folder / "rows.csv").write_text("".join(f"{int(x > 4)},{x},{x * x}\n" for x in range(10)), encoding="utf-8")
    aws("s3 mb s3://churn")
    aws(f"s3 cp sourcedir.tar.gz {CODE}")
    aws("s3 cp rows.csv s3://churn/train/rows.csv")
    made = aws("iam create-role --role-name churn --assume-role-policy-document", json.dumps(TRUST))
    policy = json.dumps({"Version": "2012-10-17", "Statement": RIGHTS})
    aws("iam put-role-policy --role-name churn --policy-name rights --policy-document", policy)
    arn: str = made["Role"]["Arn"]
    return arn


@pytest.fixture(scope="module")
def model_data(aws: AwsCommand, cloud: Cloud, role: str) -> str:
    """What a training job has made."""
    made = aws("sagemaker create-training-job", **JOB, RoleArn=role, Tags=[{"Key": "team", "Value": "churn"}])
    assert made == {"TrainingJobArn": f"{HERE}:training-job/churn-job"}
    # The command looks every two minutes.
    eventually(lambda: cloud.sagemaker.describe_training_job(TrainingJobName="churn-job").get("TrainingEndTime"), 60.0)
    described = aws("sagemaker describe-training-job --training-job-name churn-job")
    assert described["TrainingJobStatus"] == "Completed", described["FailureReason"]
    aws("sagemaker wait training-job-completed-or-stopped --training-job-name churn-job")
    assert [(metric["MetricName"], metric["Value"]) for metric in described["FinalMetricDataList"]] == [("score", 1.0)]
    found: str = described["ModelArtifacts"]["S3ModelArtifacts"]
    assert found == "s3://churn/models/churn-job/output/model.tar.gz"
    return found


@pytest.fixture(scope="module")
def endpoint(aws: AwsCommand, cloud: Cloud, role: str, model_data: str) -> str:
    """The model, served."""
    environment = {"SAGEMAKER_PROGRAM": "script.py", "SAGEMAKER_SUBMIT_DIRECTORY": CODE, "SAGEMAKER_REGION": REGION}
    container = json.dumps({"Image": IMAGE, "ModelDataUrl": model_data, "Environment": environment})
    made = aws(f"sagemaker create-model --model-name churn --execution-role-arn {role} --primary-container", container)
    assert made == {"ModelArn": f"{HERE}:model/churn"}
    made = aws(f"sagemaker create-endpoint-config --endpoint-config-name one --production-variants {variant('churn')}")
    assert made == {"EndpointConfigArn": f"{HERE}:endpoint-config/one"}
    made = aws("sagemaker create-endpoint --endpoint-name churn --endpoint-config-name one --tags Key=team,Value=churn")
    assert made == {"EndpointArn": f"{HERE}:endpoint/churn"}
    # The command looks every half a minute.
    assert cloud.settled("churn")["EndpointStatus"] == "InService", cloud.describe("churn")
    aws("sagemaker wait endpoint-in-service --endpoint-name churn")
    return "churn"


def answer(aws: AwsCommand, endpoint: str) -> Any:
    (aws.folder / "request.csv").write_text("1,1\n9,81\n", encoding="utf-8")
    invoke = f"sagemaker-runtime invoke-endpoint --endpoint-name {endpoint} --content-type text/csv"
    told = aws(f"{invoke} --accept application/json --body fileb://request.csv answer.json")
    assert told["InvokedProductionVariant"] == "AllTraffic"
    return json.loads((aws.folder / "answer.json").read_text(encoding="utf-8"))


def test_the_trained_model_answers_before_and_after_an_update(aws, cloud, endpoint):
    assert answer(aws, endpoint) == [0.0, 1.0]
    aws(f"sagemaker create-endpoint-config --endpoint-config-name two --production-variants {variant('churn', 2)}")
    aws(f"sagemaker update-endpoint --endpoint-name {endpoint} --endpoint-config-name two")
    cloud.settled(endpoint)
    described = aws(f"sagemaker describe-endpoint --endpoint-name {endpoint}")
    assert described["EndpointConfigName"] == "two"
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert answer(aws, endpoint) == [0.0, 1.0]


def test_what_is_there_is_listed_and_described(aws, endpoint):
    listed = {
        "list-models": ("Models", "ModelName", "churn"),
        "list-endpoint-configs": ("EndpointConfigs", "EndpointConfigName", "one"),
        "list-endpoints": ("Endpoints", "EndpointName", endpoint),
        "list-training-jobs": ("TrainingJobSummaries", "TrainingJobName", "churn-job"),
    }
    for command, (result, name, expected) in listed.items():
        found = aws(f"sagemaker {command} --name-contains {expected.upper()} --sort-by Name --sort-order Ascending")
        assert found[result][0][name] == expected
    described = aws("sagemaker describe-model --model-name churn")
    assert described["PrimaryContainer"]["Environment"]["SAGEMAKER_PROGRAM"] == "script.py"
    assert described["EnableNetworkIsolation"] is False
    described = aws("sagemaker describe-endpoint-config --endpoint-config-name one")
    assert described["ProductionVariants"][0]["InstanceType"] == "ml.m5.large"


def test_tags_are_changed(aws, endpoint):
    arn = f"--resource-arn {HERE}:endpoint/{endpoint}"
    aws(f"sagemaker add-tags {arn} --tags Key=team,Value=fraud Key=stage,Value=test")
    aws(f"sagemaker delete-tags {arn} --tag-keys stage")
    assert aws(f"sagemaker list-tags {arn}") == {"Tags": [{"Key": "team", "Value": "fraud"}]}


def test_what_is_refused_is_told_in_awss_words(aws, endpoint):
    assert aws.refused("sagemaker describe-model --model-name a_b") == (
        "An error occurred (ValidationException) when calling the DescribeModel operation: 1 validation error detected:"
        " Value 'a_b' at 'modelName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
        "[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?"
    )
    assert aws.refused(f"sagemaker create-endpoint --endpoint-name {endpoint} --endpoint-config-name one") == (
        "An error occurred (ValidationException) when calling the CreateEndpoint operation: Cannot create already "
        f'existing endpoint "{HERE}:endpoint/{endpoint}".'
    )
    assert "Waiter encountered a terminal failure state" in aws.refused(
        "sagemaker wait endpoint-in-service --endpoint-name absent"
    )


def test_all_is_deleted(aws, cloud, endpoint):
    # A model and a configuration that are in use may go.
    aws("sagemaker delete-model --model-name churn")
    aws("sagemaker delete-endpoint-config --endpoint-config-name two")
    aws(f"sagemaker delete-endpoint --endpoint-name {endpoint}")
    eventually(lambda: not cloud.sagemaker.list_endpoints(NameContains=endpoint)["Endpoints"])
    aws(f"sagemaker wait endpoint-deleted --endpoint-name {endpoint}")
    aws("sagemaker delete-training-job --training-job-name churn-job")
    assert aws.refused("sagemaker describe-training-job --training-job-name churn-job").endswith(
        "An error occurred (ValidationException) when calling the DescribeTrainingJob operation: "
        "Requested resource not found."
    )
