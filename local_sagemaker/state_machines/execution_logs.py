"""The log of a state machine in CloudWatch Logs: the events of its executions, as LoggingConfiguration asks for them.

moto's own session of this kind cannot write to moto's own logs. Rule: "Using CloudWatch Logs to log execution history
in Step Functions" in the developer guide. The delivery rights of the role are not asked for.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.logs.models import logs_backends
from moto.stepfunctions.parser.asl.eval.event.logging import is_logging_enabled_for
from moto.stepfunctions.parser.backend.execution import Execution

from local_sagemaker.moto_mends.patching import original, patch

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUP = ":log-group:"

logger = logging.getLogger(__name__)


def apply() -> None:
    """Have executions write their machine's log."""
    start = original(Execution, "start")

    def start_with_log(self: Any) -> None:
        configuration = self.state_machine.loggingConfiguration
        self._cloud_watch_logging_session = log_of(self.state_machine.name, self.execution_arn, configuration)
        start(self)

    patch(Execution, "start", start_with_log)


@dataclass(frozen=True)
class _Configuration:
    include_execution_data: bool


class ExecutionLog:
    """Writes the events of one execution; moto's event manager calls it.

    Parameters
    ----------
    group_arn
        Of the log group; a ``:*`` at its end does not count.
    stream
        A log stream of its own.
    execution_arn
        The execution.
    level
        ``ALL``, ``ERROR`` or ``FATAL``.
    include_execution_data
        Whether inputs and outputs are written, too.
    """

    def __init__(
        self, group_arn: str, stream: str, execution_arn: str, *, level: str, include_execution_data: bool
    ) -> None:
        where, _, name = group_arn.partition(_GROUP)
        self._group, self._stream = name.removesuffix(":*"), stream
        _, _, _, region, account_id = where.split(":")
        self._backend = logs_backends[account_id][region]
        self._level: Any = level
        self._is_open = False
        self.execution_arn = execution_arn
        self.configuration = _Configuration(include_execution_data)

    def log_level_filter(self, history_event_type: Any) -> bool:
        """Say whether an event is to be written."""
        return bool(is_logging_enabled_for(self._level, history_event_type))

    def publish_history_log(self, history_log: Mapping[str, Any]) -> None:
        """Write an event; a log group that is gone is told in the local cloud's own log."""
        timestamp = int(dt.datetime.fromisoformat(str(history_log["event_timestamp"])).timestamp() * 1000)
        message = json.dumps({**history_log, "event_timestamp": str(timestamp)}, default=str)
        try:
            if not self._is_open:
                self._backend.create_log_stream(self._group, self._stream)
                self._is_open = True
            self._backend.put_log_events(self._group, self._stream, [{"timestamp": timestamp, "message": message}])
        except JsonRESTError as error:
            logger.warning("%s cannot write its log: %s", self.execution_arn, error)


def log_of(machine: str, execution_arn: str, configuration: Mapping[str, Any]) -> ExecutionLog | None:
    """Open the log that a machine's LoggingConfiguration asks for; None where it asks for none."""
    level = configuration.get("level", "OFF")
    groups = [place.get("cloudWatchLogsLogGroup", {}) for place in configuration.get("destinations") or ()]
    arns = [group["logGroupArn"] for group in groups if _GROUP in group.get("logGroupArn", "")]
    if level == "OFF" or not arns:
        return None
    return ExecutionLog(
        arns[0],
        f"states/{machine}/{uuid.uuid4().hex[:8]}",
        execution_arn,
        level=level,
        include_execution_data=bool(configuration.get("includeExecutionData")),
    )
