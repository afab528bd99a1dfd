"""What is wrong with an expression."""

from __future__ import annotations


class MetricMathError(ValueError):
    """An expression that CloudWatch refuses, or that the local cloud does not emulate; the text says which part."""
