"""State machines as CreateStateMachine, UpdateStateMachine and DeleteStateMachine leave them."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.local_sagemaker.cloud import eventually
from tests.local_sagemaker.state_machines.machine_room import STATES_TRUST, MachineRoom, machine_of, passing


def test_the_same_machine_may_be_made_twice(room: MachineRoom) -> None:
    definition = passing({"a": 1})
    assert room.make(definition, name="twice") == room.make(definition, name="twice")


def test_another_machine_of_the_same_name_is_refused(room: MachineRoom) -> None:
    room.make(passing({"a": 1}), name="taken")
    with pytest.raises(ClientError, match=r"State Machine Already Exists: .*:taken") as caught:
        room.make(passing({"a": 2}), name="taken")
    assert caught.value.response["Error"]["Code"] == "StateMachineAlreadyExists"


def test_a_role_that_does_not_trust_step_functions_is_refused(room: MachineRoom) -> None:
    with pytest.raises(ClientError, match=r"Neither the global service principal states\.amazonaws\.com") as caught:
        room.make(passing({}), room.cloud.role)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_role_that_is_not_there_is_refused(room: MachineRoom) -> None:
    with pytest.raises(ClientError, match=r"authorized to assume the provided role: .*/absent"):
        room.make(passing({}), "arn:aws:iam::123456789012:role/absent")


def test_an_update_counts_for_the_next_execution_and_is_a_revision(room: MachineRoom) -> None:
    machine = room.make(passing({"version": 1}))
    assert "revisionId" not in room.client.describe_state_machine(stateMachineArn=machine)
    role = room.cloud.make_role([], STATES_TRUST)
    room.client.update_state_machine(
        stateMachineArn=machine, definition=json.dumps(passing({"version": 2})), roleArn=role
    )
    described = room.client.describe_state_machine(stateMachineArn=machine)
    assert described["roleArn"] == role
    assert described["revisionId"]
    assert json.loads(room.ended(room.start(machine))["output"]) == {"version": 2}


def test_a_deleted_machine_s_executions_end(room: MachineRoom) -> None:
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    machine = room.make(machine_of({"W": {"Type": "Wait", "Seconds": 6000, "End": True}}))
    room.start(machine)
    backend = stepfunctions_parser_backends["123456789012"]["us-east-1"]
    execution = backend.describe_state_machine(machine).executions[0]
    room.client.delete_state_machine(stateMachineArn=machine)
    eventually(lambda: execution.status == "ABORTED")
    with pytest.raises(ClientError, match="State Machine Does Not Exist"):
        room.start(machine)
