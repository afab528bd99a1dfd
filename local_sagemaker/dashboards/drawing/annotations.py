"""Horizontal and vertical annotations of a graph: a line, its label, and what is filled beside it.

Rule: "Properties of a Metric Widget Object", annotations, in the CloudWatch API reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.canvas import points
from local_sagemaker.dashboards.time_range import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes

    from local_sagemaker.dashboards.drawing.canvas import Canvas

    Annotation = Mapping[str, Any]

_SHADE = 0.07
_LABEL = theme.SMALL - 1


def visible(annotations: Sequence[Any]) -> Iterator[Annotation]:
    """Yield those that are drawn; of a band, which is a pair, both, the first with ``band``: the second's value."""
    for entry in annotations:
        pair = entry if isinstance(entry, list) else [entry]
        if not all(item.get("visible", True) for item in pair):
            continue
        yield {**pair[0], "band": pair[1]["value"]} if len(pair) > 1 else pair[0]
        if len(pair) > 1:
            yield {"color": pair[0].get("color"), "yAxis": pair[0].get("yAxis", "left"), **pair[1], "fill": "none"}


def draw_horizontal(canvas: Canvas, axes: Axes, annotations: Sequence[Annotation], height: float) -> None:
    """Draw lines across axes whose limits are set.

    Parameters
    ----------
    height
        Of the axes, in pixels.
    """
    low, high = axes.get_ylim()
    taken: list[float] = []
    for annotation in annotations:
        value, color = float(annotation["value"]), annotation.get("color") or theme.RED
        fill = annotation.get("fill", "none")
        until = {"above": high, "below": low}.get(fill, annotation.get("band"))
        if until is not None:
            axes.axhspan(value, float(until), color=color, alpha=_SHADE, linewidth=0, zorder=1)
        axes.axhline(value, color=color, linewidth=points(1.6), linestyle=(0, (5, 3)), zorder=3)
        if label := annotation.get("label"):
            row = (value - low) / (high - low) * height
            # Above its line, but below it where another label or the upper edge is in the way.
            under = row > height - 22 or any(0 <= row - other < 22 for other in taken)
            taken.append(row)
            _write(canvas, axes, (0.995, value), label, color, under=under)


def draw_vertical(axes: Axes, annotations: Sequence[Annotation]) -> None:
    """Draw lines down axes whose limits are set; what is at another time than theirs has no place there."""
    start, end = axes.get_xlim()
    for annotation in annotations:
        moment, color = moment_of(annotation["value"]), annotation.get("color") or theme.MUTED
        fill = annotation.get("fill", "none")
        band = annotation.get("band")
        until = {"before": start, "after": end}.get(fill, None if band is None else moment_of(band))
        if until is not None:
            axes.axvspan(moment, until, color=color, alpha=_SHADE, linewidth=0, zorder=1)
        if start <= moment <= end:
            axes.axvline(moment, color=color, linewidth=points(1.6), linestyle=(0, (5, 3)), zorder=3)
            if label := annotation.get("label"):
                _write_beside(axes, moment, label, color, left=moment > (start + end) / 2)


def _write(canvas: Canvas, axes: Axes, place: tuple[float, float], label: str, color: str, *, under: bool) -> None:
    width = axes.get_window_extent().width * 0.98
    axes.annotate(
        canvas.shortened(label, width, _LABEL),
        place,
        xycoords=axes.get_yaxis_transform(),
        xytext=(0, points(-3 if under else 3)),
        textcoords="offset points",
        ha="right",
        va="top" if under else "bottom",
        fontsize=points(_LABEL),
        color=color,
        zorder=6,
        path_effects=_halo(),
    )


def _write_beside(axes: Axes, moment: float, label: str, color: str, *, left: bool) -> None:
    axes.annotate(
        label,
        (moment, 1.0),
        xycoords=axes.get_xaxis_transform(),
        xytext=(points(-5 if left else 5), points(-4)),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top",
        fontsize=points(_LABEL),
        color=color,
        zorder=6,
        path_effects=_halo(),
    )


def _halo() -> list[Any]:
    """Keep a label readable on the lines that it crosses."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=points(4), foreground=theme.CARD)]
