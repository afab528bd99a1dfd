"""The fast paths of one loaded model, and the check of their answers while it serves."""

from __future__ import annotations

import copy
import importlib
import logging
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Sequence

import numpy as np

from sklearn_runtime.fast.functions import all_finite, plan_of
from sklearn_runtime.fast.probe import Band, bands, passing, pays_together, probe_rows, row_by_row, same

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sklearn_runtime.fast.probe import Method

__all__ = ["FastPath", "FastPaths", "find_fast_paths"]

TOGETHER_ROWS = 64
"""Rows of several requests that are predicted at once, which is a matter of a millisecond."""

AUDIT_SHARE = 0.01
"""The part of the time of fast answers that goes into asking scikit-learn too."""

_KINDS = ("linear", "trees", "boosting", "bayes", "clusters", "transformers", "pipeline")
_FLOAT64 = np.dtype(np.float64)
_log = logging.getLogger("sklearn_runtime")


class FastPath:
    """One method of one model.

    Parameters
    ----------
    name : str
        Of the method.
    method : callable
        scikit-learn's own, which has the last word.
    bands : list of Band
    columns : int
    takes_missing : bool
        Whether rows with NaN are for the fast path too.
    """

    def __init__(self, name: str, method: "Method", bands: List[Band], columns: int, takes_missing: bool) -> None:
        self.name = name
        self.rows = bands[-1].rows
        self.gain = bands[0].gain
        self._method = method
        self._bands = bands
        self._columns = columns
        self._takes_missing = takes_missing
        self._answers = 0
        self._audits = 0
        self._next_audit = 1
        self._longest_gap = max(1, int(self.gain / AUDIT_SHARE))
        #: Whether the rows of several requests are predicted together: it pays, and every bit stays the same.
        self.together = False

    def __call__(self, rows: "NDArray[Any]") -> Any:
        """The method's answer, or None where it is to be asked itself.

        Parameters
        ----------
        rows : ndarray of shape (rows, columns)
        """
        count = len(rows)
        if (
            count > self.rows
            or rows.dtype != _FLOAT64
            or rows.ndim != 2
            or rows.shape[1] != self._columns
            or not rows.flags.c_contiguous
            or not (self._takes_missing or all_finite(rows))
        ):
            return None
        for band in self._bands:
            if count <= band.rows:
                break
        answer = band.function(rows)
        if answer is not None:
            self._answers += 1
            if self._answers >= self._next_audit:
                return self._audited(rows, answer)
        return answer

    def _audited(self, rows: "NDArray[np.float64]", answer: Any) -> Any:
        """scikit-learn's answer; another one than that from the fast path ends it."""
        self._audits += 1
        self._next_audit = self._answers + min(2 ** min(self._audits, 30), self._longest_gap)
        own = self._method(rows)
        if not same(answer, own):
            self.rows = 0
            _log.error("the fast path of %s gave another answer than scikit-learn: it is off from now on", self.name)
        return own


class FastPaths:
    """The fast paths of one model.

    Parameters
    ----------
    paths : dict
        By method.
    """

    def __init__(self, paths: Optional[Dict[str, FastPath]] = None) -> None:
        self._paths = paths or {}

    def path(self, method: str) -> Optional[FastPath]:
        """The fast path of a method, or None."""
        return self._paths.get(method)

    def answer(self, method: str, rows: "NDArray[Any]") -> Any:
        """The answer of a method for rows, or None where scikit-learn is to be asked."""
        path = self._paths.get(method)
        return None if path is None else path(rows)

    def puts_together(self, method: str) -> bool:
        """Whether `answer_together` may put rows of several requests together."""
        path = self._paths.get(method)
        return path is not None and path.together and bool(path.rows)

    def answer_together(self, method: str, parts: "Sequence[NDArray[Any]]") -> List[Any]:
        """The answers of a method for the rows of several requests, each with the bits that it has by itself.

        Parameters
        ----------
        method : str
        parts : sequence of ndarray
            float64, of as many columns each.

        Returns
        -------
        list
            For each part its answer, or None where it is to be asked for by itself.
        """
        answers: List[Any] = []
        for some in _of_at_most(min(TOGETHER_ROWS, self.rows(method)), parts):
            joined = np.concatenate(some) if len(some) > 1 and self.puts_together(method) else None
            answer = None if joined is None else self.answer(method, joined)
            if answer is None:
                answers += [None] * len(some)
            else:
                answers += np.split(answer, np.cumsum([len(part) for part in some[:-1]]))
        return answers

    def rows(self, method: str) -> int:
        """Up to how many rows a method has a fast path; 0 where it has none."""
        path = self._paths.get(method)
        return 0 if path is None else path.rows

    @property
    def active(self) -> Dict[str, int]:
        """Rows by method, for people."""
        return {name: path.rows for name, path in sorted(self._paths.items()) if path.rows}


def find_fast_paths(model: Any, methods: Sequence[str]) -> FastPaths:
    """The fast paths of a fitted model that gave scikit-learn's answers on the probe. Never raises.

    Parameters
    ----------
    model : object
        Whatever ``model_fn`` returned.
    methods : sequence of str
        Those that requests may ask for.
    """
    try:
        for kind in _KINDS:
            importlib.import_module(f"sklearn_runtime.fast.{kind}")
        return _found(model, methods)
    except Exception:  # noqa: BLE001  a model is served without them
        _log.warning("no fast paths: the probe failed", exc_info=True)
        return FastPaths()


def _found(model: Any, methods: Sequence[str]) -> FastPaths:
    plan = plan_of(model)
    if plan is None:
        return FastPaths()
    rows = probe_rows(plan)
    alone = _in_one_thread(model)
    own = {name: getattr(alone, name) for name in methods if callable(getattr(model, name, None))}
    variants = passing(plan.variants, own, rows)
    if not variants:
        return FastPaths()
    # The methods of an estimator share their work: where one pays, so do the others.
    first = next(name for name in own if name in variants[0])
    sharing = [variant for variant in variants if first in variant]
    measured = bands([variant[first] for variant in sharing], own[first], rows)
    paths = {}
    by_name: Dict[str, List[Band]] = {}
    for name, method in own.items():
        having = [variant for variant in sharing if name in variant]
        if having and measured:
            by_rows = [band._replace(function=sharing[band.place].get(name, having[0][name])) for band in measured]
            paths[name] = FastPath(name, method, by_rows, plan.edges.shape[1], plan.takes_missing)
            by_name[name] = by_rows
    if measured and pays_together(measured) and all(row_by_row(found, rows) for found in by_name.values()):
        for path in paths.values():
            path.together = True
    return FastPaths(paths)


def _of_at_most(most: int, parts: "Sequence[NDArray[Any]]") -> "Iterator[List[NDArray[Any]]]":
    """The parts in their order, in groups of at most so many rows, or of a single part."""
    group: "List[NDArray[Any]]" = []
    count = 0
    for part in parts:
        if group and count + len(part) > most:
            yield group
            group, count = [], 0
        group.append(part)
        count += len(part)
    if group:
        yield group


def _in_one_thread(model: Any) -> Any:
    """The model without its own threads: with them, a forest adds its trees up in another order each time."""
    if getattr(model, "n_jobs", None) in (None, 1):
        return model
    alone = copy.copy(model)
    alone.n_jobs = 1
    return alone
