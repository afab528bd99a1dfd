"""What a stack made, found on the local cloud's CloudFormation."""

import json
from collections.abc import Iterator

import pytest

from endpoint_client import ConfigurationError, TrainingClient
from tests.endpoint_client.training.scripted_aws import MACHINE
from tests.local_sagemaker.cloud import Cloud, running_cloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture
def deploy(cloud: Cloud, monkeypatch: pytest.MonkeyPatch):
    """Make a stack with given outputs."""
    settings = {
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)
    client = cloud.client("cloudformation")

    def deploy(name: str, *keys: str) -> str:
        template = {
            "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
            "Outputs": {key: {"Value": f"{MACHINE}-{number}"} for number, key in enumerate(keys)},
        }
        client.create_stack(StackName=name, TemplateBody=json.dumps(template))
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        return name

    return deploy


def test_the_only_training_is_taken(deploy):
    name = deploy("One", "EndpointEndpointName1A2B3C4D", "TrainingTrainingStateMachineArn1A2B3C4D")
    assert TrainingClient.from_stack(name).state_machine_arn == f"{MACHINE}-1"
    assert TrainingClient.from_stack(name, "Training", region="us-east-1").name_prefix == "churn-1"


def test_one_of_several_is_chosen_by_the_id_or_the_path_of_its_construct(deploy):
    name = deploy("Two", "ChurnTrainingStateMachineArn00000000", "ModelsPriceTrainingStateMachineArn0000000F")
    assert TrainingClient.from_stack(name, "Churn").state_machine_arn == f"{MACHINE}-0"
    assert TrainingClient.from_stack(name, training="Models/Price").state_machine_arn == f"{MACHINE}-1"
    with pytest.raises(
        ConfigurationError, match="has 2 trainings: 'Churn', 'ModelsPrice'; choose one with training='Churn'"
    ):
        TrainingClient.from_stack(name)
    with pytest.raises(ConfigurationError, match="has no training 'Pric'; it has 'Churn', 'ModelsPrice'"):
        TrainingClient.from_stack(name, training="Pric")


def test_a_stack_without_a_training_lists_what_it_has(deploy):
    with pytest.raises(ConfigurationError, match="no SklearnTraining; it has EndpointName1A2B3C4D"):
        TrainingClient.from_stack(deploy("None", "EndpointName1A2B3C4D"))
    with pytest.raises(ConfigurationError, match="it has no outputs"):
        TrainingClient.from_stack(deploy("Bare"))


def test_a_stack_that_there_is_not_hints_at_region_and_account(deploy):
    with pytest.raises(ConfigurationError, match=r"stack 'Nothing' in us-east-1: .*does not exist; check the name"):
        TrainingClient.from_stack("Nothing")
