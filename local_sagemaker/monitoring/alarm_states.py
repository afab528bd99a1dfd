"""Alarms on the metrics of invocations change their state as the traffic does; moto's never change theirs.

Rules: "Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing data" in the CloudWatch user guide.
Periods pass at the local cloud's pace (`pace`). Alarms on other metrics, on expressions and composite alarms stay as
they are.
"""

from __future__ import annotations

import operator
import time
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import cloudwatch_backends

from local_sagemaker import pace
from local_sagemaker.monitoring.metric_history import Metric, history_of, sorted_dimensions
from local_sagemaker.monitoring.statistics import statistic
from local_sagemaker.repeating import Repeating

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_sagemaker.monitoring.metric_history import MetricHistory, Sample

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
# Seconds between two evaluations.
INTERVAL = 0.2

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
# What a period without values counts for; None: the alarm stays as it is.
_MISSING = {"breaching": True, "notBreaching": False}


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
        """Bring every alarm's state up to date."""
        for region, backend in list(cloudwatch_backends[self._account_id].items()):
            history = history_of(self._account_id, region)
            for alarm in list(backend.alarms.values()):
                state = evaluate(alarm, history, time.time())
                if state is not None and state != alarm.state_value:
                    alarm.update_state(f"The local cloud found the metric {alarm.metric_name} so.", "{}", state)


def evaluate(alarm: Any, history: MetricHistory, now: float) -> str | None:
    """Give the state that an alarm has now; None where it stays as it is.

    Parameters
    ----------
    alarm
        moto's.
    history
        Values of the metrics.
    now
        Seconds since the epoch.
    """
    if not alarm.metric_name or alarm.comparison_operator not in _OPERATORS:
        return None
    metric = Metric(
        alarm.namespace,
        alarm.metric_name,
        sorted_dimensions((dimension.name, dimension.value) for dimension in alarm.dimensions),
    )
    period = pace.seconds(float(alarm.period))
    periods = int(alarm.evaluation_periods)
    needed = int(alarm.datapoints_to_alarm or periods)
    breaching = [
        _is_breaching(alarm, history.between(metric, now - (number + 1) * period, now - number * period))
        for number in range(periods)
    ]
    if breaching.count(True) >= needed:
        return ALARM
    if all(found is None for found in breaching):
        return None if alarm.treat_missing_data == "ignore" else INSUFFICIENT_DATA
    return OK


def _is_breaching(alarm: Any, samples: Sequence[Sample]) -> bool | None:
    """Say whether a period is beyond the threshold; None where nothing is known of it."""
    value = statistic(samples, alarm.extended_statistic or alarm.statistic)
    if value is None:
        return _MISSING.get(alarm.treat_missing_data or "")
    return _OPERATORS[alarm.comparison_operator](value, float(alarm.threshold))
