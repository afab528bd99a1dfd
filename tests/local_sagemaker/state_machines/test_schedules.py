"""Rules that start state machines: at the local cloud's pace, as their role, with their input."""

import json
import logging
from typing import Any

import pytest

from tests.local_sagemaker.cloud import allow, eventually
from tests.local_sagemaker.state_machines.machine_room import MachineRoom, passing

EVENTS_TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


def schedule(room: MachineRoom, name: str, machine: str, expression: str, **target: Any) -> Any:
    """Make a rule with a state machine as its target; give the client."""
    events = room.cloud.client("events")
    role = room.cloud.make_role([allow("states:StartExecution", machine)], EVENTS_TRUST)
    events.put_rule(Name=name, ScheduleExpression=expression)
    events.put_targets(Rule=name, Targets=[{"Id": "Machine", "Arn": machine, "RoleArn": role, **target}])
    return events


def executions(room: MachineRoom, machine: str) -> list[Any]:
    found: list[Any] = room.client.list_executions(stateMachineArn=machine)["executions"]
    return found


def test_a_rate_starts_executions_with_the_rule_s_input(room: MachineRoom) -> None:
    machine = room.make(passing({"given.$": "$.given"}))
    events = schedule(room, "minutely", machine, "rate(1 minute)", Input='{"given": 7}')
    eventually(lambda: len(executions(room, machine)) >= 2)
    described = room.ended(executions(room, machine)[0]["executionArn"])
    assert json.loads(described["output"]) == {"given": 7}
    events.disable_rule(Name="minutely")


def test_without_an_input_the_execution_is_given_the_event(room: MachineRoom) -> None:
    machine = room.make(passing({"kind.$": "$.detail-type", "rule.$": "$.resources[0]"}))
    events = schedule(room, "plain", machine, "rate(1 minute)")
    eventually(lambda: executions(room, machine))
    events.disable_rule(Name="plain")
    output = json.loads(room.ended(executions(room, machine)[0]["executionArn"])["output"])
    assert output["kind"] == "Scheduled Event"
    assert output["rule"].endswith(":rule/plain")


def test_a_rule_of_a_stack_starts_its_machine_until_it_goes(room: MachineRoom, deployer_in: Any) -> None:
    machine = room.make(passing({}))
    role = room.cloud.make_role([allow("states:StartExecution", machine)], EVENTS_TRUST)
    target = {"Id": "Training", "Arn": machine, "RoleArn": role, "Input": "{}"}
    rule = {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 minute)", "Targets": [target]}}
    stack = deployer_in("us-east-1").deploy("scheduled", {"Rule": rule})
    assert stack.status == "CREATE_COMPLETE", stack.status_reason
    eventually(lambda: executions(room, machine))
    deployer_in("us-east-1").delete(stack)
    assert stack.status == "DELETE_COMPLETE"


@pytest.mark.parametrize("statements", [[], [allow("states:StartExecution", "arn:aws:states:::stateMachine:other")]])
def test_a_role_without_the_right_starts_nothing_and_the_log_says_so(
    room: MachineRoom, caplog: pytest.LogCaptureFixture, statements: Any
) -> None:
    machine = room.make(passing({}))
    name = f"powerless-{len(statements)}"
    role = room.cloud.make_role(statements, EVENTS_TRUST)
    with caplog.at_level(logging.WARNING):
        events = schedule(room, name, machine, "rate(1 minute)", RoleArn=role)
        eventually(lambda: f"rule/{name} could not start" in caplog.text)
    events.disable_rule(Name=name)
    assert "states:StartExecution" in caplog.text
    assert not executions(room, machine)


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("calendar", {"ScheduleExpression": "cron(0 6 * * ? *)"}, "cron(0 6 * * ? *) is not fired"),
        ("pattern", {"EventPattern": '{"source": ["aws.states"]}'}, "emits no events that its pattern could match"),
    ],
)
def test_a_rule_that_does_nothing_is_told_in_the_log_once(
    room: MachineRoom, caplog: pytest.LogCaptureFixture, name: str, options: dict[str, str], reason: str
) -> None:
    machine = room.make(passing({}))
    events, later = room.cloud.client("events"), f"after-{name}"
    with caplog.at_level(logging.WARNING):
        events.put_rule(Name=name, **options)
        events.put_targets(Rule=name, Targets=[{"Id": "Machine", "Arn": machine}])
        eventually(lambda: f"rule/{name} does nothing here" in caplog.text)
        events.put_rule(Name=later, ScheduleExpression="cron(0 7 * * ? *)")
        events.put_targets(Rule=later, Targets=[{"Id": "Machine", "Arn": machine}])
        eventually(lambda: f"rule/{later} does nothing here" in caplog.text)
    assert reason in caplog.text
    assert caplog.text.count(f"rule/{name} does nothing here") == 1
