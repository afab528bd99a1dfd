"""State machines of stacks: every property that the CDK renders, updates in place, replacement, deletion, refusals."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.state_machines.stack_machines import definition_of
from tests.local_sagemaker.cloud import BUCKET
from tests.local_sagemaker.state_machines.machine_room import STATES_TRUST, MachineRoom, machine_of, passing

TYPE = "AWS::StepFunctions::StateMachine"


@pytest.fixture
def stacks(room: MachineRoom, deployer_in: Any) -> Any:
    """Deploy stacks into the local cloud."""
    return deployer_in("us-east-1")


def with_machine(room: MachineRoom, **properties: Any) -> dict[str, Any]:
    """Write the resources of a stack with one state machine."""
    given = {"RoleArn": room.role, "DefinitionString": json.dumps(passing({"a": 1})), **properties}
    return {"Machine": {"Type": TYPE, "Properties": {name: value for name, value in given.items() if value}}}


def outputs(room: MachineRoom, stack: Any) -> dict[str, str]:
    """Give a stack's outputs."""
    described = room.cloud.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def arn_of(room: MachineRoom, stack: Any) -> str:
    """Give what Ref gives of a stack's machine."""
    return outputs(room, stack)["Ref"]


OUTPUTS = {
    "Ref": {"Value": {"Ref": "Machine"}},
    "Arn": {"Value": {"Fn::GetAtt": ["Machine", "Arn"]}},
    "Name": {"Value": {"Fn::GetAtt": ["Machine", "Name"]}},
    "Revision": {"Value": {"Fn::GetAtt": ["Machine", "StateMachineRevisionId"]}},
}


def test_what_the_cdk_renders_becomes_a_machine_that_runs(room: MachineRoom, stacks: Any) -> None:
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/states/m:*"
    key = "arn:aws:kms:us-east-1:123456789012:key/0"
    resources = with_machine(
        room,
        DefinitionString='{"StartAt":"A","States":{"A":{"Type":"Pass","Result":"${what}","End":true}}}',
        DefinitionSubstitutions={"what": "substituted"},
        EncryptionConfiguration={
            "Type": "CUSTOMER_MANAGED_KMS_KEY",
            "KmsKeyId": key,
            "KmsDataKeyReusePeriodSeconds": 300,
        },
        LoggingConfiguration={
            "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": group}}],
            "Level": "ALL",
            "IncludeExecutionData": True,
        },
        TracingConfiguration={"Enabled": True},
        Tags=[{"Key": "team", "Value": "churn"}],
    )
    stack = stacks.deploy("rendered", resources, Outputs=OUTPUTS)
    assert stack.status == "CREATE_COMPLETE", stack.status_reason
    found = outputs(room, stack)
    assert found["Ref"] == found["Arn"]
    assert found["Name"] == found["Arn"].rsplit(":", maxsplit=1)[-1]
    assert found["Revision"] == "INITIAL"
    described = room.client.describe_state_machine(stateMachineArn=found["Ref"])
    assert described["encryptionConfiguration"] == {
        "type": "CUSTOMER_MANAGED_KMS_KEY",
        "kmsKeyId": key,
        "kmsDataKeyReusePeriodSeconds": 300,
    }
    assert described["loggingConfiguration"] == {
        "level": "ALL",
        "includeExecutionData": True,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
    }
    assert described["tracingConfiguration"] == {"enabled": True}
    tags = room.client.list_tags_for_resource(resourceArn=found["Ref"])["tags"]
    assert {"key": "team", "value": "churn"} in tags
    assert json.loads(room.ended(room.start(found["Ref"]))["output"]) == "substituted"


def test_definition_role_and_options_are_updated_in_place(room: MachineRoom, stacks: Any) -> None:
    resources = with_machine(
        room, TracingConfiguration={"Enabled": True}, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    )
    before = outputs(room, stacks.deploy("updated", resources, Outputs=OUTPUTS))
    role = room.cloud.make_role([], STATES_TRUST)
    changed = with_machine(
        room, RoleArn=role, DefinitionString=json.dumps(passing({"a": 2})), Tags=[{"Key": "a", "Value": "3"}]
    )
    stack = stacks.deploy("updated", changed, Outputs=OUTPUTS)
    assert stack.status == "UPDATE_COMPLETE", stack.status_reason
    after = outputs(room, stack)
    assert after["Arn"] == before["Arn"]
    assert after["Revision"] != before["Revision"]
    described = room.client.describe_state_machine(stateMachineArn=after["Arn"])
    assert described["roleArn"] == role
    assert described["tracingConfiguration"] == {"enabled": False}
    tags = room.client.list_tags_for_resource(resourceArn=after["Arn"])["tags"]
    assert {"key": "a", "value": "3"} in tags
    assert not any(tag["key"] == "b" for tag in tags)
    assert json.loads(room.ended(room.start(after["Arn"]))["output"]) == {"a": 2}


def test_another_name_is_another_machine(room: MachineRoom, stacks: Any) -> None:
    before = arn_of(room, stacks.deploy("renamed", with_machine(room, StateMachineName="before"), Outputs=OUTPUTS))
    assert before.endswith(":stateMachine:before")
    stack = stacks.deploy("renamed", with_machine(room, StateMachineName="after"), Outputs=OUTPUTS)
    assert stack.status == "UPDATE_COMPLETE", stack.status_reason
    assert arn_of(room, stack).endswith(":stateMachine:after")
    with pytest.raises(ClientError, match="State Machine Does Not Exist"):
        room.client.describe_state_machine(stateMachineArn=before)


def test_a_deleted_stack_takes_its_machine_and_what_runs_with_it(room: MachineRoom, stacks: Any) -> None:
    long = machine_of({"W": {"Type": "Wait", "Seconds": 6000, "End": True}})
    stack = stacks.deploy("deleted", with_machine(room, DefinitionString=json.dumps(long)), Outputs=OUTPUTS)
    arn = arn_of(room, stack)
    room.start(arn)
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="State Machine Does Not Exist"):
        room.client.describe_state_machine(stateMachineArn=arn)


def test_a_definition_that_is_wrong_fails_the_stack_with_the_reason(room: MachineRoom, stacks: Any) -> None:
    dangling = json.dumps(machine_of({"A": {"Type": "Pass", "Next": "B"}}))
    stack = stacks.deploy("wrong", with_machine(room, DefinitionString=dangling))
    assert stack.status == "ROLLBACK_COMPLETE"
    reasons = [event.resource_status_reason or "" for event in stack.events]
    assert any("Missing 'Next' target: B at /States/A/Next" in reason for reason in reasons), reasons


def test_a_failed_update_leaves_the_definition_as_it_was(room: MachineRoom, stacks: Any) -> None:
    stack = stacks.deploy("kept", with_machine(room), Outputs=OUTPUTS)
    stacks.deploy("kept", with_machine(room, DefinitionString="{"), Outputs=OUTPUTS)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert json.loads(room.ended(room.start(arn_of(room, stack)))["output"]) == {"a": 1}


def test_a_name_that_is_taken_fails_the_stack(room: MachineRoom, stacks: Any) -> None:
    room.make(passing({}), name="outside")
    stack = stacks.deploy("collides", with_machine(room, StateMachineName="outside"))
    assert stack.status == "ROLLBACK_COMPLETE"
    assert any("State Machine Already Exists" in (event.resource_status_reason or "") for event in stack.events)


def test_a_definition_may_lie_in_s3_or_stand_as_an_object(room: MachineRoom, stacks: Any) -> None:
    room.cloud.put(json.dumps(passing({"from": "s3"})).encode(), "definition.json")
    location = {"Bucket": BUCKET, "Key": "definition.json"}
    stack = stacks.deploy(
        "in-s3", with_machine(room, DefinitionString=None, DefinitionS3Location=location), Outputs=OUTPUTS
    )
    assert stack.status == "CREATE_COMPLETE", stack.status_reason
    assert json.loads(room.ended(room.start(arn_of(room, stack)))["output"]) == {"from": "s3"}
    stack = stacks.deploy(
        "object", with_machine(room, DefinitionString=None, Definition=passing({"from": "object"})), Outputs=OUTPUTS
    )
    assert json.loads(room.ended(room.start(arn_of(room, stack)))["output"]) == {"from": "object"}
    gone = {**location, "Key": "gone.json"}
    stack = stacks.deploy("gone", with_machine(room, DefinitionString=None, DefinitionS3Location=gone))
    assert any("gone.json does not exist" in (event.resource_status_reason or "") for event in stack.events)


def test_a_machine_without_a_definition_is_refused() -> None:
    with pytest.raises(ValueError, match="One of DefinitionString, Definition and DefinitionS3Location"):
        definition_of({}, "123456789012", "us-east-1")


def test_what_has_no_substitution_stays() -> None:
    assert definition_of({"DefinitionString": "${a} ${b}", "DefinitionSubstitutions": {"a": "1"}}, "1", "r") == "1 ${b}"
