"""The legend of a card: swatches and labels in rows below it, or in a column at its right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.canvas import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.dashboards.drawing.canvas import Canvas

Entry = tuple[str, str]
"""Colour and label."""

LINE = 26
_SWATCH, _SPACE, _BETWEEN = 14, 7, 22
# Of the card's height, that rows below it may take, and of its width.
_MOST_HEIGHT, _MOST_WIDTH = 0.34, 0.36


def draw_legend(canvas: Canvas, box: Box, entries: Sequence[Entry], position: str = "bottom") -> Box:
    """Draw a legend in a box, and give what it leaves of it.

    Parameters
    ----------
    position
        ``bottom``, ``right`` or ``hidden``, as in the body.
    """
    if not entries or position == "hidden":
        return box
    if position == "right":
        return _column(canvas, box, entries)
    rows = _rows(canvas, entries, box.width)
    most = max(int(box.height * _MOST_HEIGHT // LINE), 1)
    left_over = sum(len(row) for row in rows[most:])
    rows = rows[:most]
    top = box.bottom - len(rows) * LINE
    for number, row in enumerate(rows):
        x, y = box.x, top + (number + 0.5) * LINE
        for color, label in row:
            x = _entry(canvas, x, y, color, label) + _BETWEEN
        if left_over and number == most - 1:
            _more(canvas, box, y, left_over)
    return box.inside(bottom=len(rows) * LINE + 4)


def _rows(canvas: Canvas, entries: Sequence[Entry], width: float) -> list[list[Entry]]:
    rows: list[list[Entry]] = []
    free = 0.0
    for color, label in entries:
        short = canvas.shortened(label, width - _SWATCH - _SPACE, theme.SMALL)
        needed = _SWATCH + _SPACE + canvas.width_of(short, theme.SMALL)
        if not rows or free < needed:
            rows.append([])
            free = width
        rows[-1].append((color, short))
        free -= needed + _BETWEEN
    return rows


def _column(canvas: Canvas, box: Box, entries: Sequence[Entry]) -> Box:
    longest = max(canvas.width_of(label, theme.SMALL) for _, label in entries)
    width = min(longest + _SWATCH + _SPACE, box.width * _MOST_WIDTH)
    most = max(int(box.height // LINE), 1)
    x = box.right - width
    for number, (color, label) in enumerate(entries[:most]):
        y = box.y + (number + 0.5) * LINE
        if number == most - 1 and len(entries) > most:
            _more(canvas, box, y, len(entries) - most + 1)
        else:
            _entry(canvas, x, y, color, canvas.shortened(label, width - _SWATCH - _SPACE, theme.SMALL))
    return box.inside(right=width + 18)


def _entry(canvas: Canvas, x: float, y: float, color: str, label: str) -> float:
    """Draw one entry, and give where it ends."""
    canvas.panel(Box(x, y - _SWATCH / 2, _SWATCH, _SWATCH), color, radius=2)
    x += _SWATCH + _SPACE
    canvas.text(x, y, label, size=theme.SMALL, color=theme.MUTED)
    return x + canvas.width_of(label, theme.SMALL)


def _more(canvas: Canvas, box: Box, y: float, count: int) -> None:
    """Say how many do not fit."""
    text = f"+ {count} more"
    width = canvas.width_of(text, theme.SMALL)
    canvas.panel(Box(box.right - width - 8, y - LINE / 2, width + 8, LINE), theme.CARD, radius=0)
    canvas.text(box.right, y, text, size=theme.SMALL, color=theme.FAINT, align="right")
