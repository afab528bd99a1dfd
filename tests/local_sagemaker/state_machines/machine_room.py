"""Short ways to state machines and what becomes of their executions."""

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local_sagemaker import moto_mends, pace
from local_sagemaker.cloudformation import stack_api
from local_sagemaker.state_machines import engine
from tests.local_sagemaker.cloud import ACCOUNT, REGION, Cloud, allow, eventually, running_cloud
from tests.local_sagemaker.training.job_cloud import JobCloud

STATES_TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}
TRAIN = "arn:aws:states:::sagemaker:createTrainingJob.sync"


def machine_of(states: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Write a definition that starts at the first state."""
    return {"StartAt": next(iter(states)), "States": dict(states), **fields}


def passing(parameters: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Write a definition whose output is the parameters of one Pass state."""
    return machine_of({"Pass": {"Type": "Pass", "Parameters": dict(parameters), "End": True, **fields}})


def training_rights(job_role: str) -> list[dict[str, Any]]:
    """List the statements of a role that runs training jobs."""
    actions = ["AddTags", "CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob"]
    rule = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"
    return [
        allow(
            [f"sagemaker:{action}" for action in actions], f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/job-*"
        ),
        allow("iam:PassRole", job_role, StringEquals={"iam:PassedToService": "sagemaker.amazonaws.com"}),
        allow(
            ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}",
        ),
    ]


def task(resource: str, parameters: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Write a Task state that ends its machine."""
    return {"Type": "Task", "Resource": resource, "Parameters": dict(parameters), "End": True, **fields}


class MachineRoom:
    """State machines of a local cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.client = cloud.client("stepfunctions")
        self.jobs = JobCloud(cloud)
        self.role = cloud.make_role([], STATES_TRUST)
        self._number = itertools.count(1)

    def make(self, definition: Mapping[str, Any] | str, role: str | None = None, **options: Any) -> str:
        """Make a state machine; give its ARN."""
        text = definition if isinstance(definition, str) else json.dumps(definition)
        options = {"name": f"machine-{next(self._number)}", **options}
        arn: str = self.client.create_state_machine(definition=text, roleArn=role or self.role, **options)[
            "stateMachineArn"
        ]
        return arn

    def trainer(self, *, without: str = "") -> str:
        """Make a role that may run training jobs whose names begin with ``job-``, but for one action."""
        statements = training_rights(self.jobs.role)
        for statement in statements:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            statement["Action"] = [action for action in actions if action != without]
        return self.cloud.make_role([statement for statement in statements if statement["Action"]], STATES_TRUST)

    def training(self, script: str, *, fields: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """Write a definition that runs a script as a training job and waits for it.

        `fields` are the state's, `options` those of `JobCloud.request`.
        """
        return machine_of({"Train": task(TRAIN, self.jobs.request(script, **options), **(fields or {}))})

    def start(self, machine: str, given: Any = None, name: str | None = None) -> str:
        """Start an execution; give its ARN."""
        options = {"name": name} if name else {}
        arn: str = self.client.start_execution(
            stateMachineArn=machine, input=json.dumps({} if given is None else given), **options
        )["executionArn"]
        return arn

    def describe(self, execution: str) -> Any:
        """Give what DescribeExecution says."""
        return self.client.describe_execution(executionArn=execution)

    def ended(self, execution: str) -> Any:
        """Wait for the end of an execution; give what DescribeExecution says."""
        return eventually(lambda: (found := self.describe(execution))["status"] != "RUNNING" and found, 30)

    def run(
        self, definition: Mapping[str, Any], given: Any = None, *, role: str | None = None, name: str | None = None
    ) -> Any:
        """Run a new state machine once; give what DescribeExecution says at the end."""
        return self.ended(self.start(self.make(definition, role), given, name))

    def output(self, definition: Mapping[str, Any], given: Any = None, **options: Any) -> Any:
        """Run a new state machine once, which must succeed; give its output."""
        described = self.run(definition, given, **options)
        assert described["status"] == "SUCCEEDED", described
        return json.loads(described["output"])

    def failure(self, definition: Mapping[str, Any], given: Any = None, **options: Any) -> tuple[str, str]:
        """Run a new state machine once, which must fail; give error and cause."""
        described = self.run(definition, given, **options)
        assert described["status"] == "FAILED", described
        return described["error"], described["cause"]

    def events(self, execution: str) -> list[str]:
        """List the types of the events of an execution."""
        history = self.client.get_execution_history(executionArn=execution)["events"]
        return [event["type"] for event in history]


@contextmanager
def running_machine_room() -> Iterator[MachineRoom]:
    """Serve the local cloud with state machines, and leave nothing behind."""
    with running_cloud() as cloud:
        moto_mends.apply_all()
        stack_api.install()
        engine.install(lambda: cloud.url)
        try:
            yield MachineRoom(cloud)
        finally:
            engine.shutdown()
            pace.use(pace.DEFAULT_SPEED)
