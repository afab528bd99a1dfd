"""What a state machine writes into its log group."""

import json
import logging
from typing import Any

import pytest

from tests.local_sagemaker.cloud import ACCOUNT, REGION, eventually
from tests.local_sagemaker.state_machines.machine_room import MachineRoom, machine_of, passing

FAILS = machine_of({"P": {"Type": "Pass", "Next": "F"}, "F": {"Type": "Fail", "Error": "E", "Cause": "c"}})


def logged(room: MachineRoom, name: str, definition: Any, **configuration: Any) -> list[dict[str, Any]]:
    """Run a machine with a log group; give what was written."""
    logs = room.cloud.client("logs")
    group = f"/aws/vendedlogs/states/{name}"
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]
    machine = room.make(definition, loggingConfiguration={"destinations": destinations, **configuration})
    execution = room.start(machine, {"a": 1})
    room.ended(execution)
    eventually(lambda: room.events(execution)[-1] in {"ExecutionSucceeded", "ExecutionFailed"})
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    events = [
        event
        for stream in streams
        for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    ]
    messages = [json.loads(event["message"]) for event in events]
    assert all(message["execution_arn"] == execution for message in messages)
    return messages


def test_every_event_is_written_with_its_data(room: MachineRoom) -> None:
    written = logged(room, "all", passing({"b": 2}), level="ALL", includeExecutionData=True)
    assert [message["type"] for message in written] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert json.loads(written[0]["details"]["input"]) == {"a": 1}
    assert written[0]["id"] == "1"
    assert written[0]["event_timestamp"].isdecimal()


def test_data_is_left_out_unless_it_is_asked_for(room: MachineRoom) -> None:
    for message in logged(room, "bare", passing({"b": 2}), level="ALL", includeExecutionData=False):
        assert not {"input", "output"} & message["details"].keys()


@pytest.mark.parametrize(
    ("level", "types"),
    [("ERROR", ["FailStateEntered", "ExecutionFailed"]), ("FATAL", ["ExecutionFailed"]), ("OFF", [])],
)
def test_the_level_says_which_events_are_written(room: MachineRoom, level: str, types: list[str]) -> None:
    written = logged(room, level.lower(), FAILS, level=level, includeExecutionData=False)
    assert [message["type"] for message in written] == types


def test_a_log_group_that_is_not_there_does_not_stop_the_execution(
    room: MachineRoom, caplog: pytest.LogCaptureFixture
) -> None:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/absent:*"
    configuration = {"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]}
    machine = room.make(passing({}), loggingConfiguration=configuration)
    with caplog.at_level(logging.WARNING):
        assert room.ended(room.start(machine))["status"] == "SUCCEEDED"
    assert "cannot write its log" in caplog.text
