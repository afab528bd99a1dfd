"""How one resource is named, made, changed and deleted."""

import logging

import pytest
from moto.sns.models import Topic

from local_sagemaker.cloudformation.stack_state import state_of


@pytest.mark.parametrize(
    ("resource_type", "properties", "longest"),
    [
        ("AWS::SageMaker::Model", {"ExecutionRoleArn": "arn", "PrimaryContainer": {"Image": "x"}}, 63),
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Statement": []}}, 64),
    ],
)
def test_a_generated_name_is_as_long_as_the_service_takes(stacks, resource_type, properties, longest):
    stack = stacks.deploy("s" * 70, {"Thing": {"Type": resource_type, "Properties": properties}})
    resource = state_of(stack).resources["Thing"]
    assert len(resource.name) <= longest
    assert resource.physical_id.endswith(resource.name)


def test_two_generated_names_differ(stacks):
    resource = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}
    stack = stacks.deploy("values", {"A": resource, "B": resource})
    assert state_of(stack).resources["A"].name != state_of(stack).resources["B"].name


def test_what_moto_cannot_delete_is_said_and_the_stack_goes(stacks, caplog, monkeypatch):
    monkeypatch.delattr(Topic, "delete")
    stack = stacks.deploy("news", {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}}})
    with caplog.at_level(logging.WARNING):
        stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"
    assert "AWS::SNS::Topic cannot be deleted locally" in caplog.text


def test_a_resource_with_a_delete_of_its_own_is_deleted_by_it(stacks):
    stack = stacks.deploy("keys", {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}}})
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"


def test_an_update_that_gives_nothing_back_keeps_the_resource(stacks, monkeypatch):
    from moto.ssm.models import Parameter

    resource = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}
    stack = stacks.deploy("values", {"A": resource})
    before = state_of(stack).resources["A"].model

    def give_nothing(**details):
        return None

    monkeypatch.setattr(Parameter, "update_from_cloudformation_json", give_nothing)
    stacks.deploy("values", {"A": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "2"}}})
    assert state_of(stack).resources["A"].model is before
