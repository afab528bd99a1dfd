"""What a model says of its input: number, names and kinds of its columns, and whether it wants a data frame."""

from __future__ import annotations

import doctest
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from sklearn_runtime.rows import model_columns as module
from sklearn_runtime.rows.column_kinds import NUMBER, TEXT, UNKNOWN
from sklearn_runtime.rows.model_columns import ModelColumns, current_model, model_columns, set_current_model
from tests.runtime.estimators import SKLEARN

pytestmark = pytest.mark.filterwarnings("ignore")

FRAME = pd.DataFrame({"city": ["a", "b"] * 4, "age": np.arange(8.0)}, columns=["city", "age"]).astype({"city": object})
LABELS = [0, 0, 1, 1] * 2
LOGISTIC = LogisticRegression(solver="lbfgs")
NAMES_KNOWN = SKLEARN >= (0, 23)


def mixed(encoded=("city",), scaled=("age",)):
    return make_pipeline(
        ColumnTransformer([("text", OneHotEncoder(), list(encoded)), ("numbers", StandardScaler(), list(scaled))]),
        LOGISTIC,
    )


def test_a_model_of_numbers_takes_arrays_as_they_are():
    takes = model_columns(LOGISTIC.fit(FRAME[["age"]], LABELS))
    assert not takes.takes_frame
    assert not takes.may_hold_text
    assert takes.column(0).kind == NUMBER
    assert takes.plain_width == (1 if SKLEARN >= (0, 24) else takes.n_features)


def test_a_model_that_picks_columns_by_name_needs_a_frame():
    for model in (mixed(), Pipeline([("nothing", None), ("model", mixed())]), GridSearchCV(mixed(), {}, cv=2)):
        takes = model_columns(model.fit(FRAME, LABELS))
        assert (takes.needs_frame, takes.takes_frame, takes.has_text, takes.numbers_only) == (True, True, True, False)
        assert takes.plain_width is None
        if NAMES_KNOWN:
            assert (takes.n_features, takes.names) == (2, ("city", "age"))
        assert [takes.column(place, name).kind for place, name in enumerate(FRAME)] == [TEXT, NUMBER]
        assert takes.column(7, "other").kind == UNKNOWN


def test_positions_in_an_array_need_no_frame():
    takes = model_columns(mixed([0], [1]).fit(FRAME.values, LABELS))
    assert (takes.needs_frame, takes.takes_frame, takes.has_text, takes.names) == (False, False, True, None)
    assert [takes.column(place).kind for place in range(2)] == [TEXT, NUMBER]


if SKLEARN >= (1, 0):

    def test_a_frame_is_made_for_a_model_that_was_fitted_on_one_with_text():
        takes = model_columns(make_pipeline(OneHotEncoder(), LOGISTIC).fit(FRAME[["city"]], LABELS))
        assert (takes.needs_frame, takes.takes_frame) == (False, True)

    def test_without_pandas_no_frame_is_made(monkeypatch):
        monkeypatch.setattr(module, "has_pandas", lambda: False)
        takes = model_columns(mixed().fit(FRAME, LABELS))
        assert (takes.needs_frame, takes.takes_frame) == (True, False)


if SKLEARN >= (1, 2):

    def test_a_frame_is_made_where_a_part_may_look_names_up():
        looks_up = make_pipeline(FunctionTransformer(lambda frame: frame[["age"]], validate=False), LOGISTIC)
        assert model_columns(looks_up.fit(FRAME[["age"]], LABELS)).takes_frame


def test_a_text_vectorizer_takes_documents():
    takes = model_columns(make_pipeline(CountVectorizer(), LOGISTIC).fit(["one text"] * 4 + ["another"] * 4, LABELS))
    assert (takes.documents, takes.has_text, takes.n_features) == (True, True, None)


class Own:
    """A model of somebody's own, most of which cannot be read."""

    def __init__(self, **attributes):
        vars(self).update(attributes)

    @property
    def n_features_in_(self):
        raise RuntimeError("not fitted")


@pytest.mark.parametrize("model", [None, "model", {"a": 1}, Own(), Own(transformers_=["not three"])])
def test_nothing_is_known_of_what_is_not_scikit_learns(model):
    takes = model_columns(model)
    assert takes == ModelColumns()
    assert takes.tells_nothing
    assert takes.may_hold_text


def test_a_model_that_holds_itself_is_read_to_an_end():
    model = Own(fit=None)
    vars(model)["best_estimator_"] = model
    assert model_columns(model) == ModelColumns()


@pytest.mark.parametrize("names", [7, [], [1, 2], ["a", 1]])
def test_names_that_are_no_texts_are_none(names):
    assert model_columns(Own(feature_names_in_=names)).names is None


def test_the_number_is_that_of_the_names_where_it_is_not_said():
    assert model_columns(Own(feature_names_in_=["a", "b"])).n_features == 2


def test_what_a_model_says_is_derived_once_also_of_several(monkeypatch):
    monkeypatch.setattr(module, "_recent", {})
    models = [Own(feature_names_in_=[str(place)]) for place in range(module.MOST_RECENT // 2)]
    told = [model_columns(model) for model in models]
    assert [model_columns(model) is one for model, one in zip(models, told)] == [True] * len(models)
    assert [one.names for one in told] == [(str(place),) for place in range(len(models))]


def test_no_more_models_are_remembered_than_a_few():
    for _ in range(3 * module.MOST_RECENT):
        model_columns(Own())
    assert len(module._recent) <= module.MOST_RECENT


def test_the_current_model_is_the_one_that_was_loaded(monkeypatch):
    monkeypatch.setattr(module, "_current", None)
    assert current_model() is None
    set_current_model("model")
    model_columns("another")
    assert current_model() == "model"


def test_pandas_is_found_without_an_import(monkeypatch):
    assert module.has_pandas()
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "pandas")
    sys.path_importer_cache.clear()
    assert not module.has_pandas()


def test_the_examples_hold():
    assert doctest.testmod(module).failed == 0
