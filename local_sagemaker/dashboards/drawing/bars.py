"""Bars: the latest value of each series beside the others'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.axis_ticks import limits
from local_sagemaker.dashboards.drawing.card import write_in_the_middle
from local_sagemaker.dashboards.units import format_value

if TYPE_CHECKING:
    from local_sagemaker.dashboards.drawing.canvas import Box, Canvas
    from local_sagemaker.dashboards.series import Filled

_MOST_LABEL, _THICK = 0.4, 0.62


def draw_bars(canvas: Canvas, box: Box, filled: Filled) -> None:
    """Draw a horizontal bar for each series, with its label at the left and its value at the right."""
    series = filled.series
    if not any(one.values for one in series):
        write_in_the_middle(canvas, box, "No data available in this time")
        return
    labels = [canvas.shortened(one.label, box.width * _MOST_LABEL, theme.SMALL) for one in series]
    texts = [format_value(one.last, one.unit) for one in series]
    left = max(canvas.width_of(label, theme.SMALL) for label in labels) + 12
    right = max(canvas.width_of(text, theme.SMALL) for text in texts) + 12
    plot = box.inside(left, 4, right, 4)
    axes = canvas.axes(plot, label="bars")
    axes.axis("off")
    axis = filled.widget.properties.get("yAxis", {}).get("left", {})
    values = [one.last or 0.0 for one in series]
    low, high = limits(values, axis.get("min"), axis.get("max"))
    axes.set(xlim=(low, high), ylim=(len(series) - 0.5, -0.5))
    axes.barh(range(len(series)), values, height=_THICK, color=theme.colors_of(series))
    row = plot.height / len(series)
    for number, (label, text, value) in enumerate(zip(labels, texts, values, strict=True)):
        y = plot.y + (number + 0.5) * row
        canvas.text(plot.x - 12, y, label, size=theme.SMALL, color=theme.MUTED, align="right")
        end = plot.x + min(max((value - low) / (high - low), 0.0), 1.0) * plot.width
        canvas.text(end + 8, y, text, size=theme.SMALL)
