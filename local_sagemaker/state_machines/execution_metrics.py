"""Metrics of executions, as Step Functions puts them into CloudWatch for every state machine.

Rule: "Monitoring Step Functions metrics using Amazon CloudWatch" in the Step Functions developer guide: namespace
AWS/States, dimension StateMachineArn, 1 for each execution that starts or ends so, and its time in milliseconds.
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

NAMESPACE = "AWS/States"
STARTED = "ExecutionsStarted"
# By status; an execution that is aborted or timed out has not failed.
ENDED = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}


def count_start(execution: Any) -> None:
    """Count an execution that starts.

    Parameters
    ----------
    execution
        moto's.
    """
    _put(execution, {STARTED: (1.0, "Count")})


def count_end(execution: Any, status: str) -> None:
    """Count an execution that has ended with a status, and say how long it took."""
    milliseconds = (execution.stop_date - execution.start_date).total_seconds() * 1000
    _put(execution, {ENDED[status]: (1.0, "Count"), "ExecutionTime": (milliseconds, "Milliseconds")})


def _put(execution: Any, values: dict[str, tuple[float, str]]) -> None:
    dimension = ("StateMachineArn", execution.state_machine_arn)
    cloudwatch_backends[execution.account_id][execution.region_name].put_metric_data(
        NAMESPACE,
        [
            {
                "MetricName": name,
                "Value": value,
                "Unit": unit,
                "Dimensions": [{"Name": dimension[0], "Value": dimension[1]}],
            }
            for name, (value, unit) in values.items()
        ],
    )
