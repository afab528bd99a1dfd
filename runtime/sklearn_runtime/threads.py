"""Threads of a model's own (``n_jobs``): not for few rows, for which starting them takes longer than the prediction."""

from __future__ import annotations

import contextlib
from typing import Any, ContextManager, Tuple

__all__ = ["MANY_ROWS", "has_threads", "suitable_threads"]

MANY_ROWS = 5_000
"""From here on a model's own threads are left to it: a forest of 100 trees took 64 ms for so many rows without them, of
which two cores can save half, and starting them 15 to 25 ms."""

_last: Tuple[Any, bool] = (None, False)


def has_threads(model: Any) -> bool:
    """Whether a model, or a part of it, was given ``n_jobs`` other than 1; derived once.

    Example
    -------
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> has_threads(RandomForestClassifier(n_jobs=-1)), has_threads(RandomForestClassifier())
    (True, False)
    """
    global _last
    last = _last
    if last[0] is not model:
        _last = last = (model, _has_threads(model))
    return last[1]


def _has_threads(model: Any) -> bool:
    try:
        parameters = model.get_params(deep=True)
    except Exception:  # noqa: BLE001  not scikit-learn's, or written otherwise
        parameters = {"n_jobs": getattr(model, "n_jobs", None)}
    return any(name.split("__")[-1] == "n_jobs" and value not in (None, 1) for name, value in parameters.items())


def suitable_threads(model: Any, rows: Any) -> ContextManager[Any]:
    """What a prediction of these rows, of whatever class, is to run in: without joblib's threads where they do not pay.

    Neither the model nor its answers change, but that a forest without threads adds its trees up in one order.
    """
    if not has_threads(model):
        return contextlib.nullcontext()
    shape = getattr(rows, "shape", None)
    if (shape[0] if shape else len(rows)) >= MANY_ROWS:
        return contextlib.nullcontext()
    sequential: ContextManager[Any] = _parallel_backend()("sequential")
    return sequential


def _parallel_backend() -> Any:
    try:
        from sklearn.utils._joblib import parallel_backend  # scikit-learn 0.20 brings a joblib of its own
    except ImportError:
        from joblib import parallel_backend
    return parallel_backend
