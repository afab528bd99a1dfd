"""A dashboard's body as data: its widgets, and the time that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.body_rules import read_document

if TYPE_CHECKING:
    from collections.abc import Mapping

# Columns and rows of a widget that does not say.
WIDTH, HEIGHT = 6, 6


@dataclass(frozen=True, kw_only=True)
class Widget:
    """One widget.

    Parameters
    ----------
    kind
        ``metric``, ``text``, ``alarm``, or one that is not drawn.
    properties
        As in the body.
    x, y
        Column and row of its upper left corner; None where it comes next.
    width, height
        In columns and rows.
    """

    kind: str
    properties: Mapping[str, Any]
    x: int | None = None
    y: int | None = None
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Body:
    """A whole dashboard.

    Parameters
    ----------
    widgets
        In the body's order.
    start
        Where the time that it shows begins, such as ``-PT3H``; None for CloudWatch's own.
    variables
        Names of what its users may choose.
    """

    widgets: tuple[Widget, ...]
    start: str | None = None
    variables: tuple[str, ...] = ()


def read_body(text: str) -> Body:
    """Read a body.

    Parameters
    ----------
    text
        JSON, as GetDashboard gives it.

    Raises
    ------
    InvalidBodyError
        It breaks CloudWatch's rules; the error says where.

    Example
    -------
    >>> read_body('{"widgets": [{"type": "text", "properties": {"markdown": "# Churn"}}]}').widgets[0].kind
    'text'
    """
    document = read_document(text)
    widgets = tuple(
        Widget(
            kind=widget["type"],
            properties=widget["properties"],
            x=widget.get("x"),
            y=widget.get("y"),
            width=widget.get("width", WIDTH),
            height=widget.get("height", HEIGHT),
        )
        for widget in document["widgets"]
    )
    start = document.get("start")
    variables = tuple(str(variable.get("label") or variable.get("id")) for variable in document.get("variables", []))
    return Body(widgets, start if isinstance(start, str) else None, variables)
