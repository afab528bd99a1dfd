"""Pipelines with columns of text: what is served is what the pipeline itself predicts for a data frame."""

from __future__ import annotations

import csv
import functools
import io
import json
from typing import Any, Callable, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from sklearn_runtime.codecs import decode
from sklearn_runtime.content_types import CSV, JSON, JSON_LINES, NPY
from sklearn_runtime.hooks import Hooks
from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings
from tests.runtime.estimators import SKLEARN

pytestmark = pytest.mark.filterwarnings("ignore")

ROWS = 60
CITIES = ["007", "Paris", "Zürich", "a,b", 'the "Hague"', " Rome", "true", "1e3", "New\nYork"]
SIZES = ["S", "M", "L"]
RANDOM = np.random.RandomState(0)
#: Text, text, float, whole numbers as categories, booleans.
FRAME = pd.DataFrame(
    {
        "city": RANDOM.choice(np.array(CITIES, dtype=object), ROWS),
        "size": RANDOM.choice(np.array(SIZES, dtype=object), ROWS),
        "age": RANDOM.uniform(18, 80, ROWS),
        "rooms": RANDOM.randint(1, 4, ROWS),
        "member": RANDOM.rand(ROWS) > 0.5,
    },
    columns=["city", "size", "age", "rooms", "member"],
)
WITH_MISSING = FRAME.mask(RANDOM.rand(*FRAME.shape) < 0.2).astype({"city": object, "size": object})
TARGET = (FRAME["age"] > 50).astype(int).values ^ (FRAME["city"] == "Paris").astype(int).values


def logistic() -> Any:
    return LogisticRegression(solver="lbfgs")


def selecting(*transformers: Any, **options: Any) -> Any:
    return make_pipeline(ColumnTransformer(list(transformers), **options), logistic())


def encoder() -> Any:
    return OneHotEncoder(handle_unknown="ignore")


class Case(NamedTuple):
    """A pipeline, and what it is fitted on.

    Attributes
    ----------
    missing : bool
        Whether values may be missing in a request.
    as_array : bool
        Fitted on an object array, not on a frame: the names are not known.
    """

    model: Any
    columns: list[str]
    missing: bool = False
    as_array: bool = False
    as_category: bool = False

    def training(self) -> pd.DataFrame:
        return (WITH_MISSING if self.missing else FRAME)[self.columns]


ALL = list(FRAME.columns)
NUMBERS = ["age", "rooms"]
CASES: dict[str, Callable[[], Case]] = {
    "by name": lambda: Case(
        selecting(("text", encoder(), ["city", "size", "member"]), ("numbers", StandardScaler(), NUMBERS)), ALL
    ),
    "numeric categories": lambda: Case(
        selecting(
            ("rooms", OneHotEncoder(), ["rooms"]), ("sizes", encoder(), ["size"]), ("age", StandardScaler(), ["age"])
        ),
        ALL,
    ),
    "one column twice": lambda: Case(
        selecting(("codes", OneHotEncoder(), ["rooms", "size"]), ("numbers", StandardScaler(), ["rooms"])), ALL
    ),
    "words of a text": lambda: Case(
        selecting(("words", TfidfVectorizer(analyzer="char"), "city"), ("numbers", StandardScaler(), NUMBERS)), ALL
    ),
    "imputed": lambda: Case(
        selecting(
            ("text", make_pipeline(SimpleImputer(strategy="constant", fill_value="?"), encoder()), ["city", "size"]),
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
        ),
        ["city", "size", "age", "rooms"],
        missing=True,
    ),
    "positions in an array": lambda: Case(
        selecting(("text", encoder(), [0, 1]), ("numbers", StandardScaler(), [2, 3])), ALL, as_array=True
    ),
    "encoder first, array": lambda: Case(
        make_pipeline(encoder(), logistic()), ["city", "rooms", "member"], as_array=True
    ),
    "search": lambda: Case(
        GridSearchCV(selecting(("text", encoder(), ["city"]), ("numbers", StandardScaler(), ["age"])), {}, cv=2), ALL
    ),
}
if SKLEARN >= (0, 23):
    # Before, the order of the columns in the fit is not known.
    CASES["positions in a frame"] = lambda: Case(
        selecting(("text", encoder(), slice(0, 2)), ("numbers", StandardScaler(), [2]), remainder="passthrough"), ALL
    )
    CASES["remainder by position"] = lambda: Case(
        selecting(("text", encoder(), ["size", "city"]), remainder=StandardScaler()), ["rooms", "city", "age", "size"]
    )
if SKLEARN >= (1, 0):
    CASES["encoder first"] = lambda: Case(make_pipeline(encoder(), logistic()), ["size", "rooms", "city", "member"])
    CASES["union"] = lambda: Case(
        make_pipeline(
            FeatureUnion(
                [("codes", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)), ("one", encoder())]
            ),
            logistic(),
        ),
        ["city", "size", "member"],
    )
    CASES["encoder of missing values"] = lambda: Case(
        make_pipeline(encoder(), logistic()), ["city", "size"], missing=True
    )
if SKLEARN >= (1, 3):
    from sklearn.preprocessing import TargetEncoder

    CASES["target encoder"] = lambda: Case(
        selecting(("text", TargetEncoder(cv=2, random_state=0), ["city", "size"]), ("age", StandardScaler(), ["age"])),
        ALL,
    )
if SKLEARN >= (1, 4):
    from sklearn.ensemble import HistGradientBoostingClassifier

    CASES["boosting with categories"] = lambda: Case(
        HistGradientBoostingClassifier(max_iter=3, categorical_features="from_dtype", min_samples_leaf=2),
        ["city", "age", "size", "rooms"],
        missing=True,
        as_category=True,
    )


class Served(NamedTuple):
    case: Case
    model: Any
    service: InferenceService


@functools.lru_cache(maxsize=None)
def served(name: str) -> Served:
    case = CASES[name]()
    frame = case.training()
    if case.as_category:
        frame = frame.astype(dict.fromkeys(("city", "size"), "category"))
    model = case.model.fit(frame.values if case.as_array else frame, TARGET)
    return Served(case, model, InferenceService(Hooks(), model, Settings()))


def cells_of(case: Case) -> st.SearchStrategy[list[Any]]:
    """Rows of values, as a client has them."""
    unknown = ["Oslo", "7"] if not case.missing else ["Oslo"]
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "city": st.sampled_from(CITIES + ([] if case.as_category else unknown)),
        "size": st.sampled_from(SIZES),
        "age": st.floats(-1e6, 1e6),
        "rooms": st.sampled_from([1, 2, 3]),
        "member": st.booleans(),
    }
    columns = [st.one_of(st.none(), strategies[name]) if case.missing else strategies[name] for name in case.columns]
    return st.lists(st.tuples(*columns).map(list), min_size=1, max_size=4)


def frame_of(case: Case, rows: list[list[Any]]) -> Any:
    """The same rows as the pipeline itself takes them."""
    frame = pd.DataFrame(
        {name: pd.Series([row[place] for row in rows], dtype=object) for place, name in enumerate(case.columns)},
        columns=case.columns,
    )
    for name in case.columns:
        if name in ("age", "rooms"):
            frame[name] = frame[name].astype(float)
        elif name == "member":
            frame[name] = frame[name].astype(bool)
        else:
            frame[name] = frame[name].where(frame[name].notnull(), np.nan)
    return frame.values if case.as_array else frame


def written(cell: Any) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else repr(cell)


def as_csv(columns: list[str] | None, rows: list[list[Any]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([*([columns] if columns else []), *([written(cell) for cell in row] for row in rows)])
    return stream.getvalue().encode("utf-8")


def records(columns: list[str], rows: list[list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row)) for row in rows]


#: How a request names its columns: content type, and what it holds.
NAMED = {
    "csv": (CSV, as_csv),
    "csv with a header that is announced": (CSV + "; header=present", as_csv),
    "records": (JSON, lambda columns, rows: json.dumps(records(columns, rows)).encode()),
    "split": (JSON, lambda columns, rows: json.dumps({"columns": columns, "data": rows}).encode()),
    "lines of records": (
        JSON_LINES,
        lambda columns, rows: "\n".join(map(json.dumps, records(columns, rows))).encode(),
    ),
}
PLACED = {
    "csv": (CSV, lambda rows: as_csv(None, rows)),
    "rows": (JSON, lambda rows: json.dumps(rows).encode()),
    "instances": (JSON, lambda rows: json.dumps({"instances": rows}).encode()),
    "lines": (JSON_LINES, lambda rows: "\n".join(map(json.dumps, rows)).encode()),
}
ORDER_KNOWN = SKLEARN >= (0, 23)


def answer(service: InferenceService, body: bytes, content_type: str) -> Any:
    response = service.invoke(body, content_type, NPY, "method=predict_proba")
    assert response.status == 200, response.body
    return decode(response.body, NPY)


@pytest.mark.parametrize("form", sorted(NAMED))
@pytest.mark.parametrize("name", sorted(name for name in CASES if not CASES[name]().as_array))
@settings(deadline=None, max_examples=6)
@given(st.data())
def test_columns_with_names_in_any_order_are_predicted_as_the_pipeline_does(name, form, data):
    case, model, service = served(name)
    rows = data.draw(cells_of(case))
    columns = data.draw(st.permutations(case.columns))
    shuffled = [[row[case.columns.index(column)] for column in columns] for row in rows]
    content_type, body = NAMED[form]
    np.testing.assert_array_equal(
        answer(service, body(columns, shuffled), content_type), model.predict_proba(frame_of(case, rows))
    )


@pytest.mark.parametrize("form", sorted(PLACED))
@pytest.mark.parametrize("name", sorted(CASES))
@settings(deadline=None, max_examples=6)
@given(st.data())
def test_columns_by_place_are_predicted_as_the_pipeline_does(name, form, data):
    case, model, service = served(name)
    if not ORDER_KNOWN and not case.as_array:
        return
    rows = data.draw(cells_of(case))
    content_type, body = PLACED[form]
    np.testing.assert_array_equal(answer(service, body(rows), content_type), model.predict_proba(frame_of(case, rows)))
