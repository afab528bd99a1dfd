"""Metric math that names a time, at the local cloud's pace: what it gives is per second or period of AWS.

Rule: "Using metric math" in the CloudWatch user guide: PERIOD is the period of a metric in seconds, RATE the change a
second. Here ten periods may pass in ten seconds; a rate that was computed from that would be too high by the speed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_sagemaker.dashboards.time_range import local_period

if TYPE_CHECKING:
    from collections.abc import Mapping

_PERIOD = re.compile(r"\bPERIOD\(\s*(\w+)\s*\)")
_RATE = re.compile(r"\bRATE\(")
_SEARCH_PERIOD = re.compile(r"(\bSEARCH\(\s*(?:'[^']*'|\"[^\"]*\")\s*,\s*(?:'[^']*'|\"[^\"]*\")\s*,\s*)(\d+)")


def at_pace(expression: str, periods: Mapping[str, int], speed: float) -> str:
    """Rewrite an expression, so that it gives here what it gives on AWS.

    Parameters
    ----------
    expression
        As in the body.
    periods
        By id, the period of each metric in seconds of AWS.
    speed
        Seconds of AWS that pass in a second.

    Example
    -------
    >>> at_pace("m1 / PERIOD(m1)", {"m1": 300}, 60.0)
    'm1 / 300'
    >>> at_pace("RATE(m1)", {"m1": 60}, 60.0)
    '(RATE(m1) / 60)'
    """
    expression = _PERIOD.sub(lambda found: str(periods.get(found[1], found[0])), expression)
    expression = _SEARCH_PERIOD.sub(lambda found: f"{found[1]}{local_period(int(found[2]), speed)}", expression)
    return _rates(expression, speed)


def _rates(expression: str, speed: float) -> str:
    found = _RATE.search(expression)
    if speed == 1 or not found:
        return expression
    depth, end = 1, found.end()
    while end < len(expression) and depth:
        depth += {"(": 1, ")": -1}.get(expression[end], 0)
        end += 1
    inner = _rates(expression[found.end() : end - 1], speed)
    return f"{expression[: found.start()]}(RATE({inner}) / {speed:g}){_rates(expression[end:], speed)}"
