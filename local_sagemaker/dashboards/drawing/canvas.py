"""The sheet that everything is drawn on: matplotlib in pixels, counted from the upper left corner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from local_sagemaker.dashboards.drawing import theme
from local_sagemaker.dashboards.exceptions import MatplotlibMissing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 100
_POINTS = 72 / _DPI


class Box(NamedTuple):
    """A part of the sheet, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    def inside(self, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Box:
        """Give what is left of it, without so much on each side."""
        return Box(self.x + left, self.y + top, max(self.width - left - right, 1), max(self.height - top - bottom, 1))


def settings() -> dict[str, Any]:
    """Give the matplotlib settings that pictures are drawn under.

    Raises
    ------
    MatplotlibMissing
        It is not installed.
    """
    try:
        from matplotlib import font_manager
    except ImportError:
        raise MatplotlibMissing from None
    there = set(font_manager.get_font_names())
    return {
        "font.family": [name for name in theme.FONTS if name in there],
        # A dollar is money here, not the beginning of a formula.
        "text.parse_math": False,
        "axes.unicode_minus": False,
    }


class Canvas:
    """A sheet of a size.

    Parameters
    ----------
    width, height
        Pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure: Figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=theme.BACKGROUND)
        canvas: Any = FigureCanvasAgg(self.figure)
        self._renderer = canvas.get_renderer()
        self.ground = self.axes(Box(0, 0, width, height), label="ground")
        self.ground.set(xlim=(0, width), ylim=(height, 0))
        self.ground.axis("off")

    def axes(self, box: Box, *, label: str) -> Axes:
        """Give axes that fill a box; they have no ground of their own."""
        place = (
            box.x / self.width,
            1 - box.bottom / self.height,
            box.width / self.width,
            box.height / self.height,
        )
        axes = self.figure.add_axes(place, label=label)
        axes.set_facecolor("none")
        return axes

    def panel(self, box: Box, color: str, edge: str | None = None, radius: float = theme.RADIUS) -> None:
        """Draw a filled box with round corners."""
        from matplotlib.patches import FancyBboxPatch

        self.ground.add_patch(
            FancyBboxPatch(
                (box.x + radius, box.y + radius),
                max(box.width - 2 * radius, 0),
                max(box.height - 2 * radius, 0),
                boxstyle=f"round,pad={radius},rounding_size={radius}",
                facecolor=color,
                edgecolor=edge or color,
                linewidth=_POINTS,
            )
        )

    def text(
        self,
        x: float,
        y: float,
        content: str,
        *,
        size: float = theme.TEXT,
        color: str = theme.INK,
        align: str = "left",
        vertical: str = "center",
        **style: Any,
    ) -> None:
        """Write a line.

        Parameters
        ----------
        x, y
            Where; `align` and `vertical` say which point of the text that is.
        size
            Pixels.
        style
            As matplotlib's text takes it, such as ``fontweight``.
        """
        self.ground.text(x, y, content, fontsize=points(size), color=color, ha=align, va=vertical, **style)

    def width_of(self, content: str, size: float = theme.TEXT, **style: Any) -> float:
        """Give the pixels that a line is wide."""
        from matplotlib.font_manager import FontProperties

        properties = FontProperties(
            family=style.get("fontfamily"),
            size=points(size),
            weight=style.get("fontweight", "normal"),
            style=style.get("fontstyle", "normal"),
        )
        return float(self._renderer.get_text_width_height_descent(content, properties, ismath=False)[0])

    def shortened(
        self, content: str, width: float, size: float = theme.TEXT, *, middle: bool = False, **style: Any
    ) -> str:
        """Cut a line, so that it is no wider than that.

        Parameters
        ----------
        middle
            Whether its end stays, too.
        """
        if self.width_of(content, size, **style) <= width:
            return content
        for length in range(len(content) - 1, -1, -1):
            end = length // 2 if middle else 0
            cut = content[: length - end].rstrip() + "…" + content[len(content) - end :].lstrip()
            if self.width_of(cut, size, **style) <= width:
                break
        return cut


def points(pixels: float) -> float:
    """Give the size of a font, or the width of a line, as matplotlib counts them."""
    return pixels * _POINTS
