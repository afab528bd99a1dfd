"""Threads inside a prediction: none for few rows, for which starting them takes longer, all cores for many.

A model's own (``n_jobs``, of joblib) and OpenMP's, which nearest neighbours, k-means and histogram boosting use. OpenMP
is held to one thread by ``OMP_NUM_THREADS=1``, since each worker process has a core. BLAS stays so for many rows too:
with other threads it adds up in another order, and the last bits of an answer would depend on the batch's size.
"""

from __future__ import annotations

import contextlib
import functools
import os
from typing import Any, ContextManager, Tuple

__all__ = ["MANY_ROWS", "has_threads", "suitable_threads"]

MANY_ROWS = 5_000
"""From here on there are threads: a forest of 100 trees took 64 ms for so many rows without them, of which two cores
can save half, and starting them 15 to 25 ms. OpenMP's cost 0.1 ms; with two, 20,000 rows of histogram boosting took
29 ms in place of 38, and 5,000 of nearest neighbours 304 in place of 489."""

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
    shape = getattr(rows, "shape", None)
    if (shape[0] if shape else len(rows)) >= MANY_ROWS:
        return _all_of_openmp()
    if not has_threads(model):
        return contextlib.nullcontext()
    sequential: ContextManager[Any] = _parallel_backend()("sequential")
    return sequential


def _all_of_openmp() -> ContextManager[Any]:
    """One OpenMP thread a core, for the thread that predicts; the environment's number where it is not 1."""
    controller = _threadpools() if os.environ.get("OMP_NUM_THREADS") == "1" else None
    if controller is None:
        return contextlib.nullcontext()
    limit: ContextManager[Any] = controller.limit(limits=len(os.sched_getaffinity(0)), user_api="openmp")
    return limit


@functools.lru_cache(maxsize=1)
def _threadpools() -> Any:
    """The thread pools of the libraries that the model has loaded; finding them takes some milliseconds."""
    try:
        from threadpoolctl import ThreadpoolController  # from 3.0 on, which comes with scikit-learn
    except ImportError:
        return None
    return ThreadpoolController()


def _parallel_backend() -> Any:
    try:
        from sklearn.utils._joblib import parallel_backend  # scikit-learn 0.20 brings a joblib of its own
    except ImportError:
        from joblib import parallel_backend
    return parallel_backend
