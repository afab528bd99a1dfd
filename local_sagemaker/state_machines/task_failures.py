"""How a task fails: the event in the history, the error's name that Retry and Catch match, and the cause."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType

TASK_FAILED, RUNTIME = StatesErrorNameType.StatesTaskFailed, StatesErrorNameType.StatesRuntime


def failure(env: Any, *, resource_type: str, resource: str, error: StatesErrorNameType | str, cause: str) -> Any:
    """Make moto's failure event of a task.

    Parameters
    ----------
    env
        moto's environment of the state.
    resource_type, resource
        Such as ``sagemaker`` and ``createTrainingJob.sync``.
    error
        One of Step Functions' own, or a service's, such as ``SageMaker.ResourceInUseException``.
    cause
        What the user reads.
    """
    error_name: StatesErrorName | CustomErrorName
    if isinstance(error, StatesErrorNameType):
        name, error_name = error.to_name(), StatesErrorName(typ=error)
    else:
        name, error_name = error, CustomErrorName(error_name=error)
    details: Any = {
        "taskFailedEventDetails": TaskFailedEventDetails(
            resourceType=resource_type, resource=resource, error=name, cause=cause
        )
    }
    return FailureEvent(
        env=env,
        error_name=error_name,
        event_type=HistoryEventType.TaskFailed,
        event_details=details,
    )


def raised(failure_event: Any) -> Exception:
    """Make the exception that carries a failure event through moto's engine."""
    exception: Exception = FailureEventException(failure_event)
    return exception


def optimized_error(error: ClientError) -> tuple[str, str]:
    """Give error and cause of a refused call as SageMaker's optimized integration writes them.

    Errors that the service's model does not name, such as ValidationException and AccessDeniedException, are all
    ``SageMaker.AmazonSageMakerException``: those of version 1 of the AWS SDK for Java.
    """
    code, message, status, request_id = _parts(error)
    name = "AmazonSageMakerException" if type(error) is ClientError else _with_suffix(code)
    details = f"Service: AmazonSageMaker; Status Code: {status}; Error Code: {code}; Request ID: {request_id}"
    return f"SageMaker.{name}", f"{message} ({details}; Proxy: null)"


def sdk_error(error: ClientError, service: str) -> tuple[str, str]:
    """Give error and cause of a refused call as AWS SDK integrations write them.

    Errors that the service's model does not name are called after the service, such as
    ``SageMaker.SageMakerException``: those of version 2 of the AWS SDK for Java.

    Parameters
    ----------
    service
        As the SDK's classes call it, such as ``SageMaker``.
    """
    code, message, status, request_id = _parts(error)
    name = f"{service}Exception" if type(error) is ClientError else _with_suffix(code)
    return f"{service}.{name}", f"{message} (Service: {service}, Status Code: {status}, Request ID: {request_id})"


def invalid_parameters(state: str | None, error: ParamValidationError) -> str:
    """Say why a service cannot be called so, as Step Functions does."""
    return (
        f"An error occurred while executing the state '{state}'. "
        f"The Parameters could not be used to start the Task: [{error.kwargs.get('report', error)}]"
    )


def _parts(error: ClientError) -> tuple[str, str, int, str]:
    answer = error.response
    metadata = answer.get("ResponseMetadata", {})
    code, message = answer["Error"].get("Code", "Unknown"), answer["Error"].get("Message", "")
    return code, message, metadata.get("HTTPStatusCode", 400), metadata.get("RequestId", "")


def _with_suffix(code: str) -> str:
    return code if code.endswith("Exception") else f"{code}Exception"
