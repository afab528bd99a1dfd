"""Where the ticks of an axis stand, and what is written at them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, NamedTuple

from local_sagemaker.dashboards.units import display_scale, format_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.dashboards.time_range import TimeRange
    from local_sagemaker.dashboards.units import Unit

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE * count for count in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * count for count in (1, 2, 3, 6, 12)),
    *(_DAY * count for count in (1, 2, 7, 14, 28)),
)


class Ticks(NamedTuple):
    """Positions, and the text at each."""

    positions: list[float]
    texts: list[str]


def time_ticks(time_range: TimeRange, most: int) -> Ticks:
    """Give round moments of a range, as UTC clock times.

    Parameters
    ----------
    most
        How many there is room for.

    Example
    -------
    >>> from local_sagemaker.dashboards.time_range import TimeRange
    >>> time_ticks(TimeRange(1_700_000_000, 1_700_000_180), 4).texts
    ['22:14', '22:15', '22:16']
    """
    step = next((step for step in _STEPS if time_range.seconds / step <= most), _STEPS[-1])
    first = -(-time_range.start // step) * step
    positions = [float(moment) for moment in range(first, time_range.end + 1, step)]
    pattern = "%b %d" if step >= _DAY else "%H:%M" if step >= _MINUTE else "%H:%M:%S"
    return Ticks(positions, [datetime.fromtimestamp(moment, timezone.utc).strftime(pattern) for moment in positions])


def value_ticks(low: float, high: float, most: int, unit: Unit | None) -> Ticks:
    """Give round values of a range, in their unit.

    Parameters
    ----------
    most
        How many there is room for.
    """
    from matplotlib.ticker import MaxNLocator

    scale = display_scale(max(abs(low), abs(high)), unit)
    locator = MaxNLocator(nbins=max(most, 1), steps=[1, 2, 2.5, 5, 10])
    positions = [float(value) * scale for value in locator.tick_values(low / scale, high / scale)]
    slack = (high - low) * 1e-6
    positions = [value for value in positions if low - slack <= value <= high + slack]
    return Ticks(positions, format_ticks(positions, unit))


def limits(values: Sequence[float], low: float | None, high: float | None) -> tuple[float, float]:
    """Give the range of an axis: from zero, where no value is below, up to a little more than the highest.

    Parameters
    ----------
    values
        What it must show.
    low, high
        What the body says; None where it does not.

    Example
    -------
    >>> limits([3.0, 10.0], None, None)
    (0.0, 10.8)
    """
    least, most = min(values, default=0.0), max(values, default=1.0)
    bottom = low if low is not None else (0.0 if least >= 0 else least - 0.08 * (max(most, 0.0) - least))
    top = high if high is not None else (most + 0.08 * (most - bottom) if most > bottom else bottom + 1.0)
    return (bottom, top) if bottom < top else (bottom, bottom + 1.0)
