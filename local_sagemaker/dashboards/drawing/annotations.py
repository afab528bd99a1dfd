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
_LABEL, _LABEL_LINE = theme.SMALL - 1, 18


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
    rows = [(float(annotation["value"]) - low) / (high - low) * height for annotation in annotations]
    labels = _Labels(canvas, axes, height, rows)
    for annotation, row in zip(annotations, rows, strict=True):
        value, color = float(annotation["value"]), annotation.get("color") or theme.RED
        fill = annotation.get("fill", "none")
        until = {"above": high, "below": low}.get(fill, annotation.get("band"))
        if until is not None:
            axes.axhspan(value, float(until), color=color, alpha=_SHADE, linewidth=0, zorder=1)
        axes.axhline(value, color=color, linewidth=points(1.6), linestyle=(0, (5, 3)), zorder=3)
        if label := annotation.get("label"):
            labels.write(str(label), value, row, color)


class _Labels:
    """Labels at the right ends of horizontal lines, side by side where lines are close to each other.

    Parameters
    ----------
    height
        Of the axes, in pixels.
    rows
        How far above the axis each line is, in pixels.
    """

    def __init__(self, canvas: Canvas, axes: Axes, height: float, rows: Sequence[float]) -> None:
        self._canvas = canvas
        self._axes = axes
        self._width = axes.get_window_extent().width
        self._height = height
        self._rows = rows
        # Of each label, where it stands above the axis, and where it begins, from the right edge; pixels.
        self._taken: list[tuple[float, float]] = []

    def write(self, label: str, value: float, row: float, color: str) -> None:
        """Write the label of a line that is so many pixels above the axis."""
        under = self._is_under(row)
        row -= _LABEL_LINE if under else 0
        right = max((end for other, end in self._taken if abs(other - row) < _LABEL_LINE), default=6.0)
        text = self._canvas.shortened(label, max(self._width - right, 0.0), _LABEL)
        self._taken.append((row, right + self._canvas.width_of(text, _LABEL) + 14))
        self._axes.annotate(
            text,
            (1.0, value),
            xycoords=self._axes.get_yaxis_transform(),
            xytext=(points(-right), points(-3 if under else 3)),
            textcoords="offset points",
            ha="right",
            va="top" if under else "bottom",
            fontsize=points(_LABEL),
            color=color,
            zorder=6,
            path_effects=halo(),
        )

    def _is_under(self, row: float) -> bool:
        """Say whether a label has room below its line alone."""
        if row > self._height - _LABEL_LINE:
            return True
        crossed = any(row < other < row + _LABEL_LINE for other in self._rows)
        free = row > _LABEL_LINE and not any(row - _LABEL_LINE < other < row for other in self._rows)
        return crossed and free


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
        path_effects=halo(),
    )


def halo() -> list[Any]:
    """Keep a label readable on the lines that it crosses."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=points(4), foreground=theme.CARD)]
