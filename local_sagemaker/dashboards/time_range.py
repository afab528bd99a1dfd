"""Which time a picture shows, and in which periods: CloudWatch's, at the pace of the local cloud.

Rule: "GetMetricData" in the CloudWatch API reference: a period is 1, 5, 10 or 30 seconds, or a multiple of 60.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from local_sagemaker.dashboards.exceptions import RangeError

SHORT_PERIODS = (1, 5, 10, 30)
# What the console shows of a dashboard that does not say: three hours.
DEFAULT_START = "-PT3H"
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
    found = _DURATION.fullmatch(start or "") or _DURATION.fullmatch(DEFAULT_START)
    parts = found.groups() if found else ()
    seconds = sum(int(part) * unit for part, unit in zip(parts, _DURATION_SECONDS, strict=False) if part)
    return max(seconds / speed, SHORTEST)


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
    """Give the shortest allowed period that holds a whole range, in seconds."""
    seconds = time_range.seconds
    return next((period for period in SHORT_PERIODS if period >= seconds), math.ceil(seconds / 60) * 60)


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


def _counted(count: float, unit: str) -> str:
    return f"{count:.4g} {unit}" if count == 1 else f"{count:.4g} {unit}s"
