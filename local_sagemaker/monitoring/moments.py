"""moto's times: without a time zone, meaning UTC, where AWS's clients send them with one."""

from __future__ import annotations

from datetime import datetime, timezone


def seconds_of(moment: datetime) -> float:
    """Give a time, with a time zone or without, in seconds since the epoch.

    Example
    -------
    >>> seconds_of(datetime(2027, 1, 15, 8))
    1800000000.0
    """
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def datetime_of(seconds: float) -> datetime:
    """Give seconds since the epoch as moto writes times.

    Example
    -------
    >>> datetime_of(1800000000)
    datetime.datetime(2027, 1, 15, 8, 0)
    """
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
