"""The engine is there when it is needed, not before, and goes with the local cloud."""

import subprocess
import sys
from typing import Any

import pytest
from moto.core.config import default_user_config

from local_sagemaker.state_machines import engine
from tests.local_sagemaker.cloud import eventually, running_cloud
from tests.local_sagemaker.state_machines.machine_room import machine_of, passing, running_machine_room


def test_a_cloud_without_state_machines_does_not_load_the_engine() -> None:
    program = (
        "import sys; from local_sagemaker.app import create_app; create_app(lambda: ''); "
        "print([name for name in sys.modules if name.startswith(('antlr4', 'moto.stepfunctions.parser.asl'))])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"


def test_shutting_down_stops_what_runs_and_switches_the_engine_off() -> None:
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    with running_machine_room() as room:
        machine = room.make(machine_of({"W": {"Type": "Wait", "Seconds": 60000, "End": True}}))
        room.start(machine)
        backend = stepfunctions_parser_backends["123456789012"]["us-east-1"]
        execution: Any = backend.describe_state_machine(machine).executions[0]
        engine.shutdown()
        assert execution.status == "ABORTED"
        assert default_user_config["stepfunctions"] == {"execute_state_machine": False}
        eventually(lambda: not execution.exec_worker.env.is_running())


def test_tasks_call_the_cloud_that_was_installed_last() -> None:
    for _ in range(2):
        with running_machine_room() as room:
            described = room.run(
                machine_of(
                    {
                        "L": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::aws-sdk:sts:getCallerIdentity",
                            "End": True,
                        }
                    }
                )
            )
            assert described["status"] == "SUCCEEDED", described


def test_a_failed_execution_leaves_the_log_empty(caplog: pytest.LogCaptureFixture) -> None:
    with running_machine_room() as room:
        room.failure(passing({"a.$": "$.missing"}))
    assert not [record for record in caplog.records if record.name.startswith("moto")]


def test_without_the_engine_moto_answers_as_it_does_alone() -> None:
    with running_cloud() as cloud:
        client = cloud.client("stepfunctions")
        machine = client.create_state_machine(
            name="alone", definition="{}", roleArn="arn:aws:iam::123456789012:role/absent"
        )["stateMachineArn"]
        assert client.describe_state_machine(stateMachineArn=machine)["definition"] == "{}"
