"""Alarm status: a tile for each alarm, in the colour of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.canvas import Box
from local_sagemaker.dashboards.drawing.card import write_in_the_middle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.dashboards.drawing.canvas import Canvas
    from local_sagemaker.dashboards.series import AlarmStatus, Filled

# By state: ink, ground, and how it is called.
LOOKS = {
    "ALARM": (theme.RED, "#fdf0ed", "In alarm"),
    "OK": (theme.GREEN, "#eff7ed", "OK"),
    "INSUFFICIENT_DATA": (theme.GREY, "#f2f3f3", "Insufficient data"),
    "": (theme.GREY, "#f2f3f3", "Not found"),
}
_NARROWEST, _TALLEST, _LEAST, _BETWEEN = 200, 70, 30, 10
# A tile of this height has a line for the state.
_TWO_LINES = 44
_LEFT, _RIGHT = 22, 12
_STATE = theme.SMALL - 1


def draw_alarm_status(canvas: Canvas, box: Box, filled: Filled) -> None:
    """Draw the tiles, as many as the card holds; where there are more, the last says how many."""
    alarms = list(filled.alarms)
    if not alarms:
        write_in_the_middle(canvas, box, "No alarms in these states")
        return
    columns, rows = _layout(canvas, box, alarms)
    width = (box.width - (columns - 1) * _BETWEEN) / columns
    height = min((box.height - (rows - 1) * _BETWEEN) / rows, _TALLEST)
    shown = alarms if len(alarms) <= rows * columns else alarms[: rows * columns - 1]
    for number, alarm in enumerate(shown):
        _tile(canvas, _cell(box, number, columns, width, height), alarm)
    if left_over := alarms[len(shown) :]:
        firing = sum(alarm.state == "ALARM" for alarm in left_over)
        cell = _cell(box, len(shown), columns, width, height)
        write_in_the_middle(canvas, cell, f"+ {len(left_over)} more, {firing} in alarm", theme.MUTED)


def _layout(canvas: Canvas, box: Box, alarms: Sequence[AlarmStatus]) -> tuple[int, int]:
    """Give columns and rows: as few columns as there are rows for, so that the names are read."""
    most_rows = max(int((box.height + _BETWEEN) // (_LEAST + _BETWEEN)), 1)
    names = (canvas.width_of(alarm.name, theme.SMALL, fontweight="bold") for alarm in alarms)
    wide = min(max(names) + _LEFT + _RIGHT, box.width)
    comfortable = max(int((box.width + _BETWEEN) // (wide + _BETWEEN)), 1)
    most_columns = max(int((box.width + _BETWEEN) // (_NARROWEST + _BETWEEN)), 1)
    columns = min(max(comfortable, -(-len(alarms) // most_rows)), max(most_columns, 1), len(alarms))
    return columns, min(-(-len(alarms) // columns), most_rows)


def _cell(box: Box, number: int, columns: int, width: float, height: float) -> Box:
    row, column = divmod(number, columns)
    return Box(box.x + column * (width + _BETWEEN), box.y + row * (height + _BETWEEN), width, height)


def _tile(canvas: Canvas, cell: Box, alarm: AlarmStatus) -> None:
    ink, ground, word = LOOKS[alarm.state]
    canvas.panel(cell, ground, ink, radius=5)
    canvas.panel(Box(cell.x, cell.y, 10, cell.height), ink, radius=4)
    room = cell.width - _LEFT - _RIGHT
    y = cell.y + cell.height / 2
    if cell.height >= _TWO_LINES:
        canvas.text(cell.x + _LEFT, y + 11, canvas.shortened(word, room, _STATE), size=_STATE, color=ink)
        y -= 9
    else:
        # The colour alone would not tell everybody.
        short = canvas.shortened(word, room / 2, _STATE)
        canvas.text(cell.right - _RIGHT, y, short, size=_STATE, color=ink, align="right")
        room -= canvas.width_of(short, _STATE) + _RIGHT
    # Names of one endpoint begin alike, and end in what the alarm is about.
    name = canvas.shortened(alarm.name, room, theme.SMALL, middle=True, fontweight="bold")
    canvas.text(cell.x + _LEFT, y, name, size=theme.SMALL, fontweight="bold")
