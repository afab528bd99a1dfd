"""Text: the Markdown of a text widget, set in lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.drawing.canvas import Box
from local_sagemaker.dashboards.markdown import Run, read_markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.dashboards.drawing.canvas import Canvas
    from local_sagemaker.dashboards.markdown import Block

# Of headings by level; pixels.
_HEADINGS = {1: 30, 2: 25, 3: 21}
_INDENT, _LINE = 26, 1.45
_STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "bold": {"fontweight": "bold"},
    "italic": {"fontstyle": "italic"},
    "code": {"fontfamily": theme.MONOSPACE},
    "link": {},
}
# Of words of several fonts, which stand on one line.
_VERTICAL = "center_baseline"
_WORDS = re.compile(r"\s+|\S+")


def draw_text(canvas: Canvas, box: Box, markdown: str) -> None:
    """Set a text from the top of a box on; where it does not fit, dots end it."""
    setter = _Setter(canvas, box)
    for block in read_markdown(markdown):
        if not setter.set(block):
            canvas.text(box.x, box.bottom - 8, "…", color=theme.MUTED)
            return


class _Setter:
    """Sets blocks below each other."""

    def __init__(self, canvas: Canvas, box: Box) -> None:
        self._canvas = canvas
        self._box = box
        self._y = box.y

    def set(self, block: Block) -> bool:
        """Set a block, and say whether there was room for all of it."""
        if block.kind == "rule":
            self._canvas.ground.plot([self._box.x, self._box.right], [self._y + 8] * 2, color=theme.BORDER, linewidth=1)
            self._y += 18
            return True
        if block.kind == "table":
            return self._table(block)
        size = float(_HEADINGS.get(block.level, theme.TEXT) if block.kind == "heading" else theme.TEXT)
        indent = _INDENT * (block.level + 1) if block.kind == "item" else 0
        bold = block.kind == "heading"
        for number, line in enumerate(self._lines(block.runs, self._box.width - indent, size, bold=bold)):
            if self._y + size * 1.15 > self._box.bottom + 4:
                return False
            middle = self._y + size * 0.62
            if block.marker and not number:
                x = self._box.x + indent - 10
                style: dict[str, Any] = {"size": size, "color": theme.MUTED, "align": "right", "vertical": _VERTICAL}
                self._canvas.text(x, middle, block.marker, **style)
            self._line(self._box.x + indent, middle, line, size, bold=bold)
            self._y += size * _LINE
        self._y += 4 if block.kind in ("item", "code") else 8
        return True

    def _lines(self, runs: Sequence[Run], width: float, size: float, *, bold: bool) -> list[list[Run]]:
        """Break runs into lines."""
        lines: list[list[Run]] = [[]]
        used = 0.0
        for run in runs:
            style = _style(run, bold=bold)
            for word in _WORDS.findall(run.text):
                length = self._canvas.width_of(word, size, **style)
                if used and used + length > width and not word.isspace():
                    lines.append([])
                    used = 0.0
                lines[-1].append(Run(self._canvas.shortened(word, width, size, **style), run.style))
                used += length
        return lines

    def _line(self, x: float, y: float, line: Sequence[Run], size: float, *, bold: bool) -> None:
        for run in line:
            style = _style(run, bold=bold)
            color = theme.LINK if run.style == "link" else theme.INK
            self._canvas.text(x, y, run.text, size=size, color=color, vertical=_VERTICAL, **style)
            x += self._canvas.width_of(run.text, size, **style)

    def _table(self, block: Block) -> bool:
        size, row_height = float(theme.SMALL + 1), 28.0
        columns = max(len(row) for row in block.rows) if block.rows else 0
        widths = [0.0] * columns
        for number, row in enumerate(block.rows):
            for column, cell in enumerate(row):
                length = sum(self._canvas.width_of(run.text, size, **_style(run, bold=not number)) for run in cell)
                widths[column] = max(widths[column], length + 28)
        shrink = min(self._box.width / sum(widths), 1.0) if widths else 1.0
        for number, row in enumerate(block.rows):
            if self._y + row_height > self._box.bottom + 4:
                return False
            x = self._box.x
            for column, cell in enumerate(row):
                room = widths[column] * shrink
                text = "".join(run.text for run in cell)
                cut = self._canvas.shortened(text, room - 12, size, **_style(Run(text), bold=not number))
                line = cell if shrink == 1 else (Run(cut),)
                self._line(x, self._y + row_height / 2, line, size, bold=not number)
                x += room
            self._y += row_height
            ground = Box(self._box.x, self._y, min(sum(widths) * shrink, self._box.width), 1)
            self._canvas.panel(ground, theme.BORDER, radius=0)
        self._y += 8
        return True


def _style(run: Run, *, bold: bool) -> dict[str, Any]:
    return {**_STYLES[run.style], **({"fontweight": "bold"} if bold else {})}
