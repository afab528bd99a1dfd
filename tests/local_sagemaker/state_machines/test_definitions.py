"""What CreateStateMachine refuses, with the place and the reason."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_sagemaker.state_machines.machine_room import TRAIN, MachineRoom, machine_of, passing, task

END = {"Type": "Pass", "End": True}
MODEL = "arn:aws:states:::sagemaker:createModel"


def choosing(**choice: Any) -> dict[str, Any]:
    return machine_of({"C": {"Type": "Choice", **choice}, "End": END})


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ("{", "INVALID_JSON_DESCRIPTION: Invalid JSON description"),
        ("[]", "INVALID_JSON_DESCRIPTION: A definition must be a JSON object"),
        ({"StartAt": "A", "States": {}}, "The field 'States' must hold at least one state at /"),
        ({"StartAt": "B", "States": {"A": END}}, "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: B at /StartAt"),
        (machine_of({"A": {"Type": "Pass", "Next": "B"}}), "Missing 'Next' target: B at /States/A/Next"),
        (machine_of({"A": END, "B": END}), 'State "B" is not reachable. at /States/B'),
        (machine_of({"A": {"Type": "Pass"}}), "A Pass state has either 'Next' or 'End': true at /States/A"),
        (machine_of({"A": {"Type": "Sleep"}}), "Type 'Sleep' is none of Choice, Fail, Map, Parallel"),
        (machine_of({"A" * 81: END}), "The name of a state has 80 characters at most"),
        (choosing(Choices=[], Default="End"), "A Choice state has at least one rule"),
        (choosing(Choices=[{"Variable": "$.a", "IsNull": True}], Default="End"), "A rule has 'Next' at /States/C"),
        (
            choosing(Choices=[{"Variable": "$.a", "IsNull": True, "Next": "End"}], Default="Gone"),
            "Missing 'Default' target: Gone at /States/C/Default",
        ),
        (
            machine_of({"P": {"Type": "Parallel", "Branches": [machine_of({"A": {"Type": "Pass"}})], "End": True}}),
            "at /States/P/Branches[0]/States/A",
        ),
        (passing({"a.$": "States.Format('{}' $.b)"}), "must be a valid JSONPath or a valid intrinsic function call"),
        (passing({"a": [{"b.$": "b"}]}), "The value for the field 'b.$' must be a valid JSONPath"),
        (passing({"a.$": "$.b[?(@.c =="}), "must be a valid JSONPath"),
        (passing({}, Sleeps=1), "SCHEMA_VALIDATION_FAILED"),
        (machine_of({"T": task("arn:aws:states:::nothing:do", {})}), "SCHEMA_VALIDATION_FAILED"),
        (machine_of({"T": task("arn:aws:states:::sagemaker:describeModel", {})}), "is not recognized"),
        (machine_of({"T": task(f"{MODEL}.sync", {})}), "createModel.sync is not recognized"),
        (machine_of({"T": task("arn:aws:states:::aws-sdk:sagemaker:doIt", {})}), "is not recognized"),
        (machine_of({"T": task("createModel", {})}), "The resource provided createModel is not recognized"),
        (
            machine_of({"T": task(MODEL, {"ModelName": "a", "Colour": "red"})}),
            'The field "Colour" is not supported by Step Functions at /States/T/Parameters',
        ),
        (
            machine_of({"T": task(TRAIN, {"TrainingJobName.$": "$.name"})}),
            'The field "RoleArn" is required but was missing at /States/T/Parameters',
        ),
        (machine_of({"A": END}, QueryLanguage="JSONata"), "QueryLanguage JSONata is not emulated by the local cloud"),
        (machine_of({"A": {**END, "QueryLanguage": "JSONata"}}), "QueryLanguage JSONata is not emulated"),
        (machine_of({"A": {**END, "Assign": {"a": 1}}}), "Assign is not emulated by the local cloud at /States/A"),
    ],
)
def test_a_definition_that_cannot_be_used_is_refused_with_the_reason(
    room: MachineRoom, definition: Any, reason: str
) -> None:
    with pytest.raises(ClientError, match=re.escape(reason)) as caught:
        room.make(definition)
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidDefinition"
    assert error["Message"].startswith("Invalid State Machine Definition: '")


def test_every_reason_is_given(room: MachineRoom) -> None:
    with pytest.raises(ClientError) as caught:
        room.make(machine_of({"A": {"Type": "Pass", "Next": "B"}, "C": {"Type": "Wait"}}))
    message = caught.value.response["Error"]["Message"]
    assert message.count("/States/C") == 2
    assert "B at /States/A/Next" in message


def test_an_update_is_checked_too(room: MachineRoom) -> None:
    machine = room.make(machine_of({"A": END}))
    with pytest.raises(ClientError, match="Missing 'StartAt' target"):
        room.client.update_state_machine(stateMachineArn=machine, definition='{"StartAt": "B", "States": {"A": {}}}')
    described = room.client.describe_state_machine(stateMachineArn=machine)
    assert json.loads(described["definition"]) == machine_of({"A": END})
