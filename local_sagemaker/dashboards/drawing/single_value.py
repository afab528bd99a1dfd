"""Numbers: the latest value of each series, large, with its course behind it where the widget wants a sparkline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.axis_ticks import limits
from local_sagemaker.dashboards.drawing.canvas import Box, points
from local_sagemaker.dashboards.drawing.card import write_in_the_middle
from local_sagemaker.dashboards.drawing.time_series import line_width, with_gaps
from local_sagemaker.dashboards.units import format_value

if TYPE_CHECKING:
    from local_sagemaker.dashboards.drawing.canvas import Canvas
    from local_sagemaker.dashboards.series import Filled, Series
    from local_sagemaker.dashboards.time_range import TimeRange

_NARROWEST, _LARGEST, _LEAST = 190, 52, 22
# Of the cell's height, and pixels.
_SPARK, _LEAST_SPARK = 0.4, 14


def draw_single_value(canvas: Canvas, box: Box, filled: Filled, time_range: TimeRange) -> None:
    """Draw a cell for each series, side by side."""
    if not filled.series:
        write_in_the_middle(canvas, box, "No metrics")
        return
    columns = max(min(len(filled.series), int(box.width // _NARROWEST)), 1)
    rows = -(-len(filled.series) // columns)
    width, height = box.width / columns, box.height / rows
    properties = filled.widget.properties
    colors = theme.colors_of(filled.series)
    for number, (one, color) in enumerate(zip(filled.series, colors, strict=True)):
        cell = Box(box.x + number % columns * width, box.y + number // columns * height, width - 14, height)
        below = _number(
            canvas,
            cell,
            one,
            color,
            exact=bool(properties.get("singleValueFullPrecision")),
            # The card's title says it already, where there is but one.
            labelled=len(filled.series) > 1 or one.label != properties.get("title"),
        )
        if properties.get("sparkline"):
            _sparkline(canvas, cell, below, one, color, time_range)


def _number(canvas: Canvas, cell: Box, one: Series, color: str, *, exact: bool, labelled: bool) -> float:
    """Write number and label, and give where they end."""
    text = format_value(one.last, one.unit, exact=exact)
    size = float(min(cell.height * 0.4, _LARGEST))
    while size > _LEAST and canvas.width_of(text, size, fontweight="bold") > cell.width:
        size -= 1
    y = cell.y + size * 0.58
    canvas.text(cell.x, y, text, size=size, fontweight="bold", color=theme.INK if one.values else theme.FAINT)
    y += size * 0.58 + 14
    if not labelled or y + theme.SMALL / 2 > cell.bottom:
        return y - 14
    canvas.panel(Box(cell.x, y - 6, 12, 12), color, radius=2)
    label = canvas.shortened(one.label, cell.width - 20, theme.SMALL)
    canvas.text(cell.x + 20, y, label, size=theme.SMALL, color=theme.MUTED)
    return y + theme.SMALL / 2


def _sparkline(canvas: Canvas, cell: Box, below: float, one: Series, color: str, time_range: TimeRange) -> None:
    height = max(min(cell.height * _SPARK, cell.bottom - below - 4), _LEAST_SPARK)
    axes = canvas.axes(Box(cell.x, cell.bottom - height, cell.width, height), label=f"sparkline {one.label}")
    axes.axis("off")
    axes.set_xlim(time_range.start, time_range.end)
    axes.set_ylim(*limits(one.values, None, None))
    times, values = with_gaps(one.times, one.values, one.period)
    axes.fill_between(times, 0, values, color=color, alpha=0.14, linewidth=0)
    axes.plot(
        times,
        values,
        color=color,
        linewidth=points(line_width(axes, len(times))),
        label=one.label,
        solid_joinstyle="round",
    )
