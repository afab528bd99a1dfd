"""The white card of a widget, with its title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker.dashboards.drawing import theme

if TYPE_CHECKING:
    from local_sagemaker.dashboards.drawing.canvas import Box, Canvas


def draw_card(canvas: Canvas, box: Box, title: str) -> Box:
    """Draw a card, and give the part of it below its title.

    Parameters
    ----------
    title
        Empty for none.
    """
    canvas.panel(box, theme.CARD, theme.BORDER)
    inner = box.inside(theme.PADDING, 14, theme.PADDING, 12)
    if not title:
        return inner
    size = theme.TITLE
    while size > theme.TEXT - 1 and canvas.width_of(title, size, fontweight="bold") > inner.width:
        size -= 1
    line = canvas.shortened(title, inner.width, size, fontweight="bold")
    canvas.text(inner.x, inner.y + theme.TITLE * 0.6, line, size=size, fontweight="bold")
    return inner.inside(top=theme.TITLE * 1.2 + 10)


def write_in_the_middle(canvas: Canvas, box: Box, text: str, color: str = theme.FAINT) -> None:
    """Write why a card has nothing to show, in as many lines as it takes."""
    lines = wrapped(canvas, text, box.width * 0.92)
    top = box.y + box.height / 2 - (len(lines) - 1) * theme.TEXT * 0.7
    for number, line in enumerate(lines):
        canvas.text(box.x + box.width / 2, top + number * theme.TEXT * 1.4, line, color=color, align="center")


def wrapped(canvas: Canvas, text: str, width: float, size: float = theme.TEXT) -> list[str]:
    """Break a text into lines that are no wider than that."""
    lines: list[str] = []
    for word in text.split():
        if lines and canvas.width_of(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [canvas.shortened(line, width, size) for line in lines]
