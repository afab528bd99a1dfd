"""What the list of estimators is made of: by exact type, the functions that may stand in for a method."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NamedTuple, Optional

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Function", "Plan", "Variant", "all_finite", "estimator", "plan_of"]

Function = Callable[[Any], Any]
"""Takes float64 rows of shape (rows, columns) in C order; gives what the method gives, or None: ask scikit-learn."""

Variant = Dict[str, Function]
"""By method of the estimator, its stand-in. All of a variant's methods must pass the probe, or none is used: a label
alone would hide a score that is slightly off."""


FEW_VALUES = 128
"""Values that Python adds up sooner than NumPy does."""


class Plan(NamedTuple):
    """What can be computed for one fitted estimator.

    Attributes
    ----------
    variants : list of dict
        See `Variant`. Several, since versions of scikit-learn differ, and since one is faster for one row and another
        for many: the probe decides.
    edges : ndarray of shape (values, columns)
        Values of each column at which the answer may change, such as a tree's thresholds: the probe is made of them.
    takes_missing : bool
        Whether NaN in the rows is this estimator's own business: all others are only given finite rows.
    """

    variants: List[Variant]
    edges: "NDArray[np.float64]"
    takes_missing: bool = False


Builder = Callable[[Any], Optional[Plan]]
_BUILDERS: Dict[str, Builder] = {}


def estimator(*names: str) -> Callable[[Builder], Builder]:
    """Register the builder of a plan for estimators of scikit-learn, by the names of their classes."""

    def register(builder: Builder) -> Builder:
        for name in names:
            _BUILDERS[name] = builder
        return builder

    return register


def plan_of(model: Any) -> Optional[Plan]:
    """The plan for a fitted estimator, None where there is none.

    Only scikit-learn's own classes count: not a subclass, and not a class that has the same name.
    """
    kind = type(model)
    builder = _BUILDERS.get(kind.__name__)
    if builder is None or not kind.__module__.startswith("sklearn."):
        return None
    if getattr(sys.modules.get(kind.__module__), kind.__name__, None) is not kind or vars_shadow_methods(model):
        return None
    try:
        return builder(model)
    except (AttributeError, ImportError, IndexError, KeyError, TypeError, ValueError):
        return None  # a version of scikit-learn that keeps this otherwise


def vars_shadow_methods(model: Any) -> bool:
    """Whether an instance has a function of its own in place of a method."""
    return any(callable(getattr(type(model), name, None)) for name in vars(model))


def all_finite(rows: "NDArray[np.floating[Any]]") -> bool:
    """Whether no value is NaN or infinite. A sum that overflows says no as well: then scikit-learn answers."""
    if rows.size <= FEW_VALUES:
        total = sum(rows.ravel().tolist())
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            total = float(np.add.reduce(rows, axis=None))
    return bool(total - total == 0.0)
