"""Colours and sizes of the picture: white cards on grey, in the manner of the CloudWatch console.

Sizes are pixels of a picture that is `WIDTH` wide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.dashboards.series import Series

WIDTH = 1840
MARGIN, GAP, PADDING = 24, 12, 18
ROW = 62
"""Height of a row of the grid."""
RADIUS = 8

TITLE, HEADING, TEXT, SMALL = 20, 28, 18, 16

BACKGROUND, CARD, BORDER = "#f2f3f3", "#ffffff", "#dfe3e6"
INK, MUTED, FAINT, GRID = "#16191f", "#545b64", "#879196", "#e9ebed"
LINK = "#0972d3"
RED, GREEN, GREY = "#d13212", "#1d8102", "#687078"

# The categorical palette of Cloudscape, AWS's design system; what is near the red of thresholds comes late.
CYCLE = (
    "#688ae8",
    "#e07941",
    "#2ea597",
    "#8456ce",
    "#c33d69",
    "#3759ce",
    "#a84401",
    "#096f64",
    "#6237a7",
    "#962249",
)
FONTS = ("Open Sans", "Noto Sans", "Liberation Sans", "DejaVu Sans")
MONOSPACE = "DejaVu Sans Mono"


def colors_of(series: Sequence[Series]) -> list[str]:
    """Give each series the colour that the body gives it, else the next of the cycle that no other has.

    Example
    -------
    >>> from local_sagemaker.dashboards.series import Series
    >>> colors_of([Series(label="a", times=[], values=[], color="#688ae8"), Series(label="b", times=[], values=[])])
    ['#688ae8', '#e07941']
    """
    given = {one.color.lower() for one in series if one.color}
    free = [color for color in CYCLE if color not in given] or list(CYCLE)
    chosen, taken = [], 0
    for one in series:
        if one.color:
            chosen.append(one.color)
        else:
            chosen.append(free[taken % len(free)])
            taken += 1
    return chosen
