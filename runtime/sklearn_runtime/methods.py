"""Which of a model's methods answers a request: the endpoint's setting, or the request's own choice."""

from __future__ import annotations

import re
from typing import Any, Callable, List, Optional

from sklearn_runtime.errors import UnknownMethod, shown

__all__ = ["METHODS", "available_methods", "bound_method", "requested_method"]

METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "score_samples")
"""What may be called by name; nothing else of a model can be reached from a request."""


def requested_method(custom_attributes: Optional[str]) -> Optional[str]:
    """The method that a request names.

    Parameters
    ----------
    custom_attributes : str, optional
        The header X-Amzn-SageMaker-Custom-Attributes, for example ``method=predict_proba,trace=1``. Attributes are
        separated by commas, semicolons, ampersands or spaces; those other than ``method`` are the caller's own.

    Returns
    -------
    str or None
        The last one named; not checked yet.

    Example
    -------
    >>> requested_method("trace=1; method=predict_proba")
    'predict_proba'
    """
    if not custom_attributes:
        return None
    found = None
    for attribute in re.split(r"[,;&\s]+", custom_attributes):
        name, equals, value = attribute.partition("=")
        if name == "method" and equals:
            found = value.strip("\"'")
    return found


def available_methods(model: Any) -> List[str]:
    """Those of `METHODS` that a fitted model has."""
    return [name for name in METHODS if callable(getattr(model, name, None))]


def bound_method(model: Any, name: str) -> Callable[[Any], Any]:
    """The method of a model, by name.

    Raises
    ------
    UnknownMethod
        The name is none of `METHODS`, or the model has no such method; the message says what it has.
    """
    method: Optional[Callable[[Any], Any]] = getattr(model, name, None) if name in METHODS else None
    if not callable(method):
        has = ", ".join(available_methods(model)) or "none of " + ", ".join(METHODS)
        raise UnknownMethod(f"the model has no method {shown(name)}: {type(model).__name__} has {has}")
    return method
