"""Which state some datapoints call for, where some of them are missing.

Rule: "Configuring how CloudWatch alarms treat missing data" in the CloudWatch user guide, whose tables are the tests.
CloudWatch looks at more periods than the alarm names; how many more it does not say: in its examples two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from local_sagemaker.monitoring.alarms.states import ALARM, INSUFFICIENT_DATA, OK

if TYPE_CHECKING:
    from collections.abc import Sequence

EXTRA_PERIODS = 2
MISSING, IGNORE, BREACHING, NOT_BREACHING = "missing", "ignore", "breaching", "notBreaching"
TREATMENTS = (BREACHING, NOT_BREACHING, IGNORE, MISSING)


class Decision(NamedTuple):
    """What some datapoints call for.

    Attributes
    ----------
    state
        None: the alarm stays as it is.
    evaluated
        Numbers of the datapoints that counted, as they were given.
    filled
        How many missing ones counted as breaching or not.
    """

    state: str | None
    evaluated: tuple[int, ...] = ()
    filled: int = 0


def decide(points: Sequence[bool | None], *, periods: int, needed: int, treatment: str = MISSING) -> Decision:
    """Give the state that datapoints call for.

    Parameters
    ----------
    points
        Of the evaluation range, the latest first: whether each is breaching, None where it is missing.
    periods
        EvaluationPeriods: how many count.
    needed
        DatapointsToAlarm: how many of these must be breaching.
    treatment
        TreatMissingData.

    Example
    -------
    >>> decide([None, None, True, None, False], periods=3, needed=2, treatment="breaching")
    Decision(state='ALARM', evaluated=(2, 4), filled=1)
    """
    present = [number for number, breaching in enumerate(points) if breaching is not None]
    evaluated = tuple(present[:periods])
    breaching = sum(points[number] is True for number in evaluated)
    missing = periods - len(evaluated)
    if treatment in (BREACHING, NOT_BREACHING):
        total = breaching + missing * (treatment == BREACHING)
        return Decision(ALARM if total >= needed else OK, evaluated, missing)
    if breaching >= needed:
        return Decision(ALARM, evaluated)
    if not missing or breaching < len(evaluated):
        return Decision(OK, evaluated)
    # What there is, is breaching, and it is not enough.
    if treatment == IGNORE:
        return Decision(None)
    if evaluated and evaluated[-1] + 1 >= needed:
        # It is as old as the datapoints that were needed: "avoiding premature transitions to alarm state".
        return Decision(ALARM, evaluated)
    return Decision(INSUFFICIENT_DATA, evaluated)
