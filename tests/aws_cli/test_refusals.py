"""What each operation refuses, word for word; boto3 is kept from checking first."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, IMAGE, REGION, Cloud, scripted

HERE = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/absent"
NAME_PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
VARIANT = {"VariantName": "A", "ModelName": "there", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


@pytest.fixture(scope="module")
def client(cloud: Cloud) -> Iterator[Any]:
    """A client without checks of its own, in a cloud where one of each is there."""
    container = {"Image": IMAGE, "ModelDataUrl": cloud.put(scripted("there")), "Environment": {}}
    cloud.sagemaker.create_model(ModelName="there", ExecutionRoleArn=cloud.role, PrimaryContainer=container)
    cloud.sagemaker.create_endpoint_config(EndpointConfigName="there", ProductionVariants=[VARIANT])
    client = boto3.client(
        "sagemaker",
        endpoint_url=cloud.url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def refused(client: Any, operation: str, request: dict[str, Any]) -> str:
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**request)
    response = error.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["Error"]["Code"] == "ValidationException"
    message: str = response["Error"]["Message"]
    return message


def fails(value: Any, place: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{place}' failed to satisfy constraint: {constraint}"


@pytest.mark.parametrize(
    ("operation", "request_", "problems"),
    [
        ("create_model", {}, [fails(None, "modelName", "Member must not be null")]),
        (
            "create_model",
            {"ModelName": "m" * 64, "ExecutionRoleArn": "role"},
            [
                fails("m" * 64, "modelName", "Member must have length less than or equal to 63"),
                fails("role", "executionRoleArn", "Member must have length greater than or equal to 20"),
                fails(
                    "role",
                    "executionRoleArn",
                    "Member must satisfy regular expression pattern: "
                    "arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
                ),
            ],
        ),
        (
            "create_endpoint_config",
            {"EndpointConfigName": "c", "ProductionVariants": []},
            [fails("[]", "productionVariants", "Member must have length greater than or equal to 1")],
        ),
        (
            "create_endpoint_config",
            {"EndpointConfigName": "c", "ProductionVariants": [{**VARIANT, "InitialVariantWeight": -1}]},
            [
                fails(
                    -1,
                    "productionVariants.1.member.initialVariantWeight",
                    "Member must have value greater than or equal to 0",
                )
            ],
        ),
        (
            "create_endpoint",
            {"EndpointName": "a_b"},
            [
                fails("a_b", "endpointName", NAME_PATTERN),
                fails(None, "endpointConfigName", "Member must not be null"),
            ],
        ),
        (
            "update_endpoint",
            {
                "EndpointName": "e",
                "EndpointConfigName": "c",
                "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "Colour"}],
            },
            [
                fails(
                    "Colour",
                    "excludeRetainedVariantProperties.1.member.variantPropertyType",
                    "Member must satisfy enum value set: [DesiredInstanceCount, DesiredWeight, DataCaptureConfig]",
                )
            ],
        ),
        (
            "update_endpoint_weights_and_capacities",
            {"EndpointName": "e", "DesiredWeightsAndCapacities": []},
            [fails("[]", "desiredWeightsAndCapacities", "Member must have length greater than or equal to 1")],
        ),
        ("delete_endpoint", {}, [fails(None, "endpointName", "Member must not be null")]),
        (
            "list_endpoints",
            {"MaxResults": 0},
            [fails(0, "maxResults", "Member must have value greater than or equal to 1")],
        ),
        ("stop_training_job", {}, [fails(None, "trainingJobName", "Member must not be null")]),
        (
            "list_tags",
            {"ResourceArn": ""},
            # As https://github.com/aws-samples/mlops-sagemaker-github-actions/issues/6 quotes AWS.
            [
                fails(
                    "",
                    "resourceArn",
                    "Member must satisfy regular expression pattern: arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+",
                )
            ],
        ),
    ],
)
def test_what_breaks_a_shape(client, operation, request_, problems):
    message = refused(client, operation, request_)
    noun = "error" if len(problems) == 1 else "errors"
    assert message == f"{len(problems)} validation {noun} detected: {'; '.join(problems)}"


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("describe_model", {"ModelName": "no"}, f'Could not find model "{HERE}:model/no".'),
        ("delete_model", {"ModelName": "no"}, f'Could not find model "{HERE}:model/no".'),
        (
            "describe_endpoint_config",
            {"EndpointConfigName": "no"},
            f'Could not find endpoint configuration "{HERE}:endpoint-config/no".',
        ),
        (
            "delete_endpoint_config",
            {"EndpointConfigName": "no"},
            f'Could not find endpoint configuration "{HERE}:endpoint-config/no".',
        ),
        ("describe_endpoint", {"EndpointName": "no"}, f'Could not find endpoint "{HERE}:endpoint/no".'),
        ("delete_endpoint", {"EndpointName": "no"}, f'Could not find endpoint "{HERE}:endpoint/no".'),
        (
            "update_endpoint",
            {"EndpointName": "no", "EndpointConfigName": "there"},
            f'Could not find endpoint "{HERE}:endpoint/no".',
        ),
        ("describe_training_job", {"TrainingJobName": "no"}, "Requested resource not found."),
        ("stop_training_job", {"TrainingJobName": "no"}, "Requested resource not found."),
        ("list_tags", {"ResourceArn": f"{HERE}:model/no"}, f'Could not find model "{HERE}:model/no".'),
        (
            "create_endpoint",
            {"EndpointName": "e", "EndpointConfigName": "no"},
            f'Could not find endpoint configuration "{HERE}:endpoint-config/no".',
        ),
        (
            "create_endpoint_config",
            {"EndpointConfigName": "c", "ProductionVariants": [{**VARIANT, "ModelName": "no"}]},
            f'Could not find model "{HERE}:model/no".',
        ),
        (
            "create_endpoint_config",
            {"EndpointConfigName": "there", "ProductionVariants": [VARIANT]},
            f'Cannot create already existing endpoint configuration "{HERE}:endpoint-config/there".',
        ),
        (
            "create_model",
            {"ModelName": "there", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}},
            f'Cannot create already existing model "{HERE}:model/there".',
        ),
        (
            "create_model",
            {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}},
            (
                f'The execution role ARN "{ROLE}" is invalid. Please ensure that the role exists and that its trust '
                'relationship policy allows the action "sts:AssumeRole" for the service principal '
                '"sagemaker.amazonaws.com".'
            ),
        ),
        (
            "create_model",
            {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "sklearn"}},
            'Using non-ECR image "sklearn" without Vpc repository access mode is not supported.',
        ),
        (
            "create_model",
            {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"ModelDataUrl": "s3://b/k"}},
            "Specify one of either Image and Model Data URL or ModelPackageName in container definition.",
        ),
    ],
)
def test_what_is_not_there_or_taken(client, operation, request_, message):
    assert refused(client, operation, request_) == message


def test_model_data_that_is_not_there(client, cloud):
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/no/model.tar.gz"}
    request = {"ModelName": "m", "ExecutionRoleArn": cloud.role, "PrimaryContainer": container}
    assert refused(client, "create_model", request) == f"Could not find model data at s3://{BUCKET}/no/model.tar.gz."


def test_an_endpoint_that_is_not_there_is_not_invoked(cloud):
    with pytest.raises(cloud.runtime.exceptions.ValidationError) as error:
        cloud.invoke("no")
    assert error.value.response["Error"]["Message"] == f"Endpoint no of account {ACCOUNT} not found."
