"""Executions as Step Functions answers about them: names, ends, pages of history, metrics.

moto 5.2.5's backend names an execution without a name ``None``, drops error and cause of StopExecution and answers it
without a date, gives no end of one that timed out, and gives the whole history at once, in one order. It has no
StartSyncExecution. Rules: the operations in the Step Functions API reference.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidExecutionInput
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends
from moto.stepfunctions.responses import StepFunctionResponse

from local_sagemaker.moto_mends.patching import original, patch
from local_sagemaker.state_machines.execution_metrics import count_end, count_start

if TYPE_CHECKING:
    from collections.abc import Iterable

RUNNING = "RUNNING"
_PAGE = 1000
_EXECUTION_DATA = ("input", "inputDetails", "output", "outputDetails")

logger = logging.getLogger(__name__)
_lock = threading.Lock()


class TypeNotSupportedError(AWSError):
    """The operation is not for state machines of this type."""

    TYPE = "StateMachineTypeNotSupported"
    STATUS = 400


class InvalidTokenError(AWSError):
    """No page begins with this token."""

    TYPE = "InvalidToken"
    STATUS = 400


def apply() -> None:
    """Put these operations in the place of moto's."""
    start = original(StepFunctionsParserBackend, "start_execution")

    def start_execution(
        self: Any,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: str | None = None,
    ) -> Any:
        if name:
            self._validate_name(name)
        try:
            json.loads(execution_input or "{}")
        except ValueError as error:
            raise InvalidExecutionInput(f"Invalid State Machine Execution Input: '{error}'") from None
        before = len(self.describe_state_machine(state_machine_arn).executions)
        execution = start(self, state_machine_arn, name or str(uuid.uuid4()), execution_input or "{}", trace_header)
        if len(self.describe_state_machine(state_machine_arn).executions) > before:
            count_start(execution)
        return execution

    patch(StepFunctionsParserBackend, "start_execution", start_execution)
    patch(BaseExecutionWorkerCommunication, "terminated", _terminated)
    patch(ExecutionWorker, "_execution_logic", _run_to_an_end)
    for name, method in _RESPONSES.items():
        patch(StepFunctionResponse, name, method)


def stop(execution: Any, error: str | None = None, cause: str | None = None) -> None:
    """Stop an execution, if it still runs; what its tasks wait for is stopped soon after."""
    with _lock:
        if execution.status != RUNNING:
            return
        execution.stop_date = dt.datetime.now(tz=dt.UTC)
        execution.error, execution.cause = error, cause
        execution.exec_status = ExecutionStatus.ABORTED
    worker = execution.exec_worker
    # Its thread may not have come so far yet.
    deadline = time.monotonic() + 5
    while worker.env is None and time.monotonic() < deadline:
        time.sleep(0.01)
    if worker.env is not None:
        worker.stop(stop_date=execution.stop_date, error=error, cause=cause)
    count_end(execution, "ABORTED")


def stop_those_of(machine: Any) -> None:
    """Stop the executions of a state machine."""
    for execution in list(machine.executions):
        stop(execution)


def stop_all() -> None:
    """Stop every execution."""
    for regions in list(stepfunctions_parser_backends.values()):
        for backend in list(regions.values()):
            for machine in list(backend.state_machines):
                stop_those_of(machine)


def _terminated(self: Any) -> None:
    """Note the end of an execution, unless it was stopped before."""
    execution = self.execution
    with _lock:
        if execution.status != RUNNING:
            return
        original(BaseExecutionWorkerCommunication, "terminated")(self)
        status = execution.status
    count_end(execution, status)


def _run_to_an_end(self: Any) -> None:
    """Run an execution; a fault of the engine must not leave it running, and its client waiting, for ever."""
    try:
        original(ExecutionWorker, "_execution_logic")(self)
    except Exception as error:
        execution = self._execution_communication.execution
        logger.exception("the execution %s stopped", execution.execution_arn)
        with _lock:
            if execution.status != RUNNING:
                return
            execution.stop_date = dt.datetime.now(tz=dt.UTC)
            execution.error, execution.cause = "States.Runtime", f"{type(error).__name__}: {error}"
            execution.exec_status = ExecutionStatus.FAILED
        count_end(execution, "FAILED")


def _described(execution: Any) -> dict[str, Any]:
    described = {
        "executionArn": execution.execution_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "stopDate": execution.stop_date,
        "input": execution.execution_input,
        "inputDetails": {"included": True},
        "error": execution.error,
        "cause": execution.cause,
    }
    if execution.status == "SUCCEEDED":
        described["output"] = json.dumps(execution.output, separators=(",", ":"), default=str)
        described["outputDetails"] = {"included": True}
    return {name: value for name, value in described.items() if value is not None}


def _describe_execution(self: Any) -> ActionResult:
    return ActionResult(_described(self.stepfunction_backend.describe_execution(self._get_param("executionArn"))))


def _list_executions(self: Any) -> ActionResult:
    arn = self._get_param("stateMachineArn")
    found, token = self.stepfunction_backend.list_executions(
        arn,
        status_filter=self._get_param("statusFilter"),
        max_results=self._get_int_param("maxResults"),
        next_token=self._get_param("nextToken"),
    )
    fields = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate")
    listed = [{name: value for name, value in _described(one).items() if name in fields} for one in found]
    return ActionResult({"executions": listed, "nextToken": token})


def _stop_execution(self: Any) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    stop(execution, self._get_param("error"), self._get_param("cause"))
    return ActionResult({"stopDate": execution.stop_date})


def _start_sync_execution(self: Any) -> ActionResult:
    backend, arn = self.stepfunction_backend, self._get_param("stateMachineArn")
    if backend.describe_state_machine(arn).type != "EXPRESS":
        raise TypeNotSupportedError("This operation is not supported by this type of state machine: it takes EXPRESS")
    execution = backend.start_execution(arn, self._get_param("name"), self._get_param("input"))
    while execution.status == RUNNING:
        time.sleep(0.01)
    return ActionResult(_described(execution))


def _get_execution_history(self: Any) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    events = execution.to_history_output()["events"]
    if self._get_param("reverseOrder"):
        events = events[::-1]
    first = _first_of_page(self._get_param("nextToken"), events)
    size = self._get_int_param("maxResults") or _PAGE
    page = events[first : first + size]
    if self._get_param("includeExecutionData") is False:
        page = [_without_data(event) for event in page]
    more = first + size < len(events)
    return ActionResult({"events": page, **({"nextToken": str(first + size)} if more else {})})


def _first_of_page(token: str | None, events: Iterable[Any]) -> int:
    if not token:
        return 0
    if not token.isdecimal() or int(token) > len(list(events)):
        raise InvalidTokenError(f"Invalid Token: {token!r}")
    return int(token)


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: item for key, item in value.items() if key not in _EXECUTION_DATA}
        if isinstance(value, dict)
        else value
        for name, value in event.items()
    }


_RESPONSES = {
    "describe_execution": _describe_execution,
    "list_executions": _list_executions,
    "stop_execution": _stop_execution,
    "start_sync_execution": _start_sync_execution,
    "get_execution_history": _get_execution_history,
}
