"""An alarm changes its state: what is noted, and what follows."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.core.utils import utcnow
from moto.utilities.arns import parse_arn

from local_sagemaker.monitoring.alarms.actions import act
from local_sagemaker.monitoring.alarms.log import STATE, alarm_log
from local_sagemaker.monitoring.alarms.notifications import Transition
from local_sagemaker.monitoring.alarms.states import ALARM, OK
from local_sagemaker.monitoring.moments import seconds_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def change_state(alarm: Any, state: str, reason: str, reason_data: str | None) -> None:
    """Bring an alarm into a state, note it, and let its actions act in a thread of their own.

    Parameters
    ----------
    alarm
        moto's.
    reason, reason_data
        StateReason, and StateReasonData as JSON.
    """
    before = _State(alarm.state_value, alarm.state_reason, alarm.state_reason_data)
    updated = seconds_of(alarm.state_updated_timestamp)
    alarm.state_value, alarm.state_reason, alarm.state_reason_data = state, reason, reason_data
    alarm.state_updated_timestamp = utcnow()
    if before.value == state:
        return
    arn = parse_arn(alarm.alarm_arn)
    after = _State(state, reason, reason_data)
    data = {"type": "Update", "oldState": before.described(), "newState": after.described()}
    summary = f"Alarm updated from {before.value} to {state}"
    alarm_log(arn.account, arn.region).note(alarm, STATE, summary, data)
    actions = actions_of(alarm, state)
    if alarm.actions_enabled and actions:
        transition = Transition(
            alarm,
            before.value,
            before.reason,
            before.data,
            updated,
            state,
            reason,
            reason_data,
            seconds_of(alarm.state_updated_timestamp),
        )
        threading.Thread(target=act, args=(transition, actions), name="alarm actions", daemon=True).start()


def actions_of(alarm: Any, state: str) -> Sequence[str]:
    """Give the ARNs of what acts when an alarm comes into a state."""
    if state == ALARM:
        return list(alarm.alarm_actions or ())
    return list((alarm.ok_actions if state == OK else alarm.insufficient_data_actions) or ())


class _State(NamedTuple):
    value: str
    reason: str
    data: str | None

    def described(self) -> dict[str, str]:
        found = {"stateValue": self.value, "stateReason": self.reason}
        return {**found, "stateReasonData": self.data} if self.data else found
