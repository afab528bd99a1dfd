"""A tag that is given again has the new value, and an ARN of nothing is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sagemaker.models import sagemaker_backends

from local_sagemaker.app import ACCOUNT_ID, DEFAULT_REGION

HERE = f"arn:aws:sagemaker:{DEFAULT_REGION}:{ACCOUNT_ID}"
VARIANT = {"VariantName": "A", "ModelName": "churn", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
BEFORE = {"Key": "team", "Value": "churn"}


@pytest.fixture
def client(mended: bool, every_client: Callable[[str, str], Any]) -> Any:
    del mended
    backend = sagemaker_backends[ACCOUNT_ID][DEFAULT_REGION]
    backend.create_model("churn", "arn", {}, {}, [], [BEFORE])
    config: dict[str, Any] = {"data_capture_config": {}, "async_inference_config": {}, "kms_key_id": ""}
    backend.create_endpoint_config(endpoint_config_name="churn", production_variants=[VARIANT], tags=[BEFORE], **config)
    backend.create_endpoint("Churn", "churn", [BEFORE])
    return every_client("sagemaker", DEFAULT_REGION)


@pytest.mark.parametrize("kind", ["model", "endpoint-config"])
def test_a_key_has_one_value(client, mended, kind):
    arn = f"{HERE}:{kind}/churn"
    after = [{"Key": "team", "Value": "fraud"}, {"Key": "stage", "Value": "test"}]
    assert (client.add_tags(ResourceArn=arn, Tags=after)["Tags"] == after) is mended
    assert (client.list_tags(ResourceArn=arn)["Tags"] == after) is mended
    client.delete_tags(ResourceArn=arn, TagKeys=["team", "absent"])
    assert client.list_tags(ResourceArn=arn)["Tags"] == after[1:]


def error_of(operation: Callable[..., Any], **arguments: Any) -> Any:
    """Give the error that an operation is answered with; None where it is done."""
    try:
        operation(**arguments)
    except ClientError as error:
        return error.response["Error"]
    return None


def test_an_endpoint_is_found_by_its_arn_in_lower_case(client, mended):
    error = error_of(client.list_tags, ResourceArn=f"{HERE}:endpoint/churn")
    assert (error is None) is mended


@pytest.mark.parametrize(
    ("arn", "what"),
    [
        (f"{HERE}:model/absent", "model"),
        (f"{HERE}:endpoint/absent", "endpoint"),
        (f"{HERE}:endpoint-config/absent", "endpoint configuration"),
        (f"{HERE}:training-job/absent", "training job"),
        (f"{HERE}:pipeline/absent", "pipeline"),
        (f"{HERE}:galaxy/absent", "galaxy"),
        (f"{HERE}:churn", "churn"),
        (f"arn:aws:sagemaker:eu-west-1:{ACCOUNT_ID}:model/churn", "model"),
        (f"arn:aws:sagemaker:{DEFAULT_REGION}:210987654321:model/churn", "model"),
    ],
)
def test_an_arn_of_nothing_is_refused(client, mended, arn, what):
    error = error_of(client.list_tags, ResourceArn=arn)
    assert (error == {"Code": "ValidationException", "Message": f'Could not find {what} "{arn}".'}) is mended


def test_resources_that_others_tag_are_moto_s(client, mended):
    client.create_experiment(ExperimentName="drift")
    arn = f"{HERE}:experiment/drift"
    client.add_tags(ResourceArn=arn, Tags=[BEFORE])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [BEFORE]


def test_a_resource_has_fifty_tags_at_most(client, mended):
    arn = f"{HERE}:model/churn"
    client.add_tags(ResourceArn=arn, Tags=[{"Key": f"key-{number}", "Value": ""} for number in range(49)])
    error = error_of(client.add_tags, ResourceArn=arn, Tags=[{"Key": "one more", "Value": ""}])
    message = "A resource can have 50 tags, and this one would have 51: delete some first."
    assert (error == {"Code": "ResourceLimitExceeded", "Message": message}) is mended
    assert len(client.list_tags(ResourceArn=arn, MaxResults=50)["Tags"]) == 50


def test_tags_have_one_page(client, mended):
    token = {"ResourceArn": f"{HERE}:model/churn", "NextToken": "next"}
    message = 'Invalid pagination token because "next" is no token of this list.'
    error = error_of(client.list_tags, **token)
    assert (error == {"Code": "ValidationException", "Message": message}) is mended
