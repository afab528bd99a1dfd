"""The execution of a state machine that a training job belongs to: how it goes on after the job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from endpoint_client.aws_services import TRANSIENT
from endpoint_client.exceptions import AccessDenied, ConfigurationError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from endpoint_client.aws_services import AwsServices

RUNNING, SUCCEEDED = "RUNNING", "SUCCEEDED"
# A name has 63 characters, and a job's ends in "-" and 23 of a time.
MAX_MACHINE_NAME = 39
_NAME = r"[A-Za-z0-9](?:-*[A-Za-z0-9])*"
_MACHINE_ARN = re.compile(
    rf"arn:(?P<partition>[\w-]+):states:(?P<region>[\w-]+):(?P<account>\d{{12}}):stateMachine:(?P<name>{_NAME})"
)


@dataclass(frozen=True, kw_only=True)
class MachineArn:
    """The parts of a state machine's ARN.

    Example
    -------
    >>> arn = MachineArn.parse("arn:aws:states:eu-central-1:123456789012:stateMachine:churn")
    >>> arn.execution("churn-1")
    'arn:aws:states:eu-central-1:123456789012:execution:churn:churn-1'
    """

    partition: str
    region: str
    account: str
    name: str

    @classmethod
    def parse(cls, arn: str) -> MachineArn:
        """Take an ARN apart.

        Raises
        ------
        ConfigurationError
            It is no state machine's, or that is too long named for its jobs.
        """
        found = _MACHINE_ARN.fullmatch(arn)
        if found is None:
            raise ConfigurationError(
                f"{arn!r} is no ARN of a state machine that runs jobs, such as "
                "'arn:aws:states:eu-central-1:123456789012:stateMachine:churn'; take the stack's output that ends in "
                "TrainingStateMachineArn (or Transform..., Tuning...), or from_stack of the client"
            )
        parsed = cls(**found.groupdict())
        if len(parsed.name) > MAX_MACHINE_NAME:
            raise ConfigurationError(
                f"the state machine's name {parsed.name!r} has {len(parsed.name)} characters; its jobs are named "
                f"after it, so it may have {MAX_MACHINE_NAME}: give it a shorter one"
            )
        return parsed

    def execution(self, name: str) -> str:
        """Give the ARN of one of its executions."""
        return f"arn:{self.partition}:states:{self.region}:{self.account}:execution:{self.name}:{name}"


class TrainingExecution:
    """One execution.

    Parameters
    ----------
    service : AwsServices
    arn : str
    """

    def __init__(self, service: AwsServices, arn: str) -> None:
        self._service = service
        self.arn = arn

    @property
    def name(self) -> str:
        """Its name, which is its job's too."""
        return self.arn.rpartition(":")[2]

    def describe(self) -> DescribeExecutionOutputTypeDef:
        """Give what DescribeExecution says."""
        with self._service.translated(f"execution {self.name!r}"):
            return self._service.states.describe_execution(executionArn=self.arn)

    def state(self) -> str:
        """Give the name of the state that was entered last; ``""`` where none was."""
        with self._service.translated(f"execution {self.name!r}"):
            pages = self._service.states.get_paginator("get_execution_history").paginate(
                executionArn=self.arn, reverseOrder=True, includeExecutionData=False
            )
            for page in pages:
                for event in page["events"]:
                    if "stateEnteredEventDetails" in event:
                        return event["stateEnteredEventDetails"]["name"]
        return ""

    @classmethod
    def find(cls, service: AwsServices, job_name: str, job_arn: str) -> TrainingExecution | None:
        """Find the execution that has the name of a job.

        A job's name begins with its state machine's, and each hyphen may be where that ends.

        Returns
        -------
        TrainingExecution or None
            None where the job was not started through a state machine, or the credentials may not look.

        Raises
        ------
        EndpointUnreachable, Throttled, ServiceUnavailable
            Another try may find it.
        """
        _, partition, _, region, account, _ = job_arn.split(":", 5)
        for machine_name in _beginnings(job_name):
            machine = MachineArn(partition=partition, region=region, account=account, name=machine_name)
            execution = cls(service, machine.execution(job_name))
            try:
                execution.describe()
            except TRANSIENT:
                raise
            except AccessDenied:
                # Rights may be for one state machine only, and this name be another's.
                continue
            except ServiceError as error:
                if error.code != "ExecutionDoesNotExist":
                    return None
            else:
                return execution
        return None


def _beginnings(job_name: str) -> Iterator[str]:
    """Give what a state machine may be called, the likeliest first: all but the time, then from long to short."""
    parts = job_name.split("-")
    names = [
        "-".join(parts[:count]).rstrip("-")
        for count in (len(parts) - _PARTS_OF_A_TIME, *range(len(parts) - 1, 0, -1))
        if count > 0
    ]
    yield from dict.fromkeys(name for name in names if 0 < len(name) <= MAX_MACHINE_NAME)


# Year to second, and the thousandths.
_PARTS_OF_A_TIME = 7
