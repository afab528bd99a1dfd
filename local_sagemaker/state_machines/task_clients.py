"""The clients with which tasks call services: of this local cloud, as a role, with each call authorized."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from botocore.validate import ParamValidator
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.utils import boto_client

from local_sagemaker.access.rights import ExecutionRole
from local_sagemaker.app import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError
from local_sagemaker.moto_mends.importers import patch_imports
from local_sagemaker.moto_mends.patching import patch
from local_sagemaker.state_machines.task_rights import needed_rights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local_sagemaker.state_machines.task_rights import Right

SERVICE = "states.amazonaws.com"
# Seconds; what a task waits for, it waits for by asking again.
_READ_TIMEOUT = 900

_lock = threading.Lock()
_session: boto3.Session | None = None


@dataclass(frozen=True)
class TaskRole:
    """Who a task calls services as.

    Parameters
    ----------
    role_arn
        Role of the state machine.
    machine_arn
        The state machine, for conditions on ``aws:SourceArn``.
    """

    role_arn: str
    machine_arn: str


def apply(get_base_url: Callable[[], str]) -> None:
    """Have tasks call this local cloud, as their state machine's role.

    Parameters
    ----------
    get_base_url
        Gives its address.
    """

    def client_for(region: str, service: str, state_credentials: TaskRole | None = None) -> Any:
        return make_client(get_base_url(), service, region, state_credentials)

    def state_credentials(self: Any, env: Any) -> TaskRole:
        del self
        machine = env.states.context_object.context_object_data["StateMachine"]["Id"]
        return TaskRole(env.aws_execution_details.role_arn, machine)

    patch_imports(boto_client, "boto_client_for", client_for)
    patch(StateTask, "_eval_state_credentials", state_credentials)


def assume(role: TaskRole, region: str) -> ExecutionRole:
    """Assume a state machine's role.

    Raises
    ------
    botocore.exceptions.ClientError
        It does not exist, or does not trust Step Functions.
    """
    try:
        return ExecutionRole.assume(role.role_arn, region=region, source_arn=role.machine_arn, service=SERVICE)
    except DataPlaneError as error:
        raise _denied(str(error), "AssumeRole") from error


def authorize(session: ExecutionRole, rights: Iterable[Right], operation: str) -> None:
    """Let an operation pass if its role has all rights that it takes.

    Raises
    ------
    botocore.exceptions.ClientError
        One is missing: AccessDeniedException, which names action and resource in AWS's words.
    """
    try:
        for right in rights:
            session.authorize(right.action, right.resource, right.context)
    except AccessDeniedError as error:
        raise _denied(error.statement, operation) from error


def make_client(base_url: str, service: str, region: str, role: TaskRole | None) -> Any:
    """Make a client of the local cloud whose every call is authorized against a role first.

    Parameters
    ----------
    base_url
        Address of the local cloud.
    service
        As boto3 calls it.
    region
        Region of the state machine.
    role
        Who calls; None for moto's own calls, which nobody authorizes.

    Raises
    ------
    botocore.exceptions.ClientError
        From here and from each call: AccessDeniedException, in AWS's words.
    botocore.exceptions.ParamValidationError
        From each call: a parameter is missing, unknown or of a wrong type.
    """
    keys = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
    session: ExecutionRole | None = None
    if role is not None:
        session = assume(role, region)
        keys = {
            "aws_access_key_id": session.credentials.access_key_id,
            "aws_secret_access_key": session.credentials.secret_access_key,
            "aws_session_token": session.credentials.session_token,
        }
    config = Config(retries={"total_max_attempts": 1}, read_timeout=_READ_TIMEOUT, parameter_validation=False)
    client: Any = _shared_session().client(
        service,  # type: ignore[call-overload]
        endpoint_url=base_url,
        region_name=region,
        config=config,
        **keys,
    )
    if session is not None:
        client.meta.events.register("provide-client-params", _authorizing(session, service))
    return client


def _shared_session() -> boto3.Session:
    """Give the session that has read the services' models already."""
    global _session
    with _lock:
        if _session is None:
            _session = boto3.Session()
        return _session


def _authorizing(session: ExecutionRole, service: str) -> Callable[..., None]:
    def handle(params: Any, model: Any, **details: Any) -> None:
        del details
        _check_types(params, model)
        authorize(session, needed_rights(service, model.name, params, session.region, session.account_id), model.name)

    return handle


def _check_types(params: Any, model: Any) -> None:
    """Refuse what no request can be written with; lengths and ranges are the service's affair."""
    report = ParamValidator().validate(params, model.input_shape).generate_report()
    wrong = [line for line in report.splitlines() if not line.startswith(("Invalid length", "Invalid value"))]
    if wrong:
        raise ParamValidationError(report="; ".join(wrong))


def _denied(message: str, operation: str) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": "AccessDeniedException", "Message": message},
            "ResponseMetadata": {  # type: ignore[typeddict-item]
                "HTTPStatusCode": 400,
                "RequestId": str(uuid.uuid4()),
            },
        },
        operation,
    )
