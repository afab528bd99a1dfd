"""Alarms change their state as the values of their metrics do; moto's never change theirs.

Metric alarms are evaluated as often as the local cloud's pace asks for (`alarms.evaluation`), composite alarms after
them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import cloudwatch_backends

from local_sagemaker.monitoring.alarms.composites import evaluate_composites
from local_sagemaker.monitoring.alarms.evaluation import evaluate, range_end
from local_sagemaker.monitoring.alarms.transitions import change_state
from local_sagemaker.monitoring.alarms.watching import watched
from local_sagemaker.monitoring.metric_history import history_of
from local_sagemaker.repeating import Repeating

if TYPE_CHECKING:
    from local_sagemaker.monitoring.metric_history import MetricHistory

# Seconds between two looks at what is due.
INTERVAL = 0.1


class AlarmStates:
    """Evaluates the alarms of an account, over and over.

    Parameters
    ----------
    account_id
        The account.
    """

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._repeating = Repeating("alarm states", INTERVAL, self.evaluate_all)

    def close(self) -> None:
        """End the thread."""
        self._repeating.close()

    def evaluate_all(self) -> None:
        """Evaluate every alarm that is due."""
        for region, backend in list(cloudwatch_backends[self._account_id].items()):
            alarms = list(backend.alarms.values())
            history, now = history_of(self._account_id, region), time.time()
            for alarm in alarms:
                if alarm.rule is None:
                    _evaluate(alarm, history, now)
            evaluate_composites(backend)


def _evaluate(alarm: Any, history: MetricHistory, now: float) -> None:
    end = range_end(watched(alarm).period, now)
    if vars(alarm).get("evaluated_until") == end:
        return
    alarm.evaluated_until = end
    found = evaluate(alarm, history, now)
    if found is not None and found.state != alarm.state_value:
        change_state(alarm, found.state, found.reason, found.reason_data)
