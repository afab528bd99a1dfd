"""A task can start another state machine: its fields begin with capital letters, those of the API do not.

moto 5.2.5's ``StateTaskServiceSfn`` (moto/stepfunctions/parser/asl/component/state/exec/state_task/service) hands the
task's fields on as they are, so that StartExecution misses ``stateMachineArn``, and its answer, in which times are no
JSON. Rule: "Start workflow executions from a
Task state in Step Functions" in the developer guide.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (
        StateTaskServiceSfn,
    )

    call = original(StateTaskServiceSfn, "_eval_service_task")

    def eval_service_task(
        self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: dict[str, Any], state_credentials: Any
    ) -> None:
        parameters = {name[:1].lower() + name[1:]: value for name, value in normalised_parameters.items()}
        call(self, env, resource_runtime_part, parameters, state_credentials)

    def normalise_response(self: Any, response: Any, *details: Any, **more: Any) -> None:
        del self, details, more
        for name in [name for name in response if name[:1].islower()]:
            value = response.pop(name)
            is_time = isinstance(value, dt.datetime)
            response[name[:1].upper() + name[1:]] = int(value.timestamp() * 1000) if is_time else value

    patch(StateTaskServiceSfn, "_eval_service_task", eval_service_task)
    patch(StateTaskServiceSfn, "_normalise_response", normalise_response)
