"""An alarm of an endpoint, with what the user said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch


class WatchedAlarm(NamedTuple):
    """One alarm of `SklearnEndpointMonitoring`."""

    alarm: cloudwatch.Alarm
    """The alarm."""
    setting: str
    """The parameter of `EndpointAlarms` that it comes from."""
    severity: str
    """Its severity."""
    threshold: float
    """As the user gave it: percent, milliseconds of a latency, seconds of an age, or a number of requests."""
    subject: str
    """What it watches, in a word or two."""
    is_default: bool
    """Whether the threshold is the library's, not the user's."""
