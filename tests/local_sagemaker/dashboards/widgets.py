"""Widgets in a few words."""

from typing import Any


def metric(name: str, variant: str = "blue", **options: Any) -> list[Any]:
    """Write a row of a metric widget."""
    return ["AWS/SageMaker", name, "EndpointName", "churn", "VariantName", variant, options]


def graph(*rows: list[Any], **properties: Any) -> dict[str, Any]:
    """Write a metric widget with periods of a minute."""
    defaults = {"metrics": list(rows), "period": 60, "stat": "Sum", "region": "us-east-1"}
    return {"type": "metric", "properties": {**defaults, **properties}}
