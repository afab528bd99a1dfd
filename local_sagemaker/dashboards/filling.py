"""Fills the widgets of a dashboard with their data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ParamValidationError

from local_sagemaker.dashboards import alarms
from local_sagemaker.dashboards.cloudwatch import CloudWatch, refusal
from local_sagemaker.dashboards.labels import default_labels, filled_label
from local_sagemaker.dashboards.metric_rows import read_rows
from local_sagemaker.dashboards.placement import places
from local_sagemaker.dashboards.queries import metric_data_queries, periods_here, with_ids
from local_sagemaker.dashboards.series import Filled, FilledDashboard, Series
from local_sagemaker.dashboards.time_range import TimeRange, in_words, local_period, widget_range
from local_sagemaker.dashboards.units import unit_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from local_sagemaker.dashboards.body import Body, Widget
    from local_sagemaker.dashboards.metric_rows import Row


def fill(name: str, body: Body, cloudwatch: CloudWatch, time_range: TimeRange, speed: float) -> FilledDashboard:
    """Fetch what the widgets of a dashboard show.

    Parameters
    ----------
    time_range
        The time to show.
    speed
        Seconds of AWS that pass in a second.

    Raises
    ------
    InvalidBodyError
        The dots of a widget's metrics do not match the row above.
    """
    filled = []
    periods: set[int] = set()
    for widget, place in zip(body.widgets, places(body.widgets), strict=True):
        empty = Filled(widget=widget, place=place)
        if widget.kind == "metric":
            shown = widget_range(widget.properties.get("start"), widget.properties.get("end"), time_range, speed)
            filling = _Filling(widget.properties, cloudwatch, shown, speed)
            filled.append(filling.fill(replace(empty, time_range=shown)))
            periods.update(filling.periods)
        elif widget.kind == "alarm":
            filled.append(replace(empty, alarms=_alarm_statuses(widget, cloudwatch)))
        else:
            filled.append(empty)
    return FilledDashboard(name=name, time_range=time_range, widgets=filled, notes=list(_notes(body, speed, periods)))


class _Filling:
    """Fills one metric widget.

    Parameters
    ----------
    properties
        The widget's.
    """

    def __init__(
        self, properties: Mapping[str, Any], cloudwatch: CloudWatch, time_range: TimeRange, speed: float
    ) -> None:
        self._properties = properties
        self._cloudwatch = cloudwatch
        self._time_range = time_range
        self._speed = speed
        self._whole = time_range if properties.get("setPeriodToTimeRange") else None
        self.periods: set[int] = set()
        """Of the metrics, in seconds of AWS."""

    def fill(self, empty: Filled) -> Filled:
        rows = read_rows(self._properties)
        title, thresholds = "", []
        if arns := self._properties.get("annotations", {}).get("alarms", []):
            title = alarms.alarm_name(arns[0])
            for alarm in self._cloudwatch.alarms(arns).values():
                rows = rows or alarms.rows_of(alarm)
                thresholds.extend([threshold] if (threshold := alarms.threshold_of(alarm)) else [])
        rows = with_ids(rows)
        if self._whole is None:
            self.periods.update(row.period for row in rows if row.expression is None)
        try:
            series = list(self._series(rows))
        except (ClientError, ParamValidationError) as error:
            return replace(empty, title=title, thresholds=thresholds, problem=refusal(error))
        return replace(empty, title=title, thresholds=thresholds, series=series)

    def _series(self, rows: Sequence[Row]) -> Iterator[Series]:
        results: dict[str, list[tuple[str, list[float], list[float]]]] = {}
        for region in {row.region or self._cloudwatch.region for row in rows}:
            here = [row for row in rows if (row.region or self._cloudwatch.region) == region]
            queries = metric_data_queries(here, self._speed, self._whole)
            for query_id, *result in self._cloudwatch.metric_data(region, queries, self._time_range):
                results.setdefault(query_id, []).append(tuple(result))  # type: ignore[arg-type]
        periods = periods_here(rows, self._speed, self._whole)
        visible = [row for row in rows if row.visible]
        for row, default in zip(visible, default_labels(visible), strict=True):
            found = results.get(row.id, [("", [], [])])
            for label, times, values in found:
                # A search gives several series, which only the answer's labels tell apart.
                own = replace(row, label=label) if len(found) > 1 else row
                yield self._one(own, default, times, values, periods[row.id])

    def _one(self, row: Row, default: str, times: Sequence[float], values: Sequence[float], period: int) -> Series:
        if self._whole is None and not self._properties.get("liveData"):
            # The period under way has only part of its values, which looks as if they fell.
            complete = sum(moment + period <= self._time_range.end for moment in times)
            times, values = times[:complete], values[:complete]
        if row.expression is None:
            region = row.region or self._cloudwatch.region
            unit = self._cloudwatch.unit(region, row, self._time_range) if values else None
        else:
            unit = unit_in(row.label or "") or unit_in(self._properties.get("title", ""))
        label = default if row.label is None else filled_label(row.label, row, default, times, values, unit)
        return Series(label=label, times=times, values=values, period=period, unit=unit, axis=row.axis, color=row.color)


def _alarm_statuses(widget: Widget, cloudwatch: CloudWatch) -> list[Any]:
    arns = widget.properties["alarms"]
    found = alarms.statuses(arns, cloudwatch.alarms(arns))
    if states := widget.properties.get("states"):
        found = [alarm for alarm in found if alarm.state in states or not alarm.state]
    return alarms.sort(found, widget.properties.get("sortBy", "default"))


def _notes(body: Body, speed: float, periods: set[int]) -> Iterator[str]:
    if body.variables:
        yield f"Its variables stay as the body has them: {', '.join(body.variables)}."
    if speed == 1:
        yield "Times in UTC. The local cloud keeps AWS's pace."
        return
    minute = in_words(round(60 / speed, 3))
    yield (
        f"Times in UTC. A minute of AWS takes {minute} on this local cloud, and periods are as much shorter: "
        f"a Sum over {minute} here stands for a Sum over a minute there."
    )
    floored = sorted(period for period in periods if local_period(period, speed) != round(period / speed, 6))
    for period in floored:
        here = local_period(period, speed)
        yield (
            f"A period of {in_words(period)} is drawn as {in_words(here)}, "
            f"{in_words(round(here * speed, 3))} of AWS: CloudWatch has none between."
        )
