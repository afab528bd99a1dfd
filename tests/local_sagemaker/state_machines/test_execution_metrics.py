"""Metrics of executions: counted in CloudWatch, and alarms act on them."""

import datetime as dt
from typing import Any

import pytest

from tests.local_sagemaker.cloud import eventually
from tests.local_sagemaker.state_machines.machine_room import MachineRoom, machine_of

FAILS = machine_of({"F": {"Type": "Fail", "Error": "E", "Cause": "c"}})
LONG = machine_of({"W": {"Type": "Wait", "Seconds": 6000, "End": True}})


def total(room: MachineRoom, machine: str, name: str) -> float:
    """Add up a metric of a state machine."""
    now = dt.datetime.now(tz=dt.UTC)
    points = room.cloud.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/States",
        MetricName=name,
        Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
        StartTime=now - dt.timedelta(hours=1),
        EndTime=now + dt.timedelta(hours=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))


@pytest.mark.parametrize(
    ("definition", "metric"),
    [
        (machine_of({"S": {"Type": "Succeed"}}), "ExecutionsSucceeded"),
        (FAILS, "ExecutionsFailed"),
        ({**LONG, "TimeoutSeconds": 1}, "ExecutionsTimedOut"),
        (LONG, "ExecutionsAborted"),
    ],
)
def test_each_end_is_counted_once(room: MachineRoom, definition: Any, metric: str) -> None:
    machine = room.make(definition)
    for _ in range(2):
        execution = room.start(machine)
        if metric == "ExecutionsAborted":
            room.client.stop_execution(executionArn=execution)
        room.ended(execution)
    eventually(lambda: total(room, machine, metric) == 2)
    assert total(room, machine, "ExecutionsStarted") == 2
    ends = ["ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"]
    assert sum(total(room, machine, end) for end in ends) == 2


def test_an_alarm_on_failures_goes_off_and_calms_down(room: MachineRoom) -> None:
    machine = room.make(FAILS)
    cloudwatch = room.cloud.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="failures",
        Namespace="AWS/States",
        MetricName="ExecutionsFailed",
        Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )

    def state() -> str:
        return str(cloudwatch.describe_alarms(AlarmNames=["failures"])["MetricAlarms"][0]["StateValue"])

    eventually(lambda: state() == "OK")
    room.ended(room.start(machine))
    eventually(lambda: state() == "ALARM")
    eventually(lambda: state() == "OK")
