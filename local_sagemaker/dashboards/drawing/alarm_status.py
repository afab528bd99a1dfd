"""Alarm status: a tile for each alarm, in the colour of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.canvas import Box
from local_sagemaker.dashboards.drawing.card import write_in_the_middle

if TYPE_CHECKING:
    from local_sagemaker.dashboards.drawing.canvas import Canvas
    from local_sagemaker.dashboards.series import AlarmStatus, Filled

# By state: ink, ground, and how it is called.
LOOKS = {
    "ALARM": (theme.RED, "#fdf0ed", "In alarm"),
    "OK": (theme.GREEN, "#eff7ed", "OK"),
    "INSUFFICIENT_DATA": (theme.GREY, "#f2f3f3", "Insufficient data"),
    "": (theme.GREY, "#f2f3f3", "Not found"),
}
_NARROWEST, _TALLEST, _LEAST, _BETWEEN = 250, 74, 34, 10
# A tile of this height has a line for the state.
_TWO_LINES = 54


def draw_alarm_status(canvas: Canvas, box: Box, filled: Filled) -> None:
    """Draw the tiles, as many as the card holds; where there are more, the last says how many."""
    alarms = list(filled.alarms)
    if not alarms:
        write_in_the_middle(canvas, box, "No alarms in these states")
        return
    columns = max(min(int((box.width + _BETWEEN) // (_NARROWEST + _BETWEEN)), len(alarms)), 1)
    most_rows = max(int((box.height + _BETWEEN) // (_LEAST + _BETWEEN)), 1)
    rows = min(-(-len(alarms) // columns), most_rows)
    width = (box.width - (columns - 1) * _BETWEEN) / columns
    height = min((box.height - (rows - 1) * _BETWEEN) / rows, _TALLEST)
    shown = alarms if len(alarms) <= rows * columns else alarms[: rows * columns - 1]
    for number, alarm in enumerate(shown):
        _tile(canvas, _cell(box, number, columns, width, height), alarm)
    if left_over := alarms[len(shown) :]:
        firing = sum(alarm.state == "ALARM" for alarm in left_over)
        cell = _cell(box, len(shown), columns, width, height)
        write_in_the_middle(canvas, cell, f"+ {len(left_over)} more, {firing} in alarm", theme.MUTED)


def _cell(box: Box, number: int, columns: int, width: float, height: float) -> Box:
    row, column = divmod(number, columns)
    return Box(box.x + column * (width + _BETWEEN), box.y + row * (height + _BETWEEN), width, height)


def _tile(canvas: Canvas, cell: Box, alarm: AlarmStatus) -> None:
    ink, ground, word = LOOKS[alarm.state]
    canvas.panel(cell, ground, ink, radius=5)
    canvas.panel(Box(cell.x, cell.y, 10, cell.height), ink, radius=4)
    room = cell.width - 36
    y = cell.y + cell.height / 2
    if cell.height >= _TWO_LINES:
        canvas.text(cell.x + 22, y + 14, canvas.shortened(word, room, theme.SMALL), size=theme.SMALL, color=ink)
        y -= 11
    else:
        # The colour alone would not tell everybody.
        short = canvas.shortened(word, room / 2, theme.SMALL)
        canvas.text(cell.right - 12, y, short, size=theme.SMALL, color=ink, align="right")
        room -= canvas.width_of(short, theme.SMALL) + 12
    name = canvas.shortened(alarm.name, room, theme.SMALL + 1, fontweight="bold")
    canvas.text(cell.x + 22, y, name, size=theme.SMALL + 1, fontweight="bold")
