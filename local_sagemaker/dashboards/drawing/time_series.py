"""Graphs over time: lines or stacked areas on one or two value axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.annotations import draw_horizontal, draw_vertical, halo, visible
from local_sagemaker.dashboards.drawing.axis_ticks import limits, time_ticks, value_ticks
from local_sagemaker.dashboards.drawing.canvas import points
from local_sagemaker.dashboards.drawing.legend import draw_legend
from local_sagemaker.dashboards.units import common_unit, unit_in, unit_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from local_sagemaker.dashboards.drawing.axis_ticks import Ticks
    from local_sagemaker.dashboards.drawing.canvas import Box, Canvas
    from local_sagemaker.dashboards.series import Filled, Series
    from local_sagemaker.dashboards.time_range import TimeRange

SIDES = ("left", "right")
# Values that are at most so many periods apart are joined by a line.
_JOINED = 3.0
# Pixels, and values a pixel.
_EDGE, _THICK, _THIN = 2.0, 2.4, 1.2
_DENSE = 0.5
_ROOM_ABOVE = 1.12
_TICK_SPACE, _LABEL_LINE, _TIME_LINE = 8, 28, 26


def draw_time_series(canvas: Canvas, box: Box, filled: Filled, time_range: TimeRange) -> None:
    """Draw a graph.

    Parameters
    ----------
    box
        The card below its title.
    """
    properties = filled.widget.properties
    colors = theme.colors_of(filled.series)
    entries = [(color, one.label) for color, one in zip(colors, filled.series, strict=True)]
    box = draw_legend(canvas, box, entries, properties.get("legend", {}).get("position", "bottom"))
    graph = _Graph(canvas, filled, colors, time_range)
    graph.draw(box)


class _Graph:
    """One graph.

    Parameters
    ----------
    colors
        Of the series, in their order.
    """

    def __init__(self, canvas: Canvas, filled: Filled, colors: Sequence[str], time_range: TimeRange) -> None:
        self._canvas = canvas
        self._time_range = time_range
        self._stacked = bool(filled.widget.properties.get("stacked"))
        self._options: Mapping[str, Any] = filled.widget.properties.get("yAxis", {})
        self._title = filled.title or filled.widget.properties.get("title", "")
        given = filled.widget.properties.get("annotations", {})
        self._horizontal = list(visible([*filled.thresholds, *given.get("horizontal", [])]))
        self._vertical = list(visible(given.get("vertical", [])))
        self._of_side: dict[str, list[tuple[Series, str]]] = {side: [] for side in SIDES}
        for one, color in zip(filled.series, colors, strict=True):
            self._of_side[one.axis].append((one, color))

    def draw(self, box: Box) -> None:
        sides = [side for side in SIDES if side == "left" or self._of_side[side]]
        labels = {side: str(self._options.get(side, {}).get("label", "")) for side in sides}
        top = _LABEL_LINE if any(labels.values()) else 6
        height = box.height - top - _TIME_LINE
        ticks = {side: self._ticks(side, height) for side in sides}
        widths = {side: self._text_width(ticks[side][0]) for side in sides}
        plot = box.inside(widths["left"], top, widths.get("right", 0) or 4, _TIME_LINE)
        canvas = self._canvas
        for side in sides:
            align, x = ("left", box.x) if side == "left" else ("right", box.right)
            label = canvas.shortened(labels[side], box.width / len(sides), theme.SMALL)
            canvas.text(x, box.y + _LABEL_LINE / 2 - 5, label, size=theme.SMALL, color=theme.MUTED, align=align)
        axes = canvas.axes(plot, label=self._title)
        self._set_time(axes, plot)
        for side in sides:
            own = axes if side == "left" else axes.twinx()
            _set_values(own, side, *ticks[side], plot.height)
            self._draw_side(own, side)
            mine = [one for one in self._horizontal if one.get("yAxis", "left") == side]
            draw_horizontal(canvas, own, mine, plot.height)
        draw_vertical(axes, self._vertical)
        if not any(one.values for entries in self._of_side.values() for one, _ in entries):
            axes.text(
                0.5,
                0.5,
                "No data available in this time",
                transform=axes.transAxes,
                ha="center",
                va="center",
                fontsize=points(theme.TEXT),
                color=theme.FAINT,
                path_effects=halo(),
            )

    def _ticks(self, side: str, height: float) -> tuple[Ticks, tuple[float, float]]:
        options = self._options.get(side, {})
        shown = [value for top in self._tops(side) for value in top if math.isfinite(value)]
        # What is filled above a threshold needs room to be seen.
        shown += [
            float(one["value"]) * (_ROOM_ABOVE if one.get("fill") == "above" and float(one["value"]) > 0 else 1)
            for one in self._horizontal
            if one.get("yAxis", "left") == side
        ]
        low, high = limits(shown, options.get("min"), options.get("max"))
        unit = common_unit(one.unit for one, _ in self._of_side[side] if one.values)
        label = options.get("label", "")
        named = unit_named(label) or unit_in(label)
        if named or options.get("showUnits") is False:
            # The label says the unit: the numbers are in it already.
            unit = unit_named("None")
        return value_ticks(low, high, max(int(height // 44), 2), unit), (low, high)

    def _text_width(self, ticks: Ticks) -> float:
        return max((self._canvas.width_of(text, theme.SMALL) for text in ticks.texts), default=0.0) + _TICK_SPACE

    def _set_time(self, axes: Axes, plot: Box) -> None:
        axes.set_xlim(self._time_range.start, self._time_range.end)
        ticks = time_ticks(self._time_range, max(int(plot.width // 92), 2))
        # A text in the middle of its tick would be cut off at the card's edges.
        edge = self._time_range.seconds * 30 / plot.width
        shown = [
            (position, text)
            for position, text in zip(ticks.positions, ticks.texts, strict=True)
            if position <= self._time_range.end - edge
        ]
        axes.set_xticks([position for position, _ in shown], [text for _, text in shown])
        axes.tick_params(axis="x", length=0, pad=points(7), labelsize=points(theme.SMALL), labelcolor=theme.MUTED)
        for spine in axes.spines.values():
            spine.set_visible(False)

    def _tops(self, side: str) -> list[list[float]]:
        """Values of each series, as high as they are drawn."""
        if self._stacked:
            return stacked([one for one, _ in self._of_side[side]])[1]
        return [list(one.values) for one, _ in self._of_side[side]]

    def _draw_side(self, axes: Axes, side: str) -> None:
        entries = self._of_side[side]
        if self._stacked:
            times, tops = stacked([one for one, _ in entries])
            below = [0.0] * len(times)
            for (one, color), top in zip(entries, tops, strict=True):
                axes.fill_between(times, below, top, color=color, alpha=0.42, linewidth=0, zorder=2)
                _line(axes, times, top, color, one.label)
                below = top
            return
        for one, color in entries:
            times, values = with_gaps(one.times, one.values, one.period)
            _line(axes, times, values, color, one.label)


def with_gaps(times: Sequence[float], values: Sequence[float], period: float) -> tuple[list[float], list[float]]:
    """Put a NaN where values are missing, so that no line is drawn across.

    Example
    -------
    >>> with_gaps([0, 1, 9], [5.0, 6.0, 7.0], 1)[1]
    [5.0, 6.0, nan, 7.0]
    """
    found_times: list[float] = []
    found: list[float] = []
    for time, value in zip(times, values, strict=True):
        if found and time - found_times[-1] > _JOINED * period:
            found_times.append(found_times[-1] + period)
            found.append(math.nan)
        found_times.append(time)
        found.append(value)
    return found_times, found


def stacked(series: Sequence[Series]) -> tuple[list[float], list[list[float]]]:
    """Give the times of all series together, and for each series the top of its area: a missing value adds nothing."""
    together = sorted({time for one in series for time in one.times})
    period = max((one.period for one in series), default=1.0)
    times, heights = with_gaps(together, [0.0] * len(together), period)
    tops = []
    for one in series:
        known = dict(zip(one.times, one.values, strict=True))
        heights = [height + known.get(time, 0.0) for time, height in zip(times, heights, strict=True)]
        tops.append(heights)
    return times, tops


def line_width(axes: Axes, count: int) -> float:
    """Give the pixels of a line through so many values: thick ones of many would run into a single area."""
    return _THIN if count > _DENSE * axes.get_window_extent().width else _THICK


def _line(axes: Axes, times: Sequence[float], values: Sequence[float], color: str, label: str) -> None:
    axes.plot(
        times,
        values,
        color=color,
        linewidth=points(line_width(axes, len(times))),
        solid_joinstyle="round",
        label=label,
        zorder=4,
    )
    # A value that no neighbour joins would not be seen.
    padded = [math.nan, *values, math.nan]
    alone = [index for index in range(len(values)) if math.isnan(padded[index]) and math.isnan(padded[index + 2])]
    if alone := [index for index in alone if not math.isnan(values[index])]:
        axes.plot(
            [times[index] for index in alone],
            [values[index] for index in alone],
            "o",
            color=color,
            markersize=points(7),
            zorder=4,
        )


def _set_values(axes: Axes, side: str, ticks: Ticks, range_: tuple[float, float], height: float) -> None:
    low, high = range_
    # A line at the edge is seen in its full width.
    edge = _EDGE * (high - low) / height
    axes.set_ylim(low - edge, high + edge)
    axes.set_yticks(ticks.positions, ticks.texts)
    axes.tick_params(axis="y", length=0, pad=points(6), labelsize=points(theme.SMALL), labelcolor=theme.MUTED)
    if side == "left":
        axes.grid(visible=True, axis="y", color=theme.GRID, linewidth=points(1.2))
        axes.set_axisbelow(True)
    else:
        for spine in axes.spines.values():
            spine.set_visible(False)
