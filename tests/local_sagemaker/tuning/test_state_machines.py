"""A state machine that tunes and waits for it, with the rights that it takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.local_sagemaker.cloud import ACCOUNT, REGION, allow, eventually
from tests.local_sagemaker.state_machines.machine_room import (
    STATES_TRUST,
    MachineRoom,
    machine_of,
    running_machine_room,
    task,
)
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED
from tests.local_sagemaker.tuning.tuning_cloud import TuningCloud

TUNE = "arn:aws:states:::sagemaker:createHyperParameterTuningJob.sync"


@pytest.fixture(scope="module")
def room() -> Iterator[MachineRoom]:
    with running_machine_room() as room:
        yield room


@pytest.fixture(scope="module")
def tuning(room: MachineRoom) -> TuningCloud:
    return TuningCloud(room.cloud)


@pytest.fixture(scope="module")
def role(room: MachineRoom, tuning: TuningCloud) -> str:
    """Give a role that may tune, and no more."""
    actions = [
        f"sagemaker:{verb}HyperParameterTuningJob{suffix}"
        for verb, suffix in (("Create", ""), ("Describe", ""), ("Stop", ""))
    ]
    events = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/StepFunctionsGetEventsForSageMakerTuningJobsRule"
    return room.cloud.make_role(
        [
            allow(actions, f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hyper-parameter-tuning-job/*"),
            allow("iam:PassRole", tuning.role, StringEquals={"iam:PassedToService": "sagemaker.amazonaws.com"}),
            allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], events),
        ],
        STATES_TRUST,
    )


def machine(request: dict[str, Any]) -> dict[str, Any]:
    return machine_of({"Tune": task(TUNE, request)})


def test_a_task_waits_for_the_tuning_job_and_gives_the_best(room, tuning, role):
    found = room.output(machine(tuning.tuning_request(jobs=2)), role=role)
    assert found["HyperParameterTuningJobStatus"] == "Completed"
    assert found["BestTrainingJob"]["TunedHyperParameters"]["rate"]


def test_a_tuning_job_that_fails_fails_its_task_with_the_reason(room, tuning, role):
    error, cause = room.failure(machine(tuning.tuning_request("raise ValueError", jobs=1)), role=role)
    assert error == "States.TaskFailed"
    assert "No training job succeeded after 1 attempts" in cause


def test_an_execution_that_is_stopped_stops_its_tuning_job(room, tuning, role):
    request = tuning.tuning_request(UNTIL_STOPPED)
    name = request["HyperParameterTuningJobName"]
    execution = room.start(room.make(machine(request), role))
    eventually(lambda: "TaskSubmitted" in room.events(execution), 30)
    trial = eventually(lambda: tuning.trials(name))[0]["TrainingJobName"]
    tuning.in_status(trial, "Training")
    room.client.stop_execution(executionArn=execution)
    assert tuning.tuned(name)["HyperParameterTuningJobStatus"] == "Stopped"
