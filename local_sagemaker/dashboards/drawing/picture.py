"""The whole picture of a dashboard: its header, its cards on the grid, and what must be known to read it."""

from __future__ import annotations

import warnings
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.body_rules import COLUMNS
from local_sagemaker.dashboards.drawing import canvas as sheet
from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.alarm_status import draw_alarm_status
from local_sagemaker.dashboards.drawing.bars import draw_bars
from local_sagemaker.dashboards.drawing.canvas import Box, Canvas
from local_sagemaker.dashboards.drawing.card import draw_card, wrapped, write_in_the_middle
from local_sagemaker.dashboards.drawing.gauge import draw_gauge
from local_sagemaker.dashboards.drawing.pie import draw_pie
from local_sagemaker.dashboards.drawing.single_value import draw_single_value
from local_sagemaker.dashboards.drawing.text import draw_text
from local_sagemaker.dashboards.drawing.time_series import draw_time_series
from local_sagemaker.dashboards.units import NO_VALUE

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from local_sagemaker.dashboards.placement import Place
    from local_sagemaker.dashboards.series import Filled, FilledDashboard
    from local_sagemaker.dashboards.time_range import TimeRange

_HEADER, _NOTE_LINE = 58, 24


def draw(dashboard: FilledDashboard) -> Figure:
    """Draw a dashboard.

    Raises
    ------
    MatplotlibMissing
        matplotlib is not installed.
    """
    # Its fonts are looked up first: without it there is nothing to make settings for.
    settings: Any = sheet.settings()
    from matplotlib import rc_context

    with rc_context(settings):
        return _Picture(dashboard).draw()


def save(figure: Figure, path: Path) -> None:
    """Write a picture as PNG.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    with warnings.catch_warnings():
        # Titles may hold pictograms that no font here has; a box stands for them.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(path, format="png", facecolor=figure.get_facecolor())


class _Picture:
    def __init__(self, dashboard: FilledDashboard) -> None:
        self._dashboard = dashboard
        rows = max((one.place.y + one.place.height for one in dashboard.widgets), default=2)
        measure = Canvas(theme.WIDTH, 10)
        width = theme.WIDTH - 2 * theme.MARGIN
        self._notes = [line for note in dashboard.notes for line in wrapped(measure, note, width, theme.SMALL)]
        notes = len(self._notes) * _NOTE_LINE + (8 if self._notes else 0)
        self._grid_height = rows * theme.ROW
        height = 2 * theme.MARGIN + _HEADER + self._grid_height + notes
        self._canvas = Canvas(theme.WIDTH, round(height))

    def draw(self) -> Figure:
        self._header()
        for one in self._dashboard.widgets:
            _draw_widget(self._canvas, self._box(one.place), one, one.time_range or self._dashboard.time_range)
        if not self._dashboard.widgets:
            box = Box(theme.MARGIN, theme.MARGIN + _HEADER, theme.WIDTH - 2 * theme.MARGIN, self._grid_height)
            write_in_the_middle(self._canvas, box, "This dashboard has no widgets")
        top = theme.MARGIN + _HEADER + self._grid_height + 8
        for number, line in enumerate(self._notes):
            y = top + (number + 0.5) * _NOTE_LINE
            self._canvas.text(theme.MARGIN, y, line, size=theme.SMALL, color=theme.MUTED)
        return self._canvas.figure

    def _header(self) -> None:
        canvas, y = self._canvas, theme.MARGIN + _HEADER / 2 - 8
        range_ = _range_in_words(self._dashboard.time_range)
        canvas.text(theme.WIDTH - theme.MARGIN, y, range_, color=theme.MUTED, align="right")
        room = theme.WIDTH - 2 * theme.MARGIN - canvas.width_of(range_) - 40
        name = canvas.shortened(self._dashboard.name, room, theme.HEADING, fontweight="bold")
        canvas.text(theme.MARGIN, y, name, size=theme.HEADING, fontweight="bold")

    def _box(self, place: Place) -> Box:
        column = (theme.WIDTH - 2 * theme.MARGIN + theme.GAP) / COLUMNS
        return Box(
            theme.MARGIN + place.x * column,
            theme.MARGIN + _HEADER + place.y * theme.ROW,
            place.width * column - theme.GAP,
            place.height * theme.ROW - theme.GAP,
        )


def _draw_widget(canvas: Canvas, box: Box, filled: Filled, time_range: TimeRange) -> None:
    widget = filled.widget
    title = filled.title if not widget.properties.get("title") else str(widget.properties["title"])
    if widget.kind == "text":
        if widget.properties.get("background") != "transparent":
            canvas.panel(box, theme.CARD, theme.BORDER)
        draw_text(canvas, box.inside(theme.PADDING, 12, theme.PADDING, 10), widget.properties["markdown"])
        return
    inner = draw_card(canvas, box, title)
    view = widget.properties.get("view", "timeSeries")
    if filled.problem:
        write_in_the_middle(canvas, inner, filled.problem, theme.RED)
    elif widget.kind == "alarm":
        draw_alarm_status(canvas, inner, filled)
    elif widget.kind != "metric":
        write_in_the_middle(canvas, inner, f"A widget of type {widget.kind!r} is not drawn here")
    elif view == "timeSeries":
        draw_time_series(canvas, inner, filled, time_range)
    elif view == "singleValue":
        draw_single_value(canvas, inner, filled, time_range)
    elif view == "gauge":
        draw_gauge(canvas, inner, filled)
    elif view == "bar":
        draw_bars(canvas, inner, filled)
    elif view == "pie":
        draw_pie(canvas, inner, filled)
    else:
        write_in_the_middle(canvas, inner, f"The view {view!r} is not drawn here")


def _range_in_words(time_range: TimeRange) -> str:
    start, end = (datetime.fromtimestamp(moment, timezone.utc) for moment in time_range)
    ending = end.strftime("%H:%M:%S") if start.date() == end.date() else end.strftime("%Y-%m-%d %H:%M:%S")
    return f"{start:%Y-%m-%d %H:%M:%S} {NO_VALUE} {ending} UTC"
