"""What CloudWatch demands of a dashboard's body, in the words in which PutDashboard refuses one.

Rule: "Dashboard Body Structure and Syntax" in the CloudWatch API reference. The messages are those of PutDashboard as
far as they were seen in public reports; their wording for the rest is of the same kind.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.exceptions import InvalidBodyError, Problem
from local_sagemaker.dashboards.time_range import is_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COLUMNS, MOST_ROWS, MOST_WIDGETS = 24, 1000, 500
KINDS = ("alarm", "chart", "custom", "explorer", "log", "metric", "text")
VIEWS = ("timeSeries", "singleValue", "gauge", "bar", "pie", "table")
NO_OBJECT = "The field DashboardBody must be a valid JSON object"

# What a widget of a kind cannot do without.
_REQUIRED = {"alarm": ("alarms",), "custom": ("endpoint",), "log": ("region",), "text": ("markdown",)}
_ALLOWED: dict[str, tuple[str, ...]] = {"view": VIEWS}
_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}
_PROPERTY_TYPES = {
    "alarms": "array",
    "annotations": "object",
    "legend": "object",
    "markdown": "string",
    "metrics": "array",
    "period": "integer",
    "region": "string",
    "setPeriodToTimeRange": "boolean",
    "sparkline": "boolean",
    "stacked": "boolean",
    "stat": "string",
    "title": "string",
    "yAxis": "object",
}
_COLOR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_METRICS = (
    'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element'
)


def read_document(text: str) -> dict[str, Any]:
    """Give a body that keeps the rules.

    Parameters
    ----------
    text
        JSON.

    Raises
    ------
    InvalidBodyError
        It is no JSON object, or breaks a rule.

    Example
    -------
    >>> read_document('{"widgets": []}')
    {'widgets': []}
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InvalidBodyError([Problem("", f"{NO_OBJECT} ({error})")]) from None
    if not isinstance(document, dict):
        raise InvalidBodyError([Problem("", NO_OBJECT)])
    if found := list(problems(document)):
        raise InvalidBodyError(found)
    return document


def problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with a body."""
    if "widgets" not in document:
        yield Problem("", "Should have required property 'widgets'")
        return
    variables = document.get("variables", [])
    if not (isinstance(variables, list) and all(isinstance(variable, dict) for variable in variables)):
        yield Problem("/variables", "Should be array of objects")
    widgets = document["widgets"]
    if not isinstance(widgets, list):
        yield Problem("/widgets", "Should be array")
        return
    if len(widgets) > MOST_WIDGETS:
        yield Problem("/widgets", f"Should NOT have more than {MOST_WIDGETS} items")
    for number, widget in enumerate(widgets):
        path = f"/widgets/{number}"
        if isinstance(widget, dict):
            yield from _of_widget(path, widget)
        else:
            yield Problem(path, "Should be object")


def _of_widget(path: str, widget: Mapping[str, Any]) -> Iterator[Problem]:
    for name in ("type", "properties"):
        if name not in widget:
            yield Problem(path, f"Should have required property '{name}'")
    kind = widget.get("type", "text")
    if kind not in KINDS:
        yield Problem(f"{path}/type", "Should be equal to one of the allowed values")
    for name, least, most in (
        ("x", 0, COLUMNS - 1),
        ("y", 0, MOST_ROWS),
        ("width", 1, COLUMNS),
        ("height", 1, MOST_ROWS),
    ):
        yield from _of_number(f"{path}/{name}", widget.get(name, least), least, most)
    properties = widget.get("properties", {})
    if not isinstance(properties, dict):
        yield Problem(f"{path}/properties", "Should be object")
    elif "properties" in widget and kind in KINDS:
        yield from _of_properties(f"{path}/properties", kind, properties)


def _of_number(path: str, value: Any, least: int, most: int) -> Iterator[Problem]:
    if not _is(value, "integer"):
        yield Problem(path, "Should be integer")
    elif value < least:
        yield Problem(path, f"Should be >= {least}")
    elif value > most:
        yield Problem(path, f"Should be <= {most}")


def _of_properties(path: str, kind: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    for name in _REQUIRED.get(kind, ()):
        if name not in properties:
            yield Problem(path, f"Should have required property '{name}'")
    if kind == "metric" and "metrics" not in properties and not _alarms_of(properties):
        yield Problem(path, "Should have required property 'metrics'")
    for name, wanted in _PROPERTY_TYPES.items():
        if name in properties and not _is(properties[name], wanted):
            yield Problem(f"{path}/{name}", f"Should be {wanted}")
    for name, allowed in _ALLOWED.items():
        if kind == "metric" and properties.get(name, allowed[0]) not in allowed:
            yield Problem(f"{path}/{name}", "Should be equal to one of the allowed values")
    for name in ("start", "end"):
        if name in properties and not is_moment(properties[name]):
            yield Problem(f"{path}/{name}", "Should be a time in ISO 8601, or for start a length such as -PT3H")
    rows = properties.get("metrics", [])
    if kind == "metric" and isinstance(rows, list):
        for number, row in enumerate(rows):
            yield from _of_row(f"{path}/metrics/{number}", row)


def _of_row(path: str, row: Any) -> Iterator[Problem]:
    if not isinstance(row, list):
        yield Problem(path, "Should be array")
        yield Problem(path, _METRICS)
        return
    options = row[-1] if row and isinstance(row[-1], dict) else {}
    fields = row[:-1] if options or (row and isinstance(row[-1], dict)) else row
    if not all(isinstance(field, str) for field in fields):
        yield Problem(path, 'Invalid metric field type, only "String" type is allowed')
    elif "expression" in options:
        if fields:
            yield Problem(path, "An expression stands alone in its array")
    elif len(fields) < 2 and "..." not in fields:
        yield Problem(path, "Should NOT have less than 2 items")
    elif len(fields) % 2 and "..." not in fields:
        yield Problem(path, "Each dimension should have a name and a value")
    color = options.get("color")
    if color is not None and not (isinstance(color, str) and _COLOR.fullmatch(color)):
        yield Problem(f"{path}/{len(fields)}/color", f'Should match pattern "^{_COLOR.pattern}$"')
    if not _is(options.get("period", 60), "integer"):
        yield Problem(f"{path}/{len(fields)}/period", "Should be integer")
    if options.get("yAxis", "left") not in ("left", "right"):
        yield Problem(f"{path}/{len(fields)}/yAxis", "Should be equal to one of the allowed values")


def _alarms_of(properties: Mapping[str, Any]) -> bool:
    annotations = properties.get("annotations")
    return isinstance(annotations, dict) and bool(annotations.get("alarms"))


def _is(value: Any, wanted: str) -> bool:
    return isinstance(value, _TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))
