"""A state machine that starts another."""

import json

import pytest

from local_sagemaker.moto_mends.patching import original
from tests.local_sagemaker.cloud import allow
from tests.local_sagemaker.state_machines.machine_room import (
    STATES_TRUST,
    machine_of,
    passing,
    running_machine_room,
    task,
)

START = "arn:aws:states:::states:startExecution"


@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_another_machine_is_started_and_waited_for(monkeypatch: pytest.MonkeyPatch, is_mended: bool) -> None:
    with running_machine_room() as room:
        child = room.make(passing({"given.$": "$.a"}))
        role = room.cloud.make_role([allow("states:StartExecution", child)], STATES_TRUST)
        from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_sfn

        if not is_mended:
            name = "_eval_service_task"
            service = state_task_service_sfn.StateTaskServiceSfn
            monkeypatch.setattr(service, name, original(service, name))
        parameters = {"StateMachineArn": child, "Input": {"a": 1}}
        if not is_mended:
            error, cause = room.failure(machine_of({"S": task(START, parameters)}), role=role)
            assert (error, "Missing required parameter" in cause) == ("States.Runtime", True)
            return
        assert room.output(machine_of({"S": task(START, parameters)}), role=role)["ExecutionArn"]
        waited = room.output(machine_of({"S": task(f"{START}.sync", parameters)}), role=role)
        assert json.loads(waited["Output"]) == {"given": 1}
        waited = room.output(machine_of({"S": task(f"{START}.sync:2", parameters)}), role=role)
        assert waited["Output"] == {"given": 1}
        assert "states:StartExecution" in room.failure(machine_of({"S": task(START, parameters)}))[1]
