"""What happened to the alarms of a region: DescribeAlarmHistory.

Rule: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmHistoryItem.html. The history of an
alarm stays when the alarm is deleted.
"""

from __future__ import annotations

import json
import time
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.cloudwatch.models import cloudwatch_backends

if TYPE_CHECKING:
    from collections.abc import Mapping

# Items of a region that are remembered.
MOST_ITEMS = 10_000
CONFIGURATION, STATE, ACTION = "ConfigurationUpdate", "StateUpdate", "Action"
METRIC_ALARM, COMPOSITE_ALARM = "MetricAlarm", "CompositeAlarm"


class Item(NamedTuple):
    """Something that happened.

    Attributes
    ----------
    time
        Seconds since the epoch.
    alarm_type
        `METRIC_ALARM` or `COMPOSITE_ALARM`.
    kind
        `CONFIGURATION`, `STATE` or `ACTION`.
    data
        JSON.
    """

    time: float
    alarm: str
    alarm_type: str
    kind: str
    summary: str
    data: str


class AlarmLog:
    """Remembers what happened."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque(maxlen=MOST_ITEMS)

    def note(self, alarm: Any, kind: str, summary: str, data: Mapping[str, Any]) -> None:
        """Remember something about one of moto's alarms, now."""
        text = json.dumps({"version": "1.0", **data})
        self._items.append(Item(time.time(), alarm.name, alarm_type(alarm), kind, summary, text))

    def items(self) -> list[Item]:
        """Give all items, the earliest first."""
        return list(self._items)


def alarm_log(account_id: str, region: str) -> AlarmLog:
    """Give the log of a region; it is forgotten when moto forgets its CloudWatch."""
    log: AlarmLog = vars(cloudwatch_backends[account_id][region]).setdefault("alarm_log", AlarmLog())
    return log


def alarm_type(alarm: Any) -> str:
    """Give the type of one of moto's alarms."""
    return METRIC_ALARM if alarm.rule is None else COMPOSITE_ALARM
