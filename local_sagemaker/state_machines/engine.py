"""State machines that really run: moto's engine for the Amazon States Language, switched on and mended.

`install` puts these in the place of moto's, `shutdown` switches the engine off again:

==================================================  ==============================================================
moto                                                what ours does
==================================================  ==============================================================
stepfunctions.responses.get_backend                 gives the backend that executes, loaded when it is first needed
StepFunctionsParserBackend, StepFunctionResponse    `machines`, and `executions`: names, ends, histories, metrics
Execution.start                                     `execution_logs`: the machine's log in CloudWatch Logs
boto_client_for, where tasks import it              `task_clients`: this local cloud, as the state machine's role
state_task_service_for                              `sagemaker_tasks` and `sdk_tasks`
StateMachine.*_from_cloudformation_json             `stack_machines`
==================================================  ==============================================================

Not emulated: JSONata and variables (their interpreter is not in moto), activities, tasks under another role
(``Credentials``), and the services that moto's engine lacks, SageMaker apart.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from moto.core.config import default_user_config
from moto.stepfunctions import responses

from local_sagemaker.moto_mends.patching import original, patch
from local_sagemaker.state_machines import stack_machines

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_sagemaker.state_machines.schedules import Schedules

_lock = threading.Lock()
_loaded = False
_schedules: Schedules | None = None


def install(get_base_url: Callable[[], str]) -> None:
    """Have state machines executed from now on.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud (``http://localhost:PORT``); called only when a task calls a service.
    """
    global _loaded, _schedules
    shutdown()
    from local_sagemaker.state_machines.schedules import Schedules

    moto_backend = original(responses, "get_backend")
    _loaded = False

    def get_backend(account: str, region: str) -> Any:
        if _is_on():
            _load(get_base_url)
        return moto_backend(account, region)

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    patch(responses, "get_backend", get_backend)
    stack_machines.apply()
    _schedules = Schedules()


def shutdown() -> None:
    """Stop all executions and schedules, and switch the engine off."""
    global _schedules
    if _schedules is not None:
        _schedules.close()
        _schedules = None
    if _is_on() and _loaded:
        from local_sagemaker.state_machines import executions

        executions.stop_all()
    default_user_config["stepfunctions"] = {"execute_state_machine": False}


def _is_on() -> bool:
    return bool(default_user_config["stepfunctions"]["execute_state_machine"])


def _load(get_base_url: Callable[[], str]) -> None:
    """Load the engine and mend it: that takes a second, which a cloud without state machines should not pay."""
    global _loaded
    with _lock:
        if _loaded:
            return
        from local_sagemaker import moto_mends
        from local_sagemaker.state_machines import execution_logs, executions, machines, sagemaker_tasks, task_clients

        moto_mends.apply_to_state_machines()
        task_clients.apply(get_base_url)
        sagemaker_tasks.apply()
        machines.apply()
        executions.apply()
        execution_logs.apply()
        # What fails is in the execution's history; moto would write it for each component that it passes, too.
        logging.getLogger("moto.stepfunctions.parser").setLevel(logging.CRITICAL)
        _loaded = True
