"""Walks the fitted parts of a model that are given its input, for what they know of each column."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from sklearn_runtime.rows.column_kinds import (
    NUMBER,
    TEXT,
    UNKNOWN,
    Column,
    column_of_categories,
    column_of_statistic,
    merged,
)

__all__ = ["Given", "Key", "Survey", "attribute", "first_parts", "is_a", "survey"]

Key = Union[int, str]
"""A column of the model's input: its place, or its name where the model does not know the places."""

_VECTORIZERS = ("CountVectorizer", "HashingVectorizer")
_TAKES_ANYTHING = (
    *("FunctionTransformer", "MissingIndicator", "DummyClassifier", "DummyRegressor"),
    *("SimpleImputer", "OneHotEncoder", "OrdinalEncoder", "TargetEncoder"),
)
_INNER = ("best_estimator_", "estimators_", "calibrated_classifiers_", "estimator_", "base_estimator_", "regressor_")


class Survey(NamedTuple):
    """What the parts of a model know of its input.

    Attributes
    ----------
    columns : dict
        By key; what is not in it is as `others`.
    others : Column
    documents : bool
        The input is one text a row, for a text vectorizer.
    records : bool
        The input is one dictionary a row, for a ``DictVectorizer``.
    picks_names : bool
        Columns are picked by name, so that only a data frame will do.
    """

    columns: Dict[Key, Column]
    others: Column = Column()
    documents: bool = False
    records: bool = False
    picks_names: bool = False

    def restricted(self, keys: Iterable[Key]) -> Survey:
        """What is known of these columns, and nothing of the others."""
        return self._replace(columns={key: self.columns.get(key, self.others) for key in keys}, others=Column())


class Given(NamedTuple):
    """The columns that a part of a model is given.

    Attributes
    ----------
    keys : sequence, optional
        None: all of the input's, and how many these are is not known.
    names : sequence of str, optional
        In the same order.
    """

    keys: Optional[Sequence[Key]] = None
    names: Optional[Sequence[str]] = None

    def picked(self, selected: Any) -> Given:
        """Those that a ``ColumnTransformer`` selects: by a name or a place, lists or slices of them, or by a mask."""
        if self.keys is None:
            keys = [one for one in _listed(selected) if not isinstance(one, bool)]
            return Given(keys, keys if keys and all(isinstance(key, str) for key in keys) else None)
        places = self._places(selected)
        return Given([self.keys[place] for place in places], self.names and [self.names[place] for place in places])

    def _places(self, selected: Any) -> List[int]:
        places = range(len(self.keys or ()))
        if isinstance(selected, slice):
            start, stop = (self._place(end) for end in (selected.start, selected.stop))
            # A slice by name includes its end, as in pandas.
            return list(places[start : stop + 1 if isinstance(selected.stop, str) else stop : selected.step])
        listed = _listed(selected)
        if listed and all(isinstance(one, bool) for one in listed):
            return [place for place, wanted in zip(places, listed) if wanted]
        return [places[self._place(one)] for one in listed]

    def _place(self, one: Any) -> Any:
        return (self.names or []).index(one) if isinstance(one, str) else one


def _listed(selected: Any) -> List[Any]:
    if selected is None or callable(selected) or isinstance(selected, slice):
        return []
    return np.asarray(selected, dtype=object).ravel().tolist()


def attribute(part: Any, name: str) -> Any:
    """An attribute of a part of a model, None where it has none."""
    try:
        return getattr(part, name, None)
    except Exception:  # noqa: BLE001 - a property may raise anything, for example of a model that is not fitted
        return None


def is_a(part: Any, names: Sequence[str]) -> bool:
    """Whether a class of one of these names is among a part's; by name, since scikit-learn's moved between modules."""
    return any(base.__name__ in names for base in type(part).__mro__)


def first_parts(model: Any) -> List[Any]:
    """The parts that hand the model's input on as it is: a pipeline's steps, or the estimator that a wrapper fitted.

    Returns
    -------
    list
        [] where the model itself takes the input. Of a pipeline all steps that do something, the first is the one; of a
        union all parts.
    """
    steps = attribute(model, "steps")
    if isinstance(steps, list) and attribute(model, "named_steps") is not None:
        return [part for _, part in steps if not _does_nothing(part)]
    union = attribute(model, "transformer_list")
    if isinstance(union, list):
        return [part for _, part in union if not _does_nothing(part)]
    if getattr(attribute(model, "support_"), "dtype", None) is np.dtype(bool):
        return []  # RFE hands on a part of the columns
    if is_a(model, ("FrozenEstimator", "_CalibratedClassifier")):
        return [attribute(model, "estimator") or attribute(model, "base_estimator")]
    for name in _INNER:
        inner = attribute(model, name)
        if isinstance(inner, list) and inner:
            return [inner[0]]
        if hasattr(inner, "fit"):
            return [inner]
    return []


def _does_nothing(part: Any) -> bool:
    if part is None or isinstance(part, str) or hasattr(part, "fit_resample"):
        return True
    return is_a(part, ("FunctionTransformer",)) and attribute(part, "func") is None


def survey(part: Any, given: Given) -> Survey:
    """What a fitted part of a model knows of the columns that it is given."""
    if attribute(attribute(part, "_preprocessor"), "transformers_") is not None:
        return _of_boosting(part, given)
    for marker, kind, told in _TOLD_BY:
        if isinstance(attribute(part, marker), kind):
            return told(part, given)
    if is_a(part, _VECTORIZERS):
        return Survey({}, Column(TEXT), documents=True)
    if is_a(part, ("DictVectorizer",)):
        return Survey(_fields(part), records=True)
    parts = first_parts(part)
    if parts:
        return _of_parts(parts, given)
    if is_a(part, _TAKES_ANYTHING) or type(part).__module__.partition(".")[0] != "sklearn":
        return Survey({})
    return Survey({}, Column(NUMBER))


def _of_parts(parts: List[Any], given: Given) -> Survey:
    found = survey(parts[0], given)
    if len(parts) > 1 and given == Given() and found == Survey({}):
        # A function of somebody's own before a text vectorizer: it may clean texts.
        return found._replace(documents=survey(parts[1], given).documents)
    return found


def _of_encoder(encoder: Any, given: Given) -> Survey:
    others_are_errors = attribute(encoder, "handle_unknown") == "error"
    columns = [column_of_categories(np.asarray(known), others_are_errors) for known in encoder.categories_]
    return _keyed(columns, given)


def _of_boosting(booster: Any, given: Given) -> Survey:
    """``HistGradientBoosting`` encodes the columns of categories itself; the others are numbers."""
    columns = survey(booster._preprocessor, given).columns
    return Survey({key: known for key, known in columns.items() if known.kind != UNKNOWN}, Column(NUMBER))


def _of_imputer(imputer: Any, given: Given) -> Survey:
    marker = attribute(imputer, "missing_values")
    return _keyed([column_of_statistic(value, marker) for value in np.asarray(imputer.statistics_).tolist()], given)


def _keyed(columns: List[Column], given: Given) -> Survey:
    return Survey(dict(zip(range(len(columns)) if given.keys is None else given.keys, columns)))


def _of_subset(ensemble: Any, given: Given) -> Survey:
    picked = given.picked(ensemble.estimators_features_[0])
    return survey(ensemble.estimators_[0], picked).restricted(picked.keys or ())


def _of_union(union: Any, given: Given) -> Survey:
    return _together(survey(part, given) for part in first_parts(union))


def _of_column_transformer(transformer: Any, given: Given) -> Survey:
    return _together(_of_selection(part, selected, given) for _, part, selected in transformer.transformers_)


def _of_selection(part: Any, selected: Any, given: Given) -> Survey:
    if isinstance(part, str) and part == "drop":
        return Survey({})
    picked = given.picked(selected)
    found = Survey({}) if _does_nothing(part) else survey(part, picked)
    return found.restricted(picked.keys or ())._replace(
        documents=False, picks_names=found.picks_names or _by_name(selected)
    )


def _by_name(selected: Any) -> bool:
    ends = [selected.start, selected.stop] if isinstance(selected, slice) else _listed(selected)
    return any(isinstance(one, str) for one in ends)


def _together(surveys: Iterable[Survey]) -> Survey:
    whole = Survey({})
    for found in surveys:
        for key, column in found.columns.items():
            whole.columns[key] = merged(whole.columns[key], column) if key in whole.columns else column
        whole = Survey(
            whole.columns,
            merged(whole.others, found.others),
            whole.documents or found.documents,
            whole.records or found.records,
            whole.picks_names or found.picks_names,
        )
    return whole


def _fields(vectorizer: Any) -> Dict[Key, Column]:
    """A ``DictVectorizer`` names its features ``age`` where the value is a number, ``city=London`` where it is text."""
    columns: Dict[Key, Column] = {}
    for feature in map(str, attribute(vectorizer, "feature_names_") or ()):
        name, separator, _ = feature.partition(vectorizer.separator)
        column = Column(TEXT if separator else NUMBER, takes_missing=True)
        columns[name] = merged(columns[name], column) if name in columns else column
    return columns


_TOLD_BY: Tuple[Tuple[str, Any, Callable[[Any, Given], Survey]], ...] = (
    ("transformers_", list, _of_column_transformer),
    ("transformer_list", list, _of_union),
    ("categories_", list, _of_encoder),
    ("statistics_", np.ndarray, _of_imputer),
    ("estimators_features_", list, _of_subset),
)
"""How a part is read that has such an attribute, of such a type."""
