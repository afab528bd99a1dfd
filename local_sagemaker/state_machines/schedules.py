"""Rules of EventBridge that start state machines: ``rate(...)`` at the local cloud's pace.

An AWS minute takes a second, so ``rate(1 day)`` starts an execution every 24 minutes. ``cron(...)`` is not fired: there
is no calendar at that pace. Rules that wait for events do nothing here, since nothing emits events. Of both, a warning
in the log says so when the rule is first seen. Rules: "Creating a rule that runs on a schedule" in the EventBridge user
guide.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import time
import uuid
from typing import Any

from moto.core.exceptions import AWSError
from moto.events.models import events_backends
from moto.stepfunctions import responses

from local_sagemaker import pace
from local_sagemaker.access.rights import ExecutionRole
from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.moto_mends.states_clock import aws_time
from local_sagemaker.repeating import Repeating

SERVICE = "events.amazonaws.com"
# Seconds between two looks at the rules.
INTERVAL = 0.2
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}

logger = logging.getLogger(__name__)


class Schedules:
    """Looks at the rules of the account, over and over, and starts what is due."""

    def __init__(self) -> None:
        # By the rule and its schedule: a changed schedule counts anew.
        self._due: dict[tuple[str, str], float] = {}
        self._mentioned: set[tuple[str, str]] = set()
        self._repeating = Repeating("schedules", INTERVAL, self.look)

    def close(self) -> None:
        """End the thread."""
        self._repeating.close()

    def look(self) -> None:
        """Start what is due."""
        present = set()
        for backend in list(events_backends[ACCOUNT_ID].values()):
            for bus in list(backend.event_buses.values()):
                for rule in list(bus.rules.values()):
                    present.add((rule.arn, rule.scheduled_expression or ""))
                    self._look_at(rule)
        self._due = {key: due for key, due in self._due.items() if key in present}
        self._mentioned &= present

    def _look_at(self, rule: Any) -> None:
        if not any(":states:" in target["Arn"] or ":sns:" in target["Arn"] for target in rule.targets):
            return
        key = (rule.arn, rule.scheduled_expression or "")
        period = rate_seconds(rule.scheduled_expression or "")
        if period is None:
            if key not in self._mentioned:
                self._mentioned.add(key)
                logger.warning("%s does nothing here: %s", rule.arn, _why_not(rule))
            return
        interval = pace.seconds(period)
        now = time.monotonic()
        if self._due.setdefault(key, now + interval) <= now:
            self._due[key] = now + interval
            if rule.state == "ENABLED":
                for target in rule.targets:
                    if ":states:" in target["Arn"]:
                        start(rule, target)


def start(rule: Any, target: Any) -> None:
    """Start the state machine that a rule has for its target, as the target's role; log why it cannot.

    Parameters
    ----------
    rule
        moto's.
    target
        As PutTargets takes it.
    """
    try:
        role = ExecutionRole.assume(
            target.get("RoleArn", ""), region=rule.region_name, source_arn=rule.arn, service=SERVICE
        )
        role.authorize("states:StartExecution", target["Arn"])
        backend = responses.get_backend(rule.account_id, rule.region_name)
        backend.start_execution(target["Arn"], str(uuid.uuid4()), target.get("Input") or json.dumps(_event(rule)))
    except (DataPlaneError, AWSError) as error:
        logger.warning("%s could not start %s: %s", rule.arn, target["Arn"], error)


def rate_seconds(expression: str) -> int | None:
    """Give the period of a rate in seconds of AWS; None for any other schedule.

    Example
    -------
    >>> rate_seconds("rate(2 hours)")
    7200
    """
    match = _RATE.fullmatch(expression.strip())
    return int(match[1]) * _SECONDS[match[2]] if match else None


def _why_not(rule: Any) -> str:
    if rule.scheduled_expression:
        return f"its schedule {rule.scheduled_expression} is not fired by the local cloud, which fires rate(...)"
    return "the local cloud emits no events that its pattern could match"


def _event(rule: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.account_id,
        "time": aws_time(dt.datetime.now(tz=dt.UTC)),
        "region": rule.region_name,
        "resources": [rule.arn],
        "detail": {},
    }
