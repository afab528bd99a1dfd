"""Executions: how they are named, end, wait, and what is told of them."""

import json
import time
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from tests.local_sagemaker.cloud import ACCOUNT, REGION, eventually
from tests.local_sagemaker.state_machines.machine_room import MachineRoom, machine_of, passing

LONG = machine_of({"W": {"Type": "Wait", "Seconds": 6000, "End": True}})


def test_an_execution_without_a_name_gets_one_of_its_own(room: MachineRoom) -> None:
    machine = room.make(passing({"name.$": "$$.Execution.Name"}))
    first, second = (room.client.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(2))
    assert first != second
    described = room.ended(first)
    assert described["name"] == first.rsplit(":", maxsplit=1)[-1]
    assert json.loads(described["output"]) == {"name": described["name"]}
    assert described["input"] == "{}"


def test_a_name_is_taken_once(room: MachineRoom) -> None:
    machine = room.make(passing({}))
    room.ended(room.start(machine, {"a": 1}, "taken"))
    with pytest.raises(ClientError, match="Execution Already Exists"):
        room.start(machine, {"a": 2}, "taken")


def test_a_running_execution_is_started_again_as_itself(room: MachineRoom) -> None:
    machine = room.make(LONG)
    assert room.start(machine, {"a": 1}, "same") == room.start(machine, {"a": 1}, "same")
    execution = room.start(machine, {"a": 1}, "same")
    room.client.stop_execution(executionArn=execution)


@pytest.mark.parametrize(("given", "error"), [("{", "InvalidExecutionInput"), (None, "InvalidName")])
def test_what_cannot_be_started_is_refused(room: MachineRoom, given: str | None, error: str) -> None:
    machine = room.make(passing({}))
    options: Any = {"input": given} if given else {"name": "a b"}
    with pytest.raises(ClientError) as caught:
        room.client.start_execution(stateMachineArn=machine, **options)
    assert caught.value.response["Error"]["Code"] == error


def test_waits_pass_at_the_pace_of_the_local_cloud(room: MachineRoom) -> None:
    began = time.monotonic()
    room.output(machine_of({"W": {"Type": "Wait", "Seconds": 60, "End": True}}))
    assert 1 <= time.monotonic() - began < 5


def test_a_wait_ends_with_its_execution(room: MachineRoom) -> None:
    execution = room.start(room.make(LONG))
    eventually(lambda: "WaitStateEntered" in room.events(execution))
    room.client.stop_execution(executionArn=execution)
    assert room.describe(execution)["status"] == "ABORTED"
    eventually(lambda: room.events(execution)[-1] == "ExecutionAborted")


def test_stopping_an_execution_that_has_ended_changes_nothing(room: MachineRoom) -> None:
    execution = room.start(room.make(passing({})))
    before = room.ended(execution)
    assert room.client.stop_execution(executionArn=execution)["stopDate"] == before["stopDate"]
    assert room.describe(execution)["status"] == "SUCCEEDED"


def test_an_execution_whose_time_is_over_is_timed_out(room: MachineRoom) -> None:
    described = room.ended(room.start(room.make({**LONG, "TimeoutSeconds": 1})))
    assert described["status"] == "TIMED_OUT"
    assert described["stopDate"] >= described["startDate"]


def test_the_list_tells_how_executions_ended(room: MachineRoom) -> None:
    machine = room.make(
        machine_of(
            {
                "C": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "S"}],
                    "Default": "F",
                },
                "S": {"Type": "Succeed"},
                "F": {"Type": "Fail", "Error": "No", "Cause": "because"},
            }
        )
    )
    for ok in (True, False):
        room.ended(room.start(machine, {"ok": ok}))
    listed = room.client.list_executions(stateMachineArn=machine)["executions"]
    assert [one["status"] for one in listed] == ["FAILED", "SUCCEEDED"]
    assert all("stopDate" in one for one in listed)
    failed = room.client.list_executions(stateMachineArn=machine, statusFilter="FAILED")["executions"]
    described = room.describe(failed[0]["executionArn"])
    assert (described["error"], described["cause"]) == ("No", "because")


def test_a_history_comes_in_pages_and_either_order(room: MachineRoom) -> None:
    execution = room.start(room.make(passing({"a": 1})))
    room.ended(execution)
    forward = room.client.get_execution_history(executionArn=execution)["events"]
    first = room.client.get_execution_history(executionArn=execution, maxResults=3)
    rest = room.client.get_execution_history(executionArn=execution, maxResults=3, nextToken=first["nextToken"])
    assert [*first["events"], *rest["events"]] == forward
    assert "nextToken" not in rest
    assert [event["id"] for event in forward] == [1, 2, 3, 4]
    backward = room.client.get_execution_history(executionArn=execution, reverseOrder=True)["events"]
    assert backward == forward[::-1]
    bare = room.client.get_execution_history(executionArn=execution, includeExecutionData=False)["events"]
    assert "input" in forward[0]["executionStartedEventDetails"]
    assert "input" not in bare[0]["executionStartedEventDetails"]
    with pytest.raises(ClientError, match="Invalid Token"):
        room.client.get_execution_history(executionArn=execution, nextToken="x")


def test_an_express_machine_answers_at_once(room: MachineRoom) -> None:
    import boto3

    client = boto3.client(
        "stepfunctions",
        endpoint_url=room.cloud.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(inject_host_prefix=False),
    )
    express = room.make(passing({"n.$": "States.MathAdd($.n, 1)"}), type="EXPRESS")
    answered = client.start_sync_execution(stateMachineArn=express, input='{"n": 1}')
    assert (answered["status"], json.loads(answered["output"])) == ("SUCCEEDED", {"n": 2})
    with pytest.raises(ClientError, match="not supported by this type of state machine"):
        client.start_sync_execution(stateMachineArn=room.make(passing({})))
    client.close()


def test_a_fault_of_the_engine_ends_the_execution(room: MachineRoom, caplog: pytest.LogCaptureFixture) -> None:
    machine = room.make(passing({}))
    backend = stepfunctions_parser_backends[ACCOUNT][REGION]
    # Nothing can be read from it any more.
    backend.describe_state_machine(machine).definition = "{"
    described = room.ended(room.start(machine))
    assert (described["status"], described["error"]) == ("FAILED", "States.Runtime")
    assert described["cause"]
    assert "stopped" in caplog.text
