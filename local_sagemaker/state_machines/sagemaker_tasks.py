"""Tasks of SageMaker's optimized integration, ``arn:aws:states:::sagemaker:*``, which moto's engine lacks.

Rule: "Create and manage Amazon SageMaker AI jobs with Step Functions" in the Step Functions developer guide. With
``.sync``, the task ends with its job: its result is the job's description, and a job that did not complete fails the
task with ``States.TaskFailed`` and that description as the cause. When the execution is stopped, or the task's time is
over, the job is stopped.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from moto.stepfunctions.parser.api import (
    HistoryEventExecutionDataDetails,
    HistoryEventType,
    TaskSubmittedEventDetails,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_factory
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from local_sagemaker.moto_mends.patching import original, patch
from local_sagemaker.state_machines import task_clients
from local_sagemaker.state_machines.plain_values import with_millis
from local_sagemaker.state_machines.sagemaker_jobs import COMPLETED, ENDED, kind_created_by
from local_sagemaker.state_machines.sdk_tasks import SdkTask
from local_sagemaker.state_machines.service_shapes import input_fields
from local_sagemaker.state_machines.task_failures import (
    RUNTIME,
    TASK_FAILED,
    failure,
    invalid_parameters,
    optimized_error,
    raised,
)
from local_sagemaker.state_machines.task_rights import event_rights

if TYPE_CHECKING:
    from local_sagemaker.state_machines.sagemaker_jobs import JobKind

# Seconds between two looks at a job.
POLL_INTERVAL = 0.2

logger = logging.getLogger(__name__)


def apply() -> None:
    """Make the engine know these tasks, and those of the AWS SDK integration as ours."""
    moto_task_for = original(state_task_factory, "state_task_service_for")

    def task_for(service_name: str) -> Any:
        ours: Any = {"sagemaker": SageMakerTask, "aws-sdk": SdkTask}.get(service_name)
        return moto_task_for(service_name) if ours is None else ours()

    patch(state_task_factory, "state_task_service_for", task_for)


class RunningJob:
    """A job that a task waits for.

    Parameters
    ----------
    client
        SageMaker's, as the state machine's role.
    kind, name
        Which job.
    """

    def __init__(self, client: Any, kind: JobKind, name: str) -> None:
        self._client = client
        self._kind = kind
        self._name = name

    def describe(self) -> dict[str, Any]:
        """Give its description as plain JSON."""
        described: dict[str, Any] = with_millis(self._call("Describe"))
        return described

    def status(self, description: dict[str, Any]) -> str:
        """Read its status."""
        return str(description[self._kind.status_field])

    def stop(self) -> None:
        """Stop it if it still runs; who stops the execution does not wait for that."""
        try:
            if self.status(self.describe()) not in ENDED:
                self._call("Stop")
        except ClientError as error:
            logger.warning("%s was not stopped with its execution: %s", self._name, error)

    def _call(self, verb: str) -> Any:
        operation = getattr(self._client, xform_name(f"{verb}{self._kind.noun}"))
        return operation(**{self._kind.name_field: self._name})


class SageMakerTask(StateTaskServiceCallback):
    """One task; moto makes it from the definition, and evaluates it in a thread of its own."""

    def __init__(self) -> None:
        patterns: Any = {ResourceCondition.Sync}
        super().__init__(supported_integration_patterns=patterns)

    @property
    def _operation(self) -> str:
        action: str = self.resource.api_action
        return action[:1].upper() + action[1:]

    def _get_supported_parameters(self) -> set[str] | None:
        return input_fields("sagemaker", self._operation)

    def _eval_service_task(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: dict[str, Any], state_credentials: Any
    ) -> None:
        kind = kind_created_by(self._operation)
        if kind is not None and self.resource.condition:
            where = (resource_runtime_part.region, resource_runtime_part.account)
            task_clients.authorize(
                task_clients.assume(state_credentials, where[0]), event_rights(kind.rule, *where), self._operation
            )
        client = self._client(resource_runtime_part, state_credentials)
        answer = getattr(client, xform_name(self._operation))(**normalised_parameters)
        env.stack.append(with_millis(answer))

    def _after_eval_execution(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: dict[str, Any], state_credentials: Any
    ) -> None:
        kind = kind_created_by(self._operation)
        if kind is not None and self.resource.condition:
            self._tell_submitted(env, env.stack.pop())
            name = normalised_parameters[kind.name_field]
            job = RunningJob(self._client(resource_runtime_part, state_credentials), kind, name)
            env.stack.append(self._wait_for(env, job))
        if env.is_running():
            StateTaskService._after_eval_execution(
                self, env, resource_runtime_part, normalised_parameters, state_credentials
            )

    def _wait_for(self, env: Any, job: RunningJob) -> dict[str, Any]:
        description: dict[str, Any] = {}
        while env.is_running():
            description = job.describe()
            status = job.status(description)
            if status == COMPLETED:
                return description
            if status in ENDED:
                cause = json.dumps(description, separators=(",", ":"))
                raise raised(self._failure(env, TASK_FAILED, cause))
            env.program_state_event.wait(POLL_INTERVAL)
        job.stop()
        return description

    def _tell_submitted(self, env: Any, output: Any) -> None:
        details: Any = {
            "taskSubmittedEventDetails": TaskSubmittedEventDetails(
                resource=self._get_sfn_resource(),
                resourceType=self._get_sfn_resource_type(),
                output=to_json_str(output),
                outputDetails=HistoryEventExecutionDataDetails(truncated=False),
            )
        }
        env.event_manager.add_event(
            context=env.event_history_context,
            event_type=HistoryEventType.TaskSubmitted,
            event_details=details,
        )

    def _from_error(self, env: Any, ex: Exception) -> Any:
        if isinstance(ex, ClientError):
            return self._failure(env, *optimized_error(ex))
        if isinstance(ex, ParamValidationError):
            return self._failure(env, RUNTIME, invalid_parameters(self.name, ex))
        return super()._from_error(env=env, ex=ex)

    def _failure(self, env: Any, error: Any, cause: str) -> Any:
        kind, resource = self._get_sfn_resource_type(), self._get_sfn_resource()
        return failure(env, resource_type=kind, resource=resource, error=error, cause=cause)

    @staticmethod
    def _client(resource_runtime_part: Any, state_credentials: Any) -> Any:
        return boto_client.boto_client_for(resource_runtime_part.region, "sagemaker", state_credentials)
