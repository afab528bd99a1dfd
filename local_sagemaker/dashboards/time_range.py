"""Which time a picture shows, and in which periods: CloudWatch's, at the pace of the local cloud.

Rule: "GetMetricData" in the CloudWatch API reference: a period is 1, 5, 10 or 30 seconds, or a multiple of 60.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timezone
from typing import NamedTuple

from local_sagemaker.dashboards.exceptions import RangeError

SHORT_PERIODS = (1, 5, 10, 30)
# What the console shows of a dashboard that does not say: three hours.
DEFAULT_SECONDS = 3 * 3600
# Less than this shows nothing of a burst; seconds.
SHORTEST = 60.0

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LAST = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhd])\s*")
_DURATION = re.compile(r"-?P(?:(\d+)M(?!.*T))?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_DURATION_SECONDS = (30 * 86400, 7 * 86400, 86400, 3600, 60, 1)


class TimeRange(NamedTuple):
    """From when to when, in whole seconds since 1970; the end is not part of it."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.end - self.start


def parse_last(text: str) -> float:
    """Give the seconds of a length of time.

    Raises
    ------
    RangeError
        It is not one.

    Example
    -------
    >>> parse_last("5m")
    300.0
    """
    found = _LAST.fullmatch(text)
    if not found or not float(found[1]):
        raise RangeError(text)
    return float(found[1]) * _UNITS[found[2]]


def default_last(start: str | None, speed: float) -> float:
    """Give the seconds that are shown where the user does not say: what the console shows, at the local cloud's pace.

    Parameters
    ----------
    start
        The body's, such as ``-PT3H``; an absolute one says nothing here, where time passes otherwise.
    speed
        Seconds of AWS that pass in a second.

    Example
    -------
    >>> default_last(None, 60.0)
    180.0
    """
    found = _DURATION.fullmatch(start or "")
    return max((_seconds(found) if found else DEFAULT_SECONDS) / speed, SHORTEST)


def widget_range(start: str | None, end: str | None, dashboard: TimeRange, speed: float) -> TimeRange:
    """Give the time that a widget shows, which may have one of its own.

    Parameters
    ----------
    start, end
        The widget's: a length of time such as ``-PT1H``, which passes at the local cloud's pace, or a moment in
        ISO 8601; None where it says nothing.
    dashboard
        What the dashboard shows.

    Example
    -------
    >>> widget_range("-PT1H", None, TimeRange(0, 180), 60.0)
    TimeRange(start=120, end=180)
    """
    if not start:
        return dashboard
    until = int(moment_of(end)) if end else dashboard.end
    if found := _DURATION.fullmatch(start):
        since = until - max(round(_seconds(found) / speed), 1)
    else:
        since = int(moment_of(start))
    return TimeRange(since, max(until, since + 1))


def is_moment(text: object) -> bool:
    """Tell whether a widget's start or end can be read: a length of time, or a moment in ISO 8601.

    Example
    -------
    >>> [is_moment(text) for text in ("-PT1H", "2026-11-29T14:00:00Z", "yesterday", 5)]
    [True, True, False, False]
    """
    if not isinstance(text, str):
        return False
    try:
        return _DURATION.fullmatch(text) is not None or moment_of(text) > 0
    except ValueError:
        return False


def moment_of(text: str) -> float:
    """Give the seconds since 1970 of a time in ISO 8601.

    Example
    -------
    >>> moment_of("1970-01-01T00:01:00.000Z")
    60.0
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def local_period(aws_seconds: float, speed: float) -> int:
    """Give the seconds of a period here: the longest allowed period that is no longer than its share.

    Example
    -------
    >>> [local_period(seconds, 60.0) for seconds in (10, 60, 300, 900, 3600, 86400)]
    [1, 1, 5, 10, 60, 1440]
    """
    seconds = aws_seconds / speed
    if seconds >= 60:
        return int(seconds // 60) * 60
    return max((period for period in SHORT_PERIODS if period <= seconds), default=SHORT_PERIODS[0])


def whole_period(time_range: TimeRange) -> int:
    """Give the shortest allowed period that begins in the range's first minute and holds all the rest, in seconds.

    Periods begin at multiples of their length, so one as long as the range would mostly be two.

    Example
    -------
    >>> whole_period(TimeRange(6 * 60, 9 * 60))
    180
    >>> whole_period(TimeRange(7 * 60, 10 * 60))
    420
    """
    first = time_range.start // 60
    needed = -(-time_range.end // 60) - first
    small = [divisor for divisor in range(1, math.isqrt(first) + 1) if first % divisor == 0]
    return 60 * min(divisor for one in small for divisor in (one, first // one) if divisor >= needed)


def in_words(seconds: float) -> str:
    """Write a length of time.

    Example
    -------
    >>> in_words(1), in_words(90), in_words(300), in_words(86400), in_words(0.5)
    ('1 second', '90 seconds', '5 minutes', '1 day', '0.5 seconds')
    """
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length and not seconds % length:
            return _counted(seconds / length, unit)
    return _counted(seconds, "second")


def _seconds(duration: re.Match[str]) -> int:
    return sum(int(part) * unit for part, unit in zip(duration.groups(), _DURATION_SECONDS, strict=True) if part)


def _counted(count: float, unit: str) -> str:
    return f"{count:.4g} {unit}" if count == 1 else f"{count:.4g} {unit}s"
