"""Resources in name only."""

import logging

import pytest

from local_sagemaker.cloudformation.placeholders import Placeholder
from local_sagemaker.cloudformation.stack_state import state_of


def placeholder(resource_type, **properties):
    return Placeholder("stack-Thing-ABC", resource_type, properties, "123456789012", "eu-west-1")


@pytest.mark.parametrize(
    ("resource_type", "properties", "physical_id"),
    [
        ("AWS::Backup::BackupPlan", {}, "stack-Thing-ABC"),
        ("AWS::Backup::BackupVault", {"BackupVaultName": "vault"}, "vault"),
        ("AWS::WAFv2::IPSet", {"Name": "office"}, "office"),
        ("AWS::SageMaker::Domain", {}, "stack-Thing-ABC"),
        (
            "AWS::CodeStarConnections::Connection",
            {"ConnectionName": "git"},
            "arn:aws:codestarconnections:eu-west-1:123456789012:connection/git",
        ),
        ("Custom::Thing", {"ServiceToken": "arn"}, "stack-Thing-ABC"),
        ("AWS::Never::Heard", {}, "stack-Thing-ABC"),
    ],
)
def test_ref_gives_what_the_schema_calls_the_identifier(resource_type, properties, physical_id):
    assert placeholder(resource_type, **properties).physical_resource_id == physical_id


@pytest.mark.parametrize(
    ("resource_type", "attribute", "value"),
    [
        (
            "AWS::Backup::BackupPlan",
            "BackupPlanArn",
            "arn:aws:backup:eu-west-1:123456789012:backup-plan/stack-Thing-ABC",
        ),
        ("AWS::Backup::BackupPlan", "VersionId", "stack-Thing-ABC-VersionId"),
        ("Custom::Thing", "Anything", "stack-Thing-ABC-Anything"),
        ("Custom::Thing", "ServiceToken", "token"),
        ("AWS::EC2::VPCEndpoint", "DnsEntries", []),
        ("AWS::EC2::VPCEndpoint", "PrivateDnsEnabled", False),
    ],
)
def test_getatt_gives_a_value_of_the_type_that_the_schema_names(resource_type, attribute, value):
    assert placeholder(resource_type, ServiceToken="token").get_cfn_attribute(attribute) == value


def test_an_attribute_called_id_looks_like_one():
    thing = placeholder("AWS::Backup::BackupPlan")
    assert len(thing.get_cfn_attribute("Id")) == 36
    assert thing.get_cfn_attribute("Id") == thing.get_cfn_attribute("Id")


RESOURCES = {
    "Plan": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {"A": 1}}},
    "Custom": {"Type": "Custom::Thing", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Plan", "BackupPlanArn"]}}},
    "Metadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "x"}},
}


def test_a_stack_with_them_deploys_and_each_type_is_told_to_the_user(stacks, caplog):
    with caplog.at_level(logging.WARNING):
        stack = stacks.deploy("odd", RESOURCES, Outputs={"Plan": {"Value": {"Ref": "Plan"}}})
    assert stack.status == "CREATE_COMPLETE"
    said = "AWS::Backup::BackupPlan is not emulated locally: a placeholder stands in for it"
    assert f"{said} (Plan in stack odd)" in caplog.text
    assert "Custom::Thing is not emulated locally" in caplog.text
    assert "AWS::CDK::Metadata" not in caplog.text
    reasons = {
        event.logical_resource_id: event.resource_status_reason
        for event in stack.events
        if event.resource_status == "CREATE_COMPLETE"
    }
    assert reasons["Plan"] == said
    assert reasons["Metadata"] is None


def test_an_update_and_a_delete_of_them_do_nothing_and_succeed(stacks):
    stack = stacks.deploy("odd", RESOURCES)
    before = state_of(stack).resources["Plan"]
    changed = {**RESOURCES, "Plan": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {"A": 2}}}}
    stacks.deploy("odd", changed)
    after = state_of(stack).resources["Plan"]
    assert after.physical_id == before.physical_id
    assert after.model.properties == {"BackupPlan": {"A": 2}}
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"
