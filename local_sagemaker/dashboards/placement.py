"""Where each widget lies on the grid of 24 columns, also those that do not say it.

Rule: "Dashboard Body Structure and Syntax" in the CloudWatch API reference: the default of x and y is the next
available position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from local_sagemaker.dashboards.body_rules import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.dashboards.body import Widget


class Place(NamedTuple):
    """Columns and rows that a widget takes."""

    x: int
    y: int
    width: int
    height: int

    def overlaps(self, other: Place) -> bool:
        """Say whether two widgets would cover each other."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


def places(widgets: Sequence[Widget]) -> list[Place]:
    """Give the place of each widget, in the widgets' order.

    Parameters
    ----------
    widgets
        Those with both coordinates lie there; one with a column or a row alone lies in the first free place of it;
        the others come next to the one before, row by row. What would lie in the place of another goes below it,
        as the console moves it.
    """
    found: list[Place] = []
    for widget in widgets:
        width = min(widget.width, COLUMNS)
        if widget.x is not None and widget.y is not None:
            place = Place(min(widget.x, COLUMNS - width), widget.y, width, widget.height)
            while hit := next((other for other in found if place.overlaps(other)), None):
                place = place._replace(y=hit.y + hit.height)
        else:
            place = _next(widget, width, found)
        found.append(place)
    return found


def _next(widget: Widget, width: int, found: Sequence[Place]) -> Place:
    columns = range(COLUMNS - width + 1) if widget.x is None else [min(widget.x, COLUMNS - width)]
    # Rows above the widget before it stay as they are: it comes after it.
    row = (found[-1].y if found else 0) if widget.y is None else widget.y
    while True:
        for column in columns:
            place = Place(column, row, width, widget.height)
            if not any(place.overlaps(other) for other in found):
                return place
        row += 1
