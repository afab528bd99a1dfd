"""What API Gateway writes to CloudWatch Logs, with the role of the account: a line a request, and its own errors."""

from __future__ import annotations

import contextlib
import hashlib
import time
from typing import TYPE_CHECKING, Any

from moto.apigateway.models import apigateway_backends
from moto.logs.exceptions import ResourceAlreadyExistsException, ResourceNotFoundException
from moto.logs.models import logs_backends
from moto.utilities.utils import get_partition

from local_sagemaker.access.rights import ExecutionRole
from local_sagemaker.api_gateway.refusals import substituted
from local_sagemaker.api_gateway.sessions import SERVICE
from local_sagemaker.containers.container_logs import MOST_EVENTS
from local_sagemaker.data_plane_errors import DataPlaneError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.api_gateway.request import ApiRequest
    from local_sagemaker.api_gateway.sessions import Sessions

# Of an event, as API Gateway cuts it.
_MOST_CHARACTERS = 1024


class RequestLogs:
    """The access logs and execution logs of stages.

    Parameters
    ----------
    sessions
        Those of the accounts' roles.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def write_access(self, stage: Any, request: ApiRequest, known: Mapping[str, str]) -> None:
        """Write the line of a request, where its stage has an access log.

        Parameters
        ----------
        stage
            moto's.
        request
            The request.
        known
            Values of the variables in the format, by their names with ``$``.
        """
        settings = stage.access_log_settings
        if settings:
            line = substituted(settings.get("format") or "$context.requestId", known, absent="-")
            self._write(settings["destinationArn"].partition(":log-group:")[2].removesuffix(":*"), request, line)

    def write_execution(self, stage: Any, request: ApiRequest, message: str) -> None:
        """Write an error, where the stage logs them; its log group is made where it is not there."""
        levels = {settings.get("loggingLevel") for settings in stage.method_settings.values()}
        if levels & {"ERROR", "INFO"}:
            group = f"API-Gateway-Execution-Logs_{request.address.api_id}/{stage.name}"
            self._write(group, request, f"({request.context['requestId']}) {message}", makes_group=True)

    def _write(self, group: str, request: ApiRequest, line: str, *, makes_group: bool = False) -> None:
        """Write one line; of a stream of more than `MOST_EVENTS` the older half goes."""
        account_id, region = request.account_id, request.region
        role_arn = apigateway_backends[account_id][region].account.cloudwatch_role_arn or ""
        stream = hashlib.md5(request.address.api_id.encode(), usedforsecurity=False).hexdigest()
        backend = logs_backends[account_id][region]
        event = {"timestamp": int(time.time() * 1000), "message": line[:_MOST_CHARACTERS]}
        arn = f"arn:{get_partition(region)}:logs:{region}:{account_id}:log-group:{group}:log-stream:"
        # As on AWS no request fails over its log.
        with contextlib.suppress(DataPlaneError, ResourceNotFoundException):
            role = self._sessions.assume(role_arn, source_arn=_source_arn(account_id, region), region=region)
            if makes_group and group not in backend.groups:
                role.authorize("logs:CreateLogGroup", arn)
                with contextlib.suppress(ResourceAlreadyExistsException):
                    backend.create_log_group(group, {})
            role.authorize("logs:PutLogEvents", f"{arn}{stream}")
            with contextlib.suppress(ResourceAlreadyExistsException):
                backend.create_log_stream(group, stream)
            backend.put_log_events(group, stream, [event])
            kept = backend.groups[group].streams[stream].events
            if len(kept) > MOST_EVENTS:
                del kept[: MOST_EVENTS // 2]


def check_role(role_arn: str, *, account_id: str, region: str) -> None:
    """Refuse a role that API Gateway cannot write logs with, as it does when an account is given one.

    Raises
    ------
    ValueError
        It does not trust API Gateway, or may not write logs.
    """
    try:
        role = ExecutionRole.assume(
            role_arn, region=region, source_arn=_source_arn(account_id, region), service=SERVICE
        )
        for action in ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:PutLogEvents"):
            role.authorize(action, f"arn:{get_partition(region)}:logs:{region}:{account_id}:log-group:*")
    except DataPlaneError:
        raise ValueError(
            "The role ARN does not have required permissions configured. Please grant trust permission for API Gateway "
            "and add the required role policy."
        ) from None


def _source_arn(account_id: str, region: str) -> str:
    return f"arn:{get_partition(region)}:apigateway:{region}:{account_id}:/account"
