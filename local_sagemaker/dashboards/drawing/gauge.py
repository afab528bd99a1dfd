"""Gauges: the latest value between the least and the most that the widget's axis names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.annotations import visible
from local_sagemaker.dashboards.drawing.canvas import Box
from local_sagemaker.dashboards.drawing.card import write_in_the_middle
from local_sagemaker.dashboards.units import format_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_sagemaker.dashboards.drawing.canvas import Canvas
    from local_sagemaker.dashboards.series import Filled, Series

# Of an axis that does not say.
_LEAST, _MOST = 0.0, 100.0
_THICK, _THIN = 0.2, 0.04


def draw_gauge(canvas: Canvas, box: Box, filled: Filled) -> None:
    """Draw a half ring for each series, side by side."""
    if not filled.series:
        write_in_the_middle(canvas, box, "No metrics")
        return
    properties = filled.widget.properties
    axis = properties.get("yAxis", {}).get("left", {})
    low, high = float(axis.get("min", _LEAST)), float(axis.get("max", _MOST))
    marks = list(visible([*filled.thresholds, *properties.get("annotations", {}).get("horizontal", [])]))
    width = box.width / len(filled.series)
    for number, (one, color) in enumerate(zip(filled.series, theme.colors_of(filled.series), strict=True)):
        _draw_one(canvas, Box(box.x + number * width, box.y, width, box.height), one, color, (low, high), marks)


def angle(value: float, low: float, high: float) -> float:
    """Give the degrees at which a value stands: from 180 at the least to 0 at the most.

    Example
    -------
    >>> angle(25, 0, 100), angle(900, 0, 100)
    (135.0, 0.0)
    """
    share = (value - low) / (high - low) if high > low else 0.0
    return 180.0 - 180.0 * min(max(share, 0.0), 1.0)


def _draw_one(
    canvas: Canvas,
    cell: Box,
    one: Series,
    color: str,
    range_: tuple[float, float],
    marks: Sequence[Mapping[str, Any]],
) -> None:
    from matplotlib.patches import Wedge

    low, high = range_
    label_height, ends_height = 26, 24
    radius = max(min(cell.width / 2 - 12, cell.height - label_height - ends_height), 20)
    center_x = cell.x + cell.width / 2
    base = cell.y + radius + max((cell.height - radius - label_height - ends_height) / 2, 0)
    axes = canvas.axes(Box(center_x - radius, base - radius, 2 * radius, radius), label=f"gauge {one.label}")
    axes.axis("off")
    axes.set(xlim=(-1, 1), ylim=(0, 1))
    inner = 1 - _THIN - 0.02
    axes.add_patch(Wedge((0, 0), inner, 0, 180, width=_THICK, color=theme.GRID))
    if one.last is not None:
        axes.add_patch(Wedge((0, 0), inner, angle(one.last, low, high), 180, width=_THICK, color=color, label="value"))
    for mark in marks:
        at = angle(float(mark["value"]), low, high)
        band = mark.get("band")
        until = at + 1 if band is None else angle(float(band), low, high)
        until = {"above": 0.0, "below": 180.0}.get(mark.get("fill", "none"), until)
        shade = mark.get("color") or theme.RED
        axes.add_patch(Wedge((0, 0), 1, min(at, until), max(at, until), width=_THIN, color=shade, label="annotation"))
    text = format_value(one.last, one.unit)
    size = min(radius * 0.36, 46.0)
    canvas.text(center_x, base - size * 0.6, text, size=size, fontweight="bold", align="center")
    ends = ((-1, low), (1, high))
    for side, value in ends:
        x = center_x + side * radius * (inner - _THICK / 2)
        canvas.text(x, base + 14, format_value(value, one.unit), size=theme.SMALL, color=theme.MUTED, align="center")
    label = canvas.shortened(one.label, cell.width - 12, theme.SMALL)
    canvas.text(center_x, base + ends_height + 14, label, size=theme.SMALL, color=theme.MUTED, align="center")
