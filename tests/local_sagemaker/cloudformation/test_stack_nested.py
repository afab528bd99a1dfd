"""A stack as a resource of another."""

import json

import pytest
from moto.s3.models import s3_backends
from moto.ssm.models import ssm_backends

from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.cloudformation.stack_state import state_of

BAD = {"Bad": {"Type": "AWS::IAM::Role", "Properties": {}, "DependsOn": "Value"}}


def template(**more):
    value = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "inner", "Type": "String", "Value": {"Ref": "Text"}}}
    return {
        "Parameters": {"Text": {"Type": "String"}, "Many": {"Type": "CommaDelimitedList", "Default": ""}},
        "Resources": {"Value": value, **more},
        "Outputs": {"Name": {"Value": {"Ref": "Value"}}},
    }


@pytest.fixture
def parent(stacks):
    """Deploy a parent stack whose nested stack has this template and this text."""
    s3 = s3_backends[ACCOUNT_ID]["aws"]
    s3.create_bucket("templates", "us-east-1")

    def deploy(text, inner=None):
        body = json.dumps(inner or template())
        key = f"{abs(hash(body))}.json"
        s3.put_object("templates", key, body.encode())
        nested = {
            "TemplateURL": {"Fn::Sub": f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/templates/{key}"},
            "Parameters": {"Text": text, "Many": ["a", "b"]},
            "Tags": [{"Key": "team", "Value": "churn"}],
        }
        outer = {"Type": "String", "Value": {"Fn::GetAtt": ["Nested", "Outputs.Name"]}, "Name": "outer"}
        resources = {
            "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": nested},
            "Outer": {"Type": "AWS::SSM::Parameter", "Properties": outer},
        }
        return stacks.deploy("parent", resources)

    return deploy


def values():
    return {name: history[-1].value for name, history in ssm_backends[ACCOUNT_ID]["us-east-1"]._parameters.items()}


def reasons(stack):
    return " ".join(event.resource_status_reason or "" for event in stack.events)


def test_it_is_created_with_parameters_and_its_outputs_are_attributes(parent):
    stack = parent("one")
    assert values() == {"inner": "one", "outer": "inner"}
    nested = state_of(stack).resources["Nested"]
    assert nested.physical_id.startswith(f"arn:aws:cloudformation:us-east-1:{ACCOUNT_ID}:stack/parent-Nested-")
    assert nested.model.status == "CREATE_COMPLETE"
    assert nested.model.tags == {"team": "churn"}
    assert nested.model.parameters == {"Text": "one", "Many": "a,b"}


def test_it_is_updated_and_deleted_with_its_parent(parent, stacks):
    stack = parent("one")
    before = state_of(stack).resources["Nested"].physical_id
    parent("two")
    assert values()["inner"] == "two"
    assert state_of(stack).resources["Nested"].physical_id == before
    stacks.delete(stack)
    assert values() == {}
    assert stacks.backend.stacks == {}


def test_a_failed_create_fails_its_parent_with_the_innermost_reason(parent, stacks):
    stack = parent("one", template(**BAD))
    assert stack.status == "ROLLBACK_COMPLETE"
    assert "was not successfully created: Resource handler returned message" in reasons(stack)
    assert list(stacks.backend.stacks) == [stack.stack_id]
    assert values() == {}


def test_a_failed_update_rolls_both_back(parent):
    stack = parent("one")
    parent("two", template(**BAD))
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert state_of(stack).resources["Nested"].model.status == "UPDATE_ROLLBACK_COMPLETE"
    assert "was not successfully updated" in reasons(stack)
    assert values() == {"inner": "one", "outer": "inner"}


def test_what_keeps_it_keeps_its_parent(parent, stacks):
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full"}}
    stack = parent("one", template(Bucket=bucket))
    s3_backends[ACCOUNT_ID]["aws"].put_object("full", "key", b"value")
    stacks.delete(stack)
    assert stack.status == "DELETE_FAILED"
    assert "was not successfully deleted" in reasons(stack)
    assert list(state_of(stack).resources) == ["Nested"]


def test_an_output_that_it_does_not_have_is_refused(parent):
    inner = template()
    del inner["Outputs"]
    stack = parent("one", inner)
    assert stack.status == "ROLLBACK_COMPLETE"
    assert "does not support attribute type Outputs.Name" in reasons(stack)
