"""Why an alarm is in a state, in CloudWatch's own words.

No page lists these words: they are those of the examples in the CloudWatch user guide and of alarms that people show.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from local_sagemaker.monitoring.alarms.missing_data import BREACHING
from local_sagemaker.monitoring.alarms.states import ALARM, INSUFFICIENT_DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.monitoring.alarms.missing_data import Decision
    from local_sagemaker.monitoring.alarms.watching import Setting, Watched

OPERATORS = {
    "GreaterThanThreshold": "greater than",
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


class Datapoint(NamedTuple):
    """A period of an alarm.

    Attributes
    ----------
    time
        Its begin, in seconds since the epoch.
    value
        None where it is missing.
    breaching
        Whether the value is beyond the threshold; None where it is missing.
    samples
        How many values it comes of; None where that is not known.
    """

    time: float
    value: float | None
    breaching: bool | None
    samples: float | None = None


def reason(decision: Decision, points: Sequence[Datapoint], setting: Setting) -> str:
    """Give StateReason.

    Parameters
    ----------
    decision
        On the datapoints; it names a state.
    points
        Of the evaluation range, the latest first.
    setting
        Of the alarm.
    """
    evaluated = [points[number] for number in decision.evaluated]
    if decision.state == INSUFFICIENT_DATA:
        unknown = setting.periods - len(evaluated)
        return f"Insufficient Data: {_number(unknown, 'datapoint')} {_was(unknown)} unknown."
    if decision.filled:
        received = _number(len(evaluated), "datapoint") if evaluated else "no datapoints"
        kind = "Breaching" if setting.treatment == BREACHING else "NonBreaching"
        return (
            f"Threshold Crossed: {received} {_was(len(evaluated))} received for {_number(setting.periods, 'period')} "
            f"and {_number(decision.filled, 'missing datapoint')} {_was(decision.filled)} treated as [{kind}]."
        )
    alarming = decision.state == ALARM
    deciding = [point for point in evaluated if point.breaching is alarming]
    values = ", ".join(f"{point.value} ({_short(point.time)})" for point in deciding)
    crossed = f"{'' if alarming else 'not '}{OPERATORS[setting.operator]} the threshold ({setting.threshold})"
    if len(evaluated) < setting.periods:
        return f"Threshold Crossed: {_number(len(deciding), 'datapoint')} [{values}] {_was(len(deciding))} {crossed}."
    least = setting.needed if alarming else setting.periods - setting.needed + 1
    direction = "OK -> ALARM" if alarming else "ALARM -> OK"
    minimum = f"minimum {_number(least, 'datapoint')} for {direction} transition"
    return (
        f"Threshold Crossed: {len(deciding)} out of the last {_number(setting.periods, 'datapoint', plural=True)} "
        f"[{values}] {_was(len(deciding))} {crossed} ({minimum})."
    )


def reason_data(
    decision: Decision, points: Sequence[Datapoint], setting: Setting, watched: Watched, queried: float
) -> str:
    """Give StateReasonData, as JSON; for the parameters see `reason`.

    Parameters
    ----------
    queried
        When, in seconds since the epoch.
    """
    evaluated = [points[number] for number in decision.evaluated]
    data: dict[str, Any] = {"version": "1.0", "queryDate": timestamp(queried)}
    if evaluated:
        data["startDate"] = timestamp(evaluated[-1].time)
    if watched.stat is not None:
        data["statistic"] = watched.stat.statistic
        if watched.stat.unit:
            data["unit"] = watched.stat.unit
    data["period"] = watched.period
    data["recentDatapoints"] = [point.value for point in reversed(evaluated)]
    data["threshold"] = setting.threshold
    data["evaluatedDatapoints"] = [_described(point) for point in (evaluated or points[: setting.periods])]
    return json.dumps(data)


def timestamp(seconds: float) -> str:
    """Give a moment as CloudWatch's messages have it.

    Example
    -------
    >>> timestamp(1_800_000_000.25)
    '2027-01-15T08:00:00.250+0000'
    """
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _described(point: Datapoint) -> dict[str, Any]:
    found = {"timestamp": timestamp(point.time), "sampleCount": point.samples, "value": point.value}
    return {name: value for name, value in found.items() if value is not None}


def _short(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%d/%m/%y %H:%M:%S")


def _number(number: int, noun: str, *, plural: bool = False) -> str:
    return f"{number} {noun}{'s' if plural or number != 1 else ''}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
