"""How fast time passes where AWS makes people wait: the baking of a deployment, the periods of an alarm."""

from __future__ import annotations

# An AWS minute takes a second.
DEFAULT_SPEED = 60.0

_speed = DEFAULT_SPEED


def use(times: float) -> None:
    """Let AWS's waits pass so many times as fast; 1 is AWS's own pace."""
    global _speed
    _speed = times


def speed() -> float:
    """Give how many seconds of AWS pass in a second here."""
    return _speed


def seconds(aws_seconds: float) -> float:
    """Give how long so many seconds of AWS take here.

    Example
    -------
    >>> seconds(300)
    5.0
    """
    return aws_seconds / _speed
