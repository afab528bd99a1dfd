"""Stacks from one template to the next, on moto's real resources."""

import logging

import pytest
from moto.iam.models import Role, iam_backends
from moto.s3.models import s3_backends
from moto.sagemaker.models import FakeEndpoint, sagemaker_backends

from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.cloudformation.stack_events import REPLACEMENT
from local_sagemaker.cloudformation.stack_state import state_of

TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}


def policy(action="s3:GetObject"):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def role(**properties):
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST, **properties}}


def inline_policy(name, action="s3:GetObject"):
    properties = {"PolicyName": name, "PolicyDocument": policy(action), "Roles": [{"Ref": "Role"}]}
    return {"Type": "AWS::IAM::Policy", "Properties": properties}


def endpoint_stack(*, version="1", instance_type="ml.m5.large", **more):
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InstanceType": instance_type,
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1,
    }
    return {
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointName": "churn",
                "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
            },
        },
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "PrimaryContainer": {"Image": "sklearn", "Environment": {"VERSION": version}},
            },
        },
        "Role": role(),
        **more,
    }


def parameter(value, **more):
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}, **more}


def trail(stack):
    """The events as (logical id, status), the stack's own without an id."""
    return [
        (
            None if event.resource_type == "AWS::CloudFormation::Stack" else event.logical_resource_id,
            event.resource_status,
        )
        for event in stack.events
    ]


def since_last(stack, status):
    """What was told from the last time on that the stack itself had this status."""
    told = trail(stack)
    return told[len(told) - 1 - told[::-1].index((None, status)) :]


def reason(stack, logical_id, status):
    return next(
        event.resource_status_reason
        for event in reversed(stack.events)
        if event.logical_resource_id == logical_id and event.resource_status == status
    )


def sagemaker():
    return sagemaker_backends[ACCOUNT_ID]["us-east-1"]


def iam():
    return iam_backends[ACCOUNT_ID]["aws"]


def outputs(stack):
    return {output["OutputKey"]: output["OutputValue"] for output in stack.outputs or []}


def test_a_stack_is_created_in_dependency_order_with_an_event_for_each_step(stacks):
    stack = stacks.deploy(
        "churn", endpoint_stack(), Outputs={"Name": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}}}
    )
    steps = [
        (logical_id, status)
        for logical_id in ("Role", "Model", "Config", "Endpoint")
        for status in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    ]
    assert trail(stack) == [(None, "CREATE_IN_PROGRESS"), *steps, (None, "CREATE_COMPLETE")]
    assert outputs(stack) == {"Name": "churn"}
    physical_ids = [event.physical_resource_id for event in stack.events if event.logical_resource_id == "Endpoint"]
    assert physical_ids == ["", f"arn:aws:sagemaker:us-east-1:{ACCOUNT_ID}:endpoint/churn"]


def test_no_two_events_are_in_the_same_millisecond(stacks):
    stack = stacks.deploy("churn", endpoint_stack())
    milliseconds = [event.timestamp.timestamp() * 1000 // 1 for event in stack.events]
    assert sorted(set(milliseconds)) == milliseconds


def test_a_replaced_model_replaces_its_configuration_and_updates_its_endpoint_and_then_goes(stacks):
    stack = stacks.deploy("churn", endpoint_stack())
    first = sagemaker().endpoints["churn"].endpoint_config_name
    stacks.deploy("churn", endpoint_stack(version="2"))
    assert since_last(stack, "UPDATE_IN_PROGRESS") == [
        (None, "UPDATE_IN_PROGRESS"),
        ("Model", "UPDATE_IN_PROGRESS"),
        ("Model", "UPDATE_COMPLETE"),
        ("Config", "UPDATE_IN_PROGRESS"),
        ("Config", "UPDATE_COMPLETE"),
        ("Endpoint", "UPDATE_IN_PROGRESS"),
        ("Endpoint", "UPDATE_COMPLETE"),
        (None, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("Config", "DELETE_IN_PROGRESS"),
        ("Config", "DELETE_COMPLETE"),
        ("Model", "DELETE_IN_PROGRESS"),
        ("Model", "DELETE_COMPLETE"),
        (None, "UPDATE_COMPLETE"),
    ]
    assert reason(stack, "Model", "UPDATE_IN_PROGRESS") == REPLACEMENT
    second = sagemaker().endpoints["churn"].endpoint_config_name
    assert first != second
    assert list(sagemaker().endpoint_configs) == [second]
    assert [model.primary_container["Environment"]["VERSION"] for model in sagemaker()._models.values()] == ["2"]


def test_a_policy_under_a_new_logical_id_is_made_before_the_old_one_goes(stacks):
    stack = stacks.deploy("grants", {"Role": role(), "ReadA": inline_policy("ReadA", "s3:GetObject")})
    stacks.deploy("grants", {"Role": role(), "ReadB": inline_policy("ReadB", "s3:GetObject")})
    assert since_last(stack, "UPDATE_IN_PROGRESS") == [
        (None, "UPDATE_IN_PROGRESS"),
        ("ReadB", "CREATE_IN_PROGRESS"),
        ("ReadB", "CREATE_COMPLETE"),
        (None, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("ReadA", "DELETE_IN_PROGRESS"),
        ("ReadA", "DELETE_COMPLETE"),
        (None, "UPDATE_COMPLETE"),
    ]
    assert next(iter(iam().roles.values())).policies.keys() == {"ReadB"}


def test_what_did_not_change_is_left_alone(stacks):
    stack = stacks.deploy("values", {"A": parameter("1"), "B": parameter("1")})
    stacks.deploy("values", {"A": parameter("2"), "B": parameter("1")})
    assert {logical_id for logical_id, _ in since_last(stack, "UPDATE_IN_PROGRESS")} == {None, "A"}


def test_an_update_in_place_keeps_the_generated_name(stacks):
    stack = stacks.deploy("values", {"A": parameter("1")})
    before = state_of(stack).resources["A"].physical_id
    stacks.deploy("values", {"A": parameter("2")})
    assert state_of(stack).resources["A"].physical_id == before


def test_a_failed_create_leaves_nothing_and_says_why(stacks):
    stack = stacks.deploy("churn", endpoint_stack(instance_type="ml.nonsense"))
    assert since_last(stack, "ROLLBACK_IN_PROGRESS") == [
        (None, "ROLLBACK_IN_PROGRESS"),
        ("Model", "DELETE_IN_PROGRESS"),
        ("Model", "DELETE_COMPLETE"),
        ("Role", "DELETE_IN_PROGRESS"),
        ("Role", "DELETE_COMPLETE"),
        (None, "ROLLBACK_COMPLETE"),
    ]
    assert "Value 'ml.nonsense' at" in reason(stack, "Config", "CREATE_FAILED")
    assert "HandlerErrorCode: InvalidRequest" in reason(stack, "Config", "CREATE_FAILED")
    assert (
        reason(stack, "churn", "ROLLBACK_IN_PROGRESS")
        == "The following resource(s) failed to create: [Config]. Rollback requested by user."
    )
    assert not sagemaker()._models
    assert not iam().roles
    assert state_of(stack).resources == {}


def test_a_failed_update_puts_everything_back(stacks):
    stack = stacks.deploy(
        "churn", endpoint_stack(Value=parameter("before")), Outputs={"V": {"Value": {"Ref": "Value"}}}
    )
    resources = list(state_of(stack).resources)
    broken = endpoint_stack(version="2", instance_type="ml.nonsense", Value=parameter("after"), New=parameter("new"))
    # The parameters come first, so that there is something to put back.
    broken["Config"]["DependsOn"] = ["Value", "New"]
    stacks.deploy("churn", broken)
    assert since_last(stack, "UPDATE_ROLLBACK_IN_PROGRESS") == [
        (None, "UPDATE_ROLLBACK_IN_PROGRESS"),
        ("Model", "UPDATE_COMPLETE"),
        ("Value", "UPDATE_IN_PROGRESS"),
        ("Value", "UPDATE_COMPLETE"),
        (None, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("New", "DELETE_IN_PROGRESS"),
        ("New", "DELETE_COMPLETE"),
        ("Model", "DELETE_IN_PROGRESS"),
        ("Model", "DELETE_COMPLETE"),
        (None, "UPDATE_ROLLBACK_COMPLETE"),
    ]
    assert list(state_of(stack).resources) == resources
    assert state_of(stack).resources["Value"].model.value == "before"
    assert [model.primary_container["Environment"]["VERSION"] for model in sagemaker()._models.values()] == ["1"]
    assert stack.outputs
    stacks.deploy("churn", endpoint_stack(version="3"))
    assert stack.status == "UPDATE_COMPLETE"


def test_an_update_that_failed_is_asked_to_go_back(stacks, monkeypatch):
    stack = stacks.deploy("churn", endpoint_stack())
    first = sagemaker().endpoints["churn"].endpoint_config_name
    asked = []

    def update(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        asked.append(cloudformation_json["Properties"]["EndpointConfigName"])
        if asked[-1] != first:
            raise RuntimeError("the new fleet never answered")
        return original_resource

    monkeypatch.setattr(FakeEndpoint, "update_from_cloudformation_json", classmethod(update))
    stacks.deploy("churn", endpoint_stack(version="2"))
    assert len(asked) == 2
    assert asked[1] == first
    assert 'message: "the new fleet never answered"' in reason(stack, "Endpoint", "UPDATE_FAILED")
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert list(sagemaker().endpoint_configs) == [first]


def test_a_rollback_that_fails_says_what_it_could_not_put_back(stacks, monkeypatch):
    stack = stacks.deploy("churn", endpoint_stack())

    def update(cls, /, **keywords):
        raise RuntimeError("no")

    monkeypatch.setattr(FakeEndpoint, "update_from_cloudformation_json", classmethod(update))
    stacks.deploy("churn", endpoint_stack(version="2"))
    assert stack.status == "UPDATE_ROLLBACK_FAILED"
    assert reason(stack, "churn", "UPDATE_ROLLBACK_FAILED") == "The following resource(s) failed to update: [Endpoint]."
    assert len(sagemaker().endpoint_configs) == 2


def test_without_a_rollback_a_failed_create_stays_and_the_next_update_goes_on_from_there(stacks):
    stack = stacks.deploy("churn", endpoint_stack(instance_type="ml.nonsense"), disable_rollback=True)
    assert stack.status == "CREATE_FAILED"
    assert list(state_of(stack).resources) == ["Role", "Model"]
    stacks.deploy("churn", endpoint_stack())
    assert stack.status == "UPDATE_COMPLETE"
    assert len(sagemaker()._models) == 1


def test_without_a_rollback_a_failed_update_stays_and_the_next_one_tidies_up(stacks):
    stack = stacks.deploy("churn", endpoint_stack())
    stacks.deploy("churn", endpoint_stack(version="2", instance_type="ml.nonsense"), disable_rollback=True)
    assert stack.status == "UPDATE_FAILED"
    assert len(sagemaker()._models) == 2
    stacks.deploy("churn", endpoint_stack(version="2"))
    assert stack.status == "UPDATE_COMPLETE"
    assert len(sagemaker()._models) == 1


def test_what_a_failed_update_without_a_rollback_replaced_goes_with_the_stack(stacks):
    stack = stacks.deploy("churn", endpoint_stack())
    stacks.deploy("churn", endpoint_stack(version="2", instance_type="ml.nonsense"), disable_rollback=True)
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"
    assert not sagemaker()._models


def test_a_retained_resource_stays_when_it_leaves_the_template(stacks):
    kept = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "kept"}, "DeletionPolicy": "Retain"}
    stack = stacks.deploy("store", {"Bucket": kept, "A": parameter("1")})
    stacks.deploy("store", {"A": parameter("1")})
    assert ("Bucket", "DELETE_SKIPPED") in trail(stack)
    assert "kept" in s3_backends[ACCOUNT_ID]["aws"].buckets


def test_the_update_replace_policy_keeps_what_was_replaced(stacks):
    def bucket(name):
        return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}, "UpdateReplacePolicy": "Retain"}

    stack = stacks.deploy("store", {"Bucket": bucket("one")})
    stacks.deploy("store", {"Bucket": bucket("two")})
    assert ("Bucket", "DELETE_SKIPPED") in trail(stack)
    assert s3_backends[ACCOUNT_ID]["aws"].buckets.keys() == {"one", "two"}
    stacks.delete(stack)
    assert s3_backends[ACCOUNT_ID]["aws"].buckets.keys() == {"one"}


def test_a_named_resource_that_must_be_replaced_needs_a_new_name(stacks):
    stack = stacks.deploy("roles", {"Role": role(RoleName="reader", Path="/a/")})
    stacks.deploy("roles", {"Role": role(RoleName="reader", Path="/b/")})
    assert "Rename reader (Role) and update the stack again." in reason(stack, "Role", "UPDATE_FAILED")
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert next(iter(iam().roles.values())).path == "/a/"


def test_a_name_that_is_taken_fails_and_the_resource_of_the_other_stays(stacks):
    stacks.deploy("first", {"Role": role(RoleName="reader")})
    second = stacks.deploy("second", {"Role": role(RoleName="reader")})
    assert "HandlerErrorCode: AlreadyExists" in reason(second, "Role", "CREATE_FAILED")
    assert [item.name for item in iam().roles.values()] == ["reader"]


def test_another_type_under_the_same_logical_id_is_a_replacement(stacks):
    stack = stacks.deploy("values", {"Thing": parameter("1")})
    stacks.deploy("values", {"Thing": role()})
    assert since_last(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")[1:3] == [
        ("Thing", "DELETE_IN_PROGRESS"),
        ("Thing", "DELETE_COMPLETE"),
    ]
    assert state_of(stack).resources["Thing"].type == "AWS::IAM::Role"


def test_a_false_condition_leaves_its_resource_and_its_output_out(stacks):
    conditions = {"Big": {"Fn::Equals": [{"Ref": "Size"}, "big"]}}
    parameters = {"Size": {"Type": "String", "Default": "small"}}
    resources = {"Always": parameter("1"), "Extra": {**parameter("2"), "Condition": "Big"}}
    shown = {"Extra": {"Value": {"Ref": "Extra"}, "Condition": "Big"}}
    sections = {"Conditions": conditions, "Parameters": parameters, "Outputs": shown}
    stack = stacks.deploy("sized", resources, **sections)
    assert list(state_of(stack).resources) == ["Always"]
    assert outputs(stack) == {}
    stacks.deploy("sized", resources, parameters={"Size": "big"}, **sections)
    assert outputs(stack)["Extra"] == state_of(stack).resources["Extra"].physical_id
    stacks.deploy("sized", resources, **sections)
    assert list(state_of(stack).resources) == ["Always"]


def test_a_parameter_that_changed_updates_what_refers_to_it(stacks):
    resources = {"A": parameter({"Ref": "Text"}), "B": parameter("1")}
    sections = {"Parameters": {"Text": {"Type": "String"}}}
    stack = stacks.deploy("values", resources, parameters={"Text": "one"}, **sections)
    stacks.deploy("values", resources, parameters={"Text": "two"}, **sections)
    assert state_of(stack).resources["A"].model.value == "two"
    assert {logical_id for logical_id, _ in since_last(stack, "UPDATE_IN_PROGRESS")} == {None, "A"}


def test_an_output_that_cannot_be_told_fails_the_stack(stacks):
    stack = stacks.deploy("values", {"A": parameter("1")}, Outputs={"X": {"Value": {"Ref": "Nowhere"}}})
    assert stack.status == "ROLLBACK_COMPLETE"
    assert "Unresolved resource dependencies [Nowhere]" in reason(stack, "values", "ROLLBACK_IN_PROGRESS")


def test_what_moto_cannot_update_is_said_and_not_hidden(stacks, caplog, monkeypatch):
    monkeypatch.delattr(Role, "update_from_cloudformation_json")
    stack = stacks.deploy("roles", {"Role": role(Description="one")})
    with caplog.at_level(logging.WARNING):
        stacks.deploy("roles", {"Role": role(Description="two")})
    said = "AWS::IAM::Role cannot be updated locally: the resource stays as it was created"
    assert reason(stack, "Role", "UPDATE_COMPLETE") == said
    assert said in caplog.text


def test_the_stack_takes_tags_and_description_of_the_request(stacks):
    stack = stacks.deploy("values", {"A": parameter("1")}, tags={"team": "churn"})
    stacks.deploy("values", {"A": parameter("2")})
    assert stack.tags == {"team": "churn"}
    stacks.deploy("values", {"A": parameter("3")}, tags={})
    assert stack.tags == {}


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1"])
def test_a_stack_of_another_region_has_its_resources_there(cloudformation_backend, deployer_in, region):
    stack = deployer_in(region).deploy("churn", endpoint_stack())
    partition = "aws-cn" if region.startswith("cn-") else "aws"
    expected = f"arn:{partition}:sagemaker:{region}:{ACCOUNT_ID}:endpoint/churn"
    assert state_of(stack).resources["Endpoint"].physical_id == expected
    assert sagemaker_backends[ACCOUNT_ID][region].endpoints.keys() == {"churn"}
