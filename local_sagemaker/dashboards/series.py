"""What was fetched for the widgets, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_sagemaker.dashboards.body import Widget
    from local_sagemaker.dashboards.placement import Place
    from local_sagemaker.dashboards.time_range import TimeRange
    from local_sagemaker.dashboards.units import Unit


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values of one metric or expression over time.

    Parameters
    ----------
    label
        In the legend.
    times
        Beginnings of the periods, ascending, in seconds since 1970.
    values
        One for each time.
    period
        Seconds of a period, as they pass here.
    unit
        Of the values; None where nothing says it.
    axis
        ``left`` or ``right``.
    color
        As the body gives it; None for the next of the cycle.
    """

    label: str
    times: Sequence[float]
    values: Sequence[float]
    period: float = 1.0
    unit: Unit | None = None
    axis: str = "left"
    color: str | None = None

    @property
    def last(self) -> float | None:
        """The latest value; None without any."""
        return self.values[-1] if self.values else None


@dataclass(frozen=True, kw_only=True)
class AlarmStatus:
    """State of an alarm.

    Parameters
    ----------
    name
        Its name.
    state
        ``OK``, ``ALARM``, ``INSUFFICIENT_DATA``; empty where there is no such alarm.
    since
        When it came into that state, in seconds since 1970.
    """

    name: str
    state: str
    since: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A widget with its place and its data.

    Parameters
    ----------
    widget, place
        What and where.
    series
        Of a metric widget.
    title
        What it is called where its properties do not say.
    thresholds
        Horizontal annotations besides the body's own: of the alarms that it shows.
    alarms
        Of an alarm widget.
    time_range
        The time that it shows, where that is not the dashboard's.
    problem
        Why there is no data, where CloudWatch refused to give it.
    """

    widget: Widget
    place: Place
    series: Sequence[Series] = ()
    title: str = ""
    thresholds: Sequence[Mapping[str, Any]] = ()
    alarms: Sequence[AlarmStatus] = ()
    time_range: TimeRange | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class FilledDashboard:
    """A whole dashboard with its data.

    Parameters
    ----------
    name
        Its name.
    time_range
        The time that it shows.
    notes
        What must be known to read it rightly; they stand below the picture.
    """

    name: str
    time_range: TimeRange
    widgets: Sequence[Filled] = ()
    notes: Sequence[str] = field(default=())
