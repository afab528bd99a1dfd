"""The metrics of a widget: rows in CloudWatch's short notation, written out.

Rule: "Metric Widget: Format for Each Metric in the Array" in the CloudWatch API reference: ``.`` stands for what the
row above has in its place, ``...`` for all that it has up to what follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.exceptions import InvalidBodyError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Of a widget that says neither; seconds.
STAT, PERIOD = "Average", 300


@dataclass(frozen=True, kw_only=True)
class Row:
    """One metric, or one expression over others.

    Parameters
    ----------
    namespace, name, dimensions
        Of a metric; empty for an expression.
    expression
        Of metric math; None for a metric.
    id
        What expressions call it; empty where nobody does.
    label
        As given, with ``${...}`` in it; None for the default.
    stat
        Such as ``Sum`` or ``p99``.
    period
        Seconds of AWS.
    axis
        ``left`` or ``right``.
    color
        Such as ``#1f77b4``; None for the next of the cycle.
    visible
        Whether it is drawn, and not only an input.
    region
        Where it is looked for; None for the widget's.
    """

    namespace: str = ""
    name: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    expression: str | None = None
    id: str = ""
    label: str | None = None
    stat: str = STAT
    period: int = PERIOD
    axis: str = "left"
    color: str | None = None
    visible: bool = True
    region: str | None = None


def read_rows(properties: Mapping[str, Any]) -> list[Row]:
    """Give the rows of a metric widget.

    Parameters
    ----------
    properties
        The widget's, which keep the rules of bodies.

    Raises
    ------
    InvalidBodyError
        A dot stands where the row above has nothing.

    Example
    -------
    >>> rows = read_rows({"metrics": [["AWS/SageMaker", "Invocations", "EndpointName", "churn"], ["...", "fraud"]]})
    >>> rows[1].dimensions
    (('EndpointName', 'fraud'),)
    """
    rows: list[Row] = []
    above: list[str] = []
    for number, entry in enumerate(properties.get("metrics", [])):
        options = entry[-1] if isinstance(entry[-1], dict) else {}
        if "expression" in options:
            rows.append(Row(expression=options["expression"], **_options(options, properties)))
            continue
        above = _written_out(entry[:-1] if isinstance(entry[-1], dict) else entry, above, number)
        dimensions = tuple(zip(above[2::2], above[3::2], strict=True))
        rows.append(
            Row(namespace=above[0], name=above[1], dimensions=dimensions, **_options(options, properties)),
        )
    return rows


def _written_out(fields: Sequence[str], above: Sequence[str], number: int) -> list[str]:
    """Replace the dots."""
    fields = list(fields)
    if "..." in fields:
        at = fields.index("...")
        tail = fields[at + 1 :]
        fields = [*fields[:at], *above[at : max(len(above) - len(tail), at)], *tail]
    written = [above[index] if field == "." and index < len(above) else field for index, field in enumerate(fields)]
    if "." in written or len(written) < 2 or len(written) % 2:
        path = f"/metrics/{number}"
        raise InvalidBodyError([Problem(path, "Its dots do not match the row above: there is too little in that row")])
    return written


def _options(options: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": options.get("id", ""),
        "label": options.get("label"),
        "stat": options.get("stat") or properties.get("stat") or STAT,
        "period": int(options.get("period") or properties.get("period") or PERIOD),
        "axis": options.get("yAxis", "left"),
        "color": options.get("color"),
        "visible": options.get("visible", True),
        "region": options.get("region") or properties.get("region"),
    }
