"""Exports of one stack that another imports."""

import pytest

from local_sagemaker.cloudformation.stack_state import state_of


def parameter(value, name=None):
    named = {"Name": name} if name else {}
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value, **named}}


def exported(name="shared-name", value=None):
    return {"Shared": {"Value": value or {"Ref": "A"}, "Export": {"Name": name}}}


IMPORTER = {"B": parameter({"Fn::Join": ["", [{"Fn::ImportValue": {"Fn::Sub": "shared-${Suffix}"}}]]})}
SUFFIX = {"Suffix": {"Type": "String", "Default": "name"}}


@pytest.fixture
def pair(stacks):
    producer = stacks.deploy("producer", {"A": parameter("1", "one")}, Outputs=exported())
    consumer = stacks.deploy("consumer", IMPORTER, Parameters=SUFFIX)
    return producer, consumer


def test_an_import_gives_what_the_other_stack_exports(pair):
    assert state_of(pair[1]).resources["B"].model.value == "one"
    assert pair[0].outputs[0]["ExportName"] == "shared-name"


def test_an_export_in_use_cannot_change(stacks, pair):
    producer, _ = pair
    stacks.deploy("producer", {"A": parameter("1", "two")}, Outputs=exported())
    assert producer.status == "UPDATE_ROLLBACK_COMPLETE"
    assert "Cannot update export shared-name as it is in use by consumer." in [
        event.resource_status_reason for event in producer.events
    ]
    assert stacks.backend.exports["shared-name"].value == "one"


def test_an_export_in_use_cannot_go(stacks, pair):
    producer, consumer = pair
    stacks.deploy("producer", {"A": parameter("1", "one")})
    assert producer.status == "UPDATE_ROLLBACK_COMPLETE"
    stacks.delete(producer)
    assert producer.status == "DELETE_FAILED"
    assert producer.status_reason == "Cannot delete export shared-name as it is in use by consumer."
    stacks.delete(consumer)
    stacks.delete(producer)
    assert producer.status == "DELETE_COMPLETE"
    assert stacks.backend.exports == {}


def test_an_export_that_nobody_uses_may_change(stacks, pair):
    producer, consumer = pair
    stacks.delete(consumer)
    stacks.deploy("producer", {"A": parameter("1", "two")}, Outputs=exported("other-name"))
    assert producer.status == "UPDATE_COMPLETE"
    assert {name: export.value for name, export in stacks.backend.exports.items()} == {"other-name": "two"}


def test_two_stacks_cannot_export_one_name(stacks, pair):
    second = stacks.deploy("second", {"A": parameter("1")}, Outputs=exported())
    assert second.status == "ROLLBACK_COMPLETE"
    assert any(
        "Export with name shared-name is already exported by stack producer." in (event.resource_status_reason or "")
        for event in second.events
    )


def test_an_import_of_nothing_fails_the_resource(stacks):
    stack = stacks.deploy("consumer", IMPORTER, Parameters=SUFFIX)
    assert stack.status == "ROLLBACK_COMPLETE"
    assert any("No export named shared-name found." in (event.resource_status_reason or "") for event in stack.events)
