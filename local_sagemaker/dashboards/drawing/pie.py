"""Pies: the share of each series in the latest values of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.canvas import Box, points
from local_sagemaker.dashboards.drawing.card import write_in_the_middle
from local_sagemaker.dashboards.drawing.legend import draw_legend
from local_sagemaker.dashboards.units import format_value

if TYPE_CHECKING:
    from local_sagemaker.dashboards.drawing.canvas import Canvas
    from local_sagemaker.dashboards.series import Filled


def draw_pie(canvas: Canvas, box: Box, filled: Filled) -> None:
    """Draw a ring with a part for each series; its legend has the values and shares."""
    series = filled.series
    values = [max(one.last or 0.0, 0.0) for one in series]
    total = sum(values)
    if not total:
        write_in_the_middle(canvas, box, "No data available in this time")
        return
    colors = theme.colors_of(series)
    entries = [
        (color, f"{one.label}  {format_value(value, one.unit)} ({100 * value / total:.3g} %)")
        for color, one, value in zip(colors, series, values, strict=True)
    ]
    position = filled.widget.properties.get("legend", {}).get("position", "bottom")
    box = draw_legend(canvas, box, entries, position)
    size = min(box.width, box.height)
    place = Box(box.x + (box.width - size) / 2, box.y + (box.height - size) / 2, size, size)
    axes = canvas.axes(place, label="pie")
    axes.pie(
        values,
        colors=colors,
        startangle=90,
        counterclock=False,
        wedgeprops={"width": 0.42, "edgecolor": theme.CARD, "linewidth": points(2)},
    )
