"""The log of a container: its lines in CloudWatch Logs, written with the execution role's rights as on AWS."""

from __future__ import annotations

import contextlib
import json
import time
from collections import deque
from typing import TYPE_CHECKING

from moto.logs.exceptions import ResourceAlreadyExistsException, ResourceNotFoundException
from moto.logs.models import logs_backends
from moto.utilities.utils import get_partition

from local_sagemaker.data_plane_errors import AccessDeniedError

if TYPE_CHECKING:
    from local_sagemaker.access.rights import Principal

_LAST_LINES = 20
# Events of a stream: the local cloud keeps them in memory, and the runtime writes a line for each invocation.
MOST_EVENTS = 20_000


class ContainerLog:
    """One log stream.

    Parameters
    ----------
    role
        Execution role.
    group
        Name of the log group.
    stream
        Name of the log stream: ``<variant>/<instance id>`` for an endpoint.
    account_id, region
        Of the log group.

    Attributes
    ----------
    stream
        As above.
    """

    def __init__(self, role: Principal, group: str, stream: str, *, account_id: str, region: str) -> None:
        self._role = role
        self._group = group
        self.stream = stream
        self._logs = logs_backends[account_id][region]
        self._group_arn = f"arn:{get_partition(region)}:logs:{region}:{account_id}:log-group:{group}"
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)

    def open(self) -> None:
        """Make the log group and the log stream.

        Raises
        ------
        AccessDeniedError
            The role lacks one of the four rights that a container's log takes. AWS runs such a container without a
            log; here the deployment fails, since a log that never comes is found only when it is needed.
        """
        self._authorize_group("logs:CreateLogGroup")
        with contextlib.suppress(ResourceAlreadyExistsException):
            self._logs.create_log_group(self._group, {})
        self._authorize_group("logs:DescribeLogStreams")
        self._role.authorize("logs:CreateLogStream", f"{self._group_arn}:log-stream:{self.stream}")
        with contextlib.suppress(ResourceAlreadyExistsException):
            self._logs.create_log_stream(self._group, self.stream)
        self._authorize_put()

    def open_stream(self) -> None:
        """Make the log stream, and the log group only where it is not there: what Lambda does.

        Raises
        ------
        AccessDeniedError
            As for `open`, of fewer rights.
        """
        if self._group not in self._logs.groups:
            self._authorize_group("logs:CreateLogGroup")
            self._logs.create_log_group(self._group, {})
        self._role.authorize("logs:CreateLogStream", f"{self._group_arn}:log-stream:{self.stream}")
        self._logs.create_log_stream(self._group, self.stream)
        self._authorize_put()

    def write(self, line: str) -> None:
        """Deliver one line; it is dropped where the right or the log stream has gone since.

        Of a stream of more than `MOST_EVENTS` the older half goes.

        Parameters
        ----------
        line
            Without its line end.
        """
        self._last_lines.append(line)
        # CloudWatch Logs takes no empty message.
        event = {"timestamp": int(time.time() * 1000), "message": line or " "}
        with contextlib.suppress(AccessDeniedError, ResourceNotFoundException):
            self._authorize_put()
            self._logs.put_log_events(self._group, self.stream, [event])
            kept = self._logs.groups[self._group].streams[self.stream].events
            if len(kept) > MOST_EVENTS:
                del kept[: MOST_EVENTS // 2]

    @property
    def last_line(self) -> str:
        """The last line that is not blank, or an empty string; of a JSON line its ``message``."""
        return next((_message(line) for line in reversed(self._last_lines) if line.strip()), "")

    def _authorize_group(self, action: str) -> None:
        # As AWS asks: the group's name alone in a policy does not match it.
        self._role.authorize(action, f"{self._group_arn}:log-stream:")

    def _authorize_put(self) -> None:
        self._role.authorize("logs:PutLogEvents", f"{self._group_arn}:log-stream:{self.stream}")


def _message(line: str) -> str:
    try:
        return str(json.loads(line)["message"])
    except (ValueError, KeyError, TypeError):
        return line.strip()
