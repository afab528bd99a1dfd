"""Times and spans of time, as a person writes and reads them."""

from __future__ import annotations

import argparse
import re
from datetime import datetime, timedelta, timezone

_SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def span(text: str) -> timedelta:
    """Read a span of time: a number with s, m, h or d behind it.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none.

    Example
    -------
    >>> span("90m")
    datetime.timedelta(seconds=5400)
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no span of time: write 30s, 10m, 2h or 1d")
    return timedelta(**{_UNITS[match[2]]: float(match[1])})


def past(text: str) -> datetime:
    """Read a time that has been: a span before now, or a date with or without a time, in UTC unless it says otherwise.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none.
    """
    if _SPAN.fullmatch(text):
        return datetime.now(timezone.utc) - span(text)
    try:
        # Python 3.10 reads no Z.
        time = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: write 10m (ago), 2026-11-29, or 2026-11-29T18:00:00Z"
        ) from error
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def moment(milliseconds: int) -> str:
    """Write a time since 1970.

    Example
    -------
    >>> moment(1_700_000_000_123)
    '2023-11-14T22:13:20.123Z'
    """
    time = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


def ago(time: datetime, now: datetime) -> str:
    """Say how long ago something was, in its largest unit.

    Example
    -------
    >>> ago(datetime(2026, 11, 29, 17), datetime(2026, 11, 29, 18, 30))
    '1 hour ago'
    """
    seconds = int((now - time).total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
