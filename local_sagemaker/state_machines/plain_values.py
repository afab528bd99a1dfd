"""What a service answers as plain JSON, as Step Functions hands it on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from local_sagemaker.moto_mends.states_clock import aws_time

if TYPE_CHECKING:
    from collections.abc import Callable


def with_millis(answer: Any) -> Any:
    """Make an answer plain as optimized integrations do: a time is its milliseconds since 1970.

    Example
    -------
    >>> with_millis({"CreationTime": dt.datetime(2026, 11, 28, tzinfo=dt.UTC)})
    {'CreationTime': 1795824000000}
    """
    return _plain(answer, lambda moment: int(moment.timestamp() * 1000))


def with_text_times(answer: Any) -> Any:
    """Make an answer plain as AWS SDK integrations do: a time is text.

    Example
    -------
    >>> with_text_times({"CreationTime": dt.datetime(2026, 11, 28, tzinfo=dt.UTC)})
    {'CreationTime': '2026-11-28T00:00:00.000Z'}
    """
    return _plain(answer, aws_time)


def _plain(value: Any, write_time: Callable[[dt.datetime], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item, write_time) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, (list, tuple)):
        return [_plain(item, write_time) for item in value]
    if isinstance(value, dt.datetime):
        return write_time(value)
    if hasattr(value, "read"):
        value = value.read()
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
