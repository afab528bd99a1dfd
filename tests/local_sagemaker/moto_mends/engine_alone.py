"""Runs state machines in moto's engine without the rest of the local cloud, to show what a mend of it is for."""

import datetime as dt
import json
import uuid
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser.backend.execution import Execution

from local_sagemaker import moto_mends
from local_sagemaker.moto_mends.patching import unpatch_all
from tests.local_sagemaker.cloud import ACCOUNT, REGION, eventually


def prepare(*, mended: bool) -> None:
    """Make the engine what it is by itself, or mended."""
    unpatch_all()
    moto_mends.apply_all()
    if mended:
        moto_mends.apply_to_state_machines()
        moto_mends.apply_to_state_machines()


def start(definition: Any, given: Any = None) -> Any:
    """Start an execution; give moto's object."""
    machine: Any = SimpleNamespace()
    machine.arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
    machine.name, machine.sm_type, machine.definition = "m", "STANDARD", json.dumps(definition)
    name = str(uuid.uuid4())
    execution = Execution(
        name=name,
        sm_type=machine.sm_type,
        role_arn="arn:aws:iam::123456789012:role/r",
        exec_arn=f"arn:aws:states:{REGION}:{ACCOUNT}:execution:m:{name}",
        account_id=ACCOUNT,
        region_name=REGION,
        state_machine=machine,
        start_date=dt.datetime(2026, 11, 28, 20, 24, 52, 123456, tzinfo=dt.UTC),
        cloud_watch_logging_session=None,
        activity_store={},
        input_data=json.dumps({} if given is None else given),
    )
    execution.start()
    return execution


def run(definition: Any, given: Any = None) -> Any:
    """Run an execution to its end; give moto's object."""
    execution = start(definition, given)
    eventually(lambda: execution.status != "RUNNING")
    return execution


def output(parameters: Any, given: Any = None) -> Any:
    """Evaluate the parameters of a Pass state; give its output, or the error."""
    state = {"Type": "Pass", "Parameters": parameters, "End": True}
    execution = run({"StartAt": "P", "States": {"P": state}}, given)
    return execution.output if execution.status == "SUCCEEDED" else execution.error
