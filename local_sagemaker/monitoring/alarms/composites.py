"""Composite alarms follow the states of the alarms in their rules.

Rule: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html. One that depends on
itself, over however many others, is not evaluated.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from local_sagemaker.monitoring.alarms.reasons import timestamp
from local_sagemaker.monitoring.alarms.rules import Rule
from local_sagemaker.monitoring.alarms.states import ALARM, OK
from local_sagemaker.monitoring.alarms.transitions import change_state
from local_sagemaker.monitoring.moments import seconds_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def evaluate_composites(backend: Any) -> None:
    """Bring the composite alarms of a region up to date, those that others depend on first.

    Parameters
    ----------
    backend
        moto's CloudWatch.
    """
    alarms = dict(backend.alarms)
    rules = {name: Rule(alarm.rule) for name, alarm in alarms.items() if alarm.rule is not None}
    for name in _in_order(rules):
        _evaluate(alarms[name], rules[name], alarms)


def parents(backend: Any, name: str) -> list[Any]:
    """Give the composite alarms that have an alarm in their rules."""
    composites = [alarm for alarm in backend.alarms.values() if alarm.rule is not None]
    return [alarm for alarm in composites if name in Rule(alarm.rule).children]


def _evaluate(alarm: Any, rule: Rule, alarms: Mapping[str, Any]) -> None:
    def state_of(name: str) -> str | None:
        return None if name not in alarms else str(alarms[name].state_value)

    state = ALARM if rule.holds(state_of) else OK
    configured = alarm.configuration_updated_timestamp
    known = vars(alarm).get("evaluated_configuration")
    alarm.evaluated_configuration = configured
    if state == alarm.state_value:
        return
    children = [alarms[name] for name in rule.children if name in alarms]
    if known != configured or not children:
        happened = "updated" if vars(alarm).get("was_updated") else "created"
        reason = f"{alarm.alarm_arn} was {happened} and its alarm rule evaluates to {state}"
    else:
        latest = max(children, key=lambda child: child.state_updated_timestamp)
        moment = f"{_words(seconds_of(latest.state_updated_timestamp))} UTC"
        reason = f"{latest.alarm_arn} transitioned to {latest.state_value} at {moment}"
        children = [latest]
    triggering = [
        {
            "arn": child.alarm_arn,
            "state": {"value": child.state_value, "timestamp": timestamp(seconds_of(child.state_updated_timestamp))},
        }
        for child in children
    ]
    change_state(alarm, state, reason, json.dumps({"triggeringAlarms": triggering}))


def _in_order(rules: Mapping[str, Rule]) -> list[str]:
    """Give the names, each after those that it depends on, without those that a cycle is in the way of."""
    ordered: list[str] = []
    left = dict(rules)
    while True:
        ready = [name for name, rule in left.items() if not any(child in left for child in rule.children)]
        if not ready:
            return ordered
        ordered += ready
        for name in ready:
            del left[name]


def _words(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%A %d %B, %Y %H:%M:%S")
