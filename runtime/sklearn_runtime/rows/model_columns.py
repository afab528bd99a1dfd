"""What a fitted model says of its input: how many columns, their names, what each holds, and the form it wants."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any, Dict, NamedTuple, Optional, Tuple

import numpy as np

from sklearn_runtime.rows.column_kinds import BOOLEAN, TEXT, UNKNOWN, Column
from sklearn_runtime.rows.input_survey import Given, Key, Survey, attribute, first_parts, survey

__all__ = ["ModelColumns", "current_model", "has_pandas", "model_columns", "set_current_model"]


class ModelColumns(NamedTuple):
    """The input of a fitted model.

    Attributes
    ----------
    n_features : int or None
        None where the model does not say: scikit-learn before 0.23, text vectorizers, models of somebody else's.
    names : tuple of str, or None
        In the order of the fit; None where the model was fitted without, or by scikit-learn before 0.22.
    columns : dict
        What is known of a column, by its place, or by its name where `names` are not known.
    others : Column
        What the columns are that are not in `columns`.
    documents : bool
        The model takes one text a row, in one dimension.
    records : bool
        The model takes one dictionary a row.
    needs_frame : bool
        The model picks columns by name: nothing but a data frame will do.
    takes_frame : bool
        A data frame is made for it: it needs one, it was fitted on one that held text, or some part of it may look
        columns up by name; and pandas is there.
    has_text : bool
        Some column is text, so that a request's cells are wanted as they were sent.
    numbers_only : bool
        A request of numbers needs no conversion.
    may_hold_text : bool
        Text in a request need not be an error.
    plain_width : int or None
        An array of numbers with so many columns is given to the model as it is.
    """

    n_features: Optional[int] = None
    names: Optional[Tuple[str, ...]] = None
    columns: Dict[Key, Column] = {}  # noqa: RUF012 - never changed
    others: Column = Column()
    documents: bool = False
    records: bool = False
    needs_frame: bool = False
    takes_frame: bool = False
    has_text: bool = False
    numbers_only: bool = True
    may_hold_text: bool = True
    plain_width: Optional[int] = None

    def column(self, place: int, name: Optional[str] = None) -> Column:
        """What a column holds; `place` is that of the fit, `name` counts where the fit's names are not known."""
        known = self.columns.get(place)
        if known is None and name is not None and self.names is None:
            known = self.columns.get(name)
        return self.others if known is None else known

    @property
    def tells_nothing(self) -> bool:
        """Whether this is a model of somebody's own that says nothing of its input."""
        return self.n_features is None and not self.names and not self.columns and self.others == Column()


_last: Tuple[Any, ModelColumns] = (None, ModelColumns())
_recent: Dict[int, Tuple[Any, ModelColumns]] = {}
MOST_RECENT = 8
"""Models that are remembered: a ``predict_fn`` of the user's may put several together."""

_current: Any = None


def model_columns(model: Any) -> ModelColumns:
    """What a model says of its input, derived once.

    Example
    -------
    >>> from sklearn.preprocessing import OrdinalEncoder
    >>> model_columns(OrdinalEncoder().fit([["red"], ["blue"]])).column(0).kind
    'text'
    """
    global _last
    last = _last
    if last[0] is not model:
        last = _recent.get(id(model), last)
        if last[0] is not model:
            if len(_recent) >= MOST_RECENT:
                _recent.clear()
            last = _recent[id(model)] = (model, _derived(model))
        _last = last
    return last[1]


def current_model() -> Any:
    """The model that this process serves; None before it is loaded."""
    return _current


def set_current_model(model: Any) -> None:
    """Remember the model that was loaded, for an ``input_fn``, which the contract gives no model."""
    global _current
    _current = model


def has_pandas() -> bool:
    """Whether pandas is installed; it is not imported for that."""
    return importlib.util.find_spec("pandas") is not None


def _derived(model: Any) -> ModelColumns:
    count, names = _count(model), _names(model)
    if count is None and names is not None:
        count = len(names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # attributes that scikit-learn deprecates
        try:
            found = survey(model, Given(None if count is None else range(count), names))
        except Exception:  # noqa: BLE001 - a model whose parts cannot be read is one of which nothing is known
            found = Survey({})
    kinds = {column.kind for column in found.columns.values()}
    has_text = found.documents or found.records or TEXT in kinds
    complete = count is not None and all(place in found.columns for place in range(count))
    if not complete:
        kinds.add(found.others.kind)
    numbers_only = not (has_text or BOOLEAN in kinds)
    takes_frame = has_pandas() and (found.picks_names or (bool(names) and (not numbers_only or _may_look_up(model))))
    return ModelColumns(
        n_features=count,
        names=names,
        columns=found.columns,
        others=found.others,
        documents=found.documents,
        records=found.records,
        needs_frame=found.picks_names,
        takes_frame=takes_frame,
        has_text=has_text,
        numbers_only=numbers_only,
        may_hold_text=not numbers_only or UNKNOWN in kinds,
        plain_width=count if numbers_only and not takes_frame else None,
    )


def _count(model: Any) -> Optional[int]:
    count = _first(model, ("n_features_in_", "_n_features"))
    return int(count) if isinstance(count, (int, np.integer)) else None


def _names(model: Any) -> Optional[Tuple[str, ...]]:
    # ColumnTransformer kept names before scikit-learn 1.0 gave them to every estimator.
    names = _first(model, ("feature_names_in_", "_df_columns", "_feature_names_in"))
    try:
        listed = () if names is None else tuple(names)
    except TypeError:
        return None
    return tuple(map(str, listed)) if listed and all(isinstance(name, str) for name in listed) else None


def _first(model: Any, names: Tuple[str, ...]) -> Any:
    """An attribute under the first of these names that the model, or the part that its input goes to first, has."""
    seen = 0
    while model is not None and seen < _DEEPEST:
        for name in names:
            value = attribute(model, name)
            if value is not None:
                return value
        parts = first_parts(model)
        model, seen = parts[0] if parts else None, seen + 1
    return None


_DEEPEST = 20
"""Wrappers of wrappers that are followed, since a model of somebody else's may hold itself."""


def _may_look_up(model: Any) -> bool:
    """Whether some part of a model may look a column up by its name, so that it needs a data frame."""
    parts = [model]
    if hasattr(model, "get_params"):
        parts.extend(part for part in model.get_params(deep=True).values() if hasattr(part, "fit"))
    return any(
        type(part).__name__ in ("ColumnTransformer", "FunctionTransformer")
        or type(part).__module__.split(".")[0] != "sklearn"
        for part in parts
    )
