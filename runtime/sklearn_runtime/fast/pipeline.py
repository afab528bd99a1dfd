"""Pipelines of transformers and a last estimator that all have a fast path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Optional

import numpy as np

from sklearn_runtime.fast.functions import Function, Plan, Variant, all_finite, estimator, plan_of
from sklearn_runtime.fast.probe import passing, probe_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["pipeline"]


@estimator("Pipeline")
def pipeline(model: Any) -> Optional[Plan]:
    """What the last step gives for the rows that the steps before it transformed."""
    steps = [step for _, step in model.steps if step is not None and not isinstance(step, str)]
    plans: List[Plan] = []
    for step in steps:
        plan = plan_of(step)
        if plan is None:
            return None
        plans.append(plan)
    if not plans:
        return None
    transforms = []
    for step, plan in zip(steps[:-1], plans):
        # Each on its own: trees behind it would hide what is off in the last bits.
        passed = (
            passing(plan.variants, {"transform": step.transform}, probe_rows(plan))
            if hasattr(step, "transform")
            else []
        )
        if not passed:
            return None
        transforms.append(passed[0]["transform"])
    variants: List[Variant] = [
        {name: _chained(transforms, function) for name, function in last.items()} for last in plans[-1].variants
    ]
    return Plan(variants, _edges(steps, plans), plans[0].takes_missing)


def _chained(transforms: List[Function], last: Function) -> Function:
    def function(rows: "NDArray[np.float64]") -> Any:
        for transform in transforms:
            rows = transform(rows)
            if not all_finite(rows):
                return None  # a value that overflowed, or is missing still: the next step may refuse it
        return last(rows)

    return function if transforms else last


def _edges(steps: List[Any], plans: List[Plan]) -> "NDArray[np.float64]":
    """The first step's edges, and the last one's taken back through the transformers where they can do that."""
    edges = plans[-1].edges
    try:
        for step in reversed(steps[:-1]):
            edges = step.inverse_transform(edges)
    except (AttributeError, ValueError):
        return plans[0].edges
    return np.concatenate((plans[0].edges, edges)) if len(steps) > 1 else edges
