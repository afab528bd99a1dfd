"""What a series is called: by default what tells it from its neighbours, else its label with what that asks for.

Rule: "Using dynamic labels" in the CloudWatch user guide.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from local_sagemaker.dashboards.units import NO_VALUE, format_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_sagemaker.dashboards.metric_rows import Row
    from local_sagemaker.dashboards.units import Unit

_ASKED = re.compile(r"\$\{\s*(\w+)(?:\(\s*['\"]([^'\"]*)['\"]\s*\))?\s*\}")
_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": lambda values: sum(values) / len(values),
    "FIRST": lambda values: values[0],
    "LAST": lambda values: values[-1],
    "MAX": max,
    "MIN": min,
    "SUM": sum,
}
_MOMENTS: dict[str, Callable[[Sequence[float]], int]] = {
    "FIRST": lambda _: 0,
    "LAST": lambda values: len(values) - 1,
    "MAX": lambda values: values.index(max(values)),
    "MIN": lambda values: values.index(min(values)),
}


def default_labels(rows: Sequence[Row]) -> list[str]:
    """Give for each row what tells it from the others; of one alone, the metric's name.

    Example
    -------
    >>> from local_sagemaker.dashboards.metric_rows import Row
    >>> default_labels([Row(name="Invocations", dimensions=(("Variant", v),)) for v in ("blue", "green")])
    ['blue', 'green']
    """
    metrics = [row for row in rows if row.expression is None]
    names, stats = {row.name for row in metrics}, {row.stat for row in metrics}
    dimensions = {row.dimensions for row in metrics}
    found = []
    for row in rows:
        if row.expression is not None:
            found.append(row.id or row.expression)
            continue
        words: list[str] = []
        if len(dimensions) > 1:
            words.extend(value for name, value in row.dimensions if not _all_have(metrics, name, value))
        if len(names) > 1 or not words:
            words.append(row.name)
        if len(stats) > 1:
            words.append(row.stat)
        found.append(" ".join(words))
    return found


def filled_label(
    label: str, row: Row, default: str, times: Sequence[float], values: Sequence[float], unit: Unit | None
) -> str:
    """Put into a label what its ``${...}`` ask for; one that CloudWatch does not know stays as it is.

    Parameters
    ----------
    label
        As in the body.
    default
        What ``${LABEL}`` stands for.
    times, values
        Of the series; without any, a dash stands for its statistics.

    Example
    -------
    >>> from local_sagemaker.dashboards.metric_rows import Row
    >>> filled_label("p99 [max ${MAX}]", Row(), "", [0, 1], [12.0, 35.0], None)
    'p99 [max 35]'
    """

    def answer(found: re.Match[str]) -> str:
        name, argument = found[1], found[2]
        if name == "LABEL":
            return default
        if name == "DATAPOINT_COUNT":
            return str(len(values))
        if name == "PROP" and argument is not None:
            return _property(row, argument)
        if name in _STATISTICS:
            return format_value(_STATISTICS[name](values), unit) if values else NO_VALUE
        kind, _, ending = name.partition("_")
        if ending.startswith("TIME") and kind in _MOMENTS:
            return _clock(times[_MOMENTS[kind](values)]) if values else NO_VALUE
        return found[0]

    return _ASKED.sub(answer, label)


def _all_have(rows: Sequence[Row], name: str, value: str) -> bool:
    return all((name, value) in row.dimensions for row in rows)


def _property(row: Row, name: str) -> str:
    if name.startswith("Dim."):
        return dict(row.dimensions).get(name.removeprefix("Dim."), "")
    known = {
        "MetricName": row.name,
        "Namespace": row.namespace,
        "Period": str(row.period),
        "Region": row.region or "",
        "Stat": row.stat,
    }
    return known.get(name, "")


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%H:%M:%S")
