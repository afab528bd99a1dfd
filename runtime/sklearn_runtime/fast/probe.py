"""Compares fast functions with scikit-learn's methods on rows made from the model, and measures where they pay."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NamedTuple, Sequence

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sklearn_runtime.fast.functions import Function, Plan, Variant

__all__ = ["Band", "bands", "passing", "pays_together", "probe_rows", "row_by_row", "same"]

ROWS = 64
ALONE_MOST, ALONE_LEAST, ALONE_SECONDS = 16, 4, 0.03
"""Probe rows that are also predicted one at a time, fewer of a slow model: the product with one row is another routine
of BLAS."""

SIZES = (1, 8, 64, 512)
"""Rows a request for which the faster way is measured."""

MEASURING_SECONDS = 0.1
"""Of processor time, for all sizes; those that were not reached stay with scikit-learn."""

TOGETHER_SECONDS = 10e-6
"""What it takes to put a request's rows together with others, and the answers apart."""

WORTHWHILE = 0.8
"""A fast function that takes more than this share of scikit-learn's time is not used."""

Method = Callable[[Any], Any]


class Band(NamedTuple):
    """The function for requests of up to so many rows, its place among those measured, its gain in speed.

    Attributes
    ----------
    seconds : float
        Processor time for so many rows.
    """

    rows: int
    function: "Function"
    place: int
    gain: float
    seconds: float = 0.0


def probe_rows(plan: "Plan") -> "NDArray[np.float64]":
    """Rows made from a model: values at which its answer changes, those around them, and plain numbers.

    Returns
    -------
    ndarray of float64, shape (ROWS, columns)
    """
    random = np.random.RandomState(0)
    columns = plan.edges.shape[1]
    spread: "NDArray[np.float64]" = random.standard_normal((ROWS, columns)) * np.resize(
        [1.0, 10.0, 0.01, 1000.0], (ROWS, 1)
    )
    if len(plan.edges):
        places = random.randint(len(plan.edges), size=(ROWS // 2, columns))
        spread[: ROWS // 2] = plan.edges[places, np.arange(columns)]
        spread[1::4] += plan.edges[random.randint(len(plan.edges), size=(ROWS // 4, columns)), np.arange(columns)]
    spread[2] = 0.0
    if plan.takes_missing:
        spread[5::8] = np.where(random.uniform(size=(ROWS // 8, columns)) < 0.5, np.nan, spread[5::8])
        return spread
    spread[~np.isfinite(spread)] = 0.0
    return spread


def same(left: Any, right: Any) -> bool:
    """Whether two answers are the same: class, dtype, shape, and every bit."""
    if type(left) is not type(right) or not isinstance(left, np.ndarray):
        return False
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    if left.dtype.hasobject:
        return bool(left.tolist() == right.tolist())
    return bool(left.tobytes() == right.tobytes())


def passing(variants: "Sequence[Variant]", methods: Dict[str, Method], rows: "NDArray[np.float64]") -> "List[Variant]":
    """The variants whose every method answers as scikit-learn does, for the rows together and one at a time.

    Parameters
    ----------
    variants : sequence of dict
    methods : dict
        The estimator's own methods. A variant is not asked for those that the estimator lacks.
    rows : ndarray
        See `probe_rows`.
    """
    batches = [rows, rows[:3], *(rows[place : place + 1] for place in range(ALONE_MOST))]
    expected: Dict[str, List[Any]] = {}
    found = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for variant in variants:
            asked = {name: function for name, function in variant.items() if name in methods}
            for name in asked:
                if name not in expected:
                    expected[name] = _expected(methods[name], batches)
            if asked and all(_answers(function, batches, expected[name]) for name, function in asked.items()):
                found.append(asked)
    return found


def _expected(method: Method, batches: "List[NDArray[np.float64]]") -> List[Any]:
    """A method's answers for the first batches, at least the least number of them."""
    found: List[Any] = []
    deadline = time.thread_time() + ALONE_SECONDS
    for batch in batches:
        if len(found) >= ALONE_LEAST + 2 and time.thread_time() > deadline:
            break
        found.append(method(batch.copy()))
    return found


def _answers(function: "Function", batches: "List[NDArray[np.float64]]", expected: List[Any]) -> bool:
    for batch, answer in zip(batches, expected):
        given = batch.copy()
        try:
            found = function(given)
        except Exception:  # noqa: BLE001  whatever a function written for another version raises
            return False
        if not same(found, answer) or given.tobytes() != batch.tobytes():
            return False
    return True


def bands(functions: "List[Function]", method: Method, rows: "NDArray[np.float64]") -> List[Band]:
    """The fastest way by number of rows, up to where scikit-learn itself is as fast.

    Returns
    -------
    list of Band
        By rises in rows; empty where scikit-learn is as fast for one row.
    """
    found: List[Band] = []
    deadline = time.thread_time() + MEASURING_SECONDS
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for size in SIZES:
            batch = np.resize(rows, (size, rows.shape[1]))
            own = _seconds(method, batch)
            fastest, place = min((_seconds(one, batch), place) for place, one in enumerate(functions))
            if fastest > WORTHWHILE * own:
                break
            found.append(Band(size, functions[place], place, own / fastest, fastest))
            if time.thread_time() > deadline:
                break
    return found


def pays_together(found: "List[Band]") -> bool:
    """Whether the rows of several requests are predicted sooner together than each by itself."""
    return any(TOGETHER_SECONDS + band.seconds / band.rows < found[0].seconds for band in found[1:])


def row_by_row(found: "List[Band]", rows: "NDArray[np.float64]") -> bool:
    """Whether a row's answer has the same bits whichever rows it stands among, for functions that passed the probe."""
    with np.errstate(all="ignore"):
        alone = [found[0].function(rows[place : place + 1]) for place in range(len(rows))]
        for band in found[1:]:
            together = [band.function(rows[start : start + band.rows]) for start in range(0, len(rows), band.rows)]
            if any(one is None for one in (*alone, *together)):
                return False
            if not same(np.concatenate(together), np.concatenate(alone)):
                return False
    return True


def _seconds(function: Method, batch: "NDArray[np.float64]") -> float:
    """Processor time, the least of three runs: other processes may have the cores."""
    least = float("inf")
    for _ in range(3):
        started = time.thread_time()
        function(batch)
        least = min(least, time.thread_time() - started)
    return least
