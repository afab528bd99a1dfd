"""What the fitted parts of a model know of its columns is found through pipelines, transformers and wrappers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import BaggingClassifier, IsolationForest, RandomForestClassifier, VotingClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import RFE
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from sklearn_runtime.rows.column_kinds import BOOLEAN, NUMBER, TEXT, UNKNOWN
from sklearn_runtime.rows.input_survey import Given, attribute, first_parts, is_a, survey
from tests.runtime.estimators import SKLEARN

pytestmark = pytest.mark.filterwarnings("ignore")

ROWS = 24
FRAME = pd.DataFrame(
    {
        "city": ["Paris", "007", "Zürich"] * (ROWS // 3),
        "age": np.linspace(20.0, 60.0, ROWS),
        "member": [True, False] * (ROWS // 2),
        "rooms": [1, 2, 3, 4] * (ROWS // 4),
    },
    columns=["city", "age", "member", "rooms"],
).astype({"city": object})
TARGET = np.arange(ROWS) // 2 % 2
NAMES = tuple(FRAME.columns)
GIVEN = Given(range(4), NAMES)
LOGISTIC = LogisticRegression(solver="lbfgs")


def encoder():
    return OneHotEncoder(handle_unknown="ignore")


def columns(*transformers, **options):
    return ColumnTransformer(list(transformers), **options)


def kinds(model, given=GIVEN):
    """What is known of each column, by its place or name."""
    return {key: column.kind for key, column in survey(model, given).columns.items()}


BY_NAME = columns(("encoded", encoder(), ["city", "member"]), ("scaled", StandardScaler(), ["age"]))
OF_BY_NAME = {0: TEXT, 2: BOOLEAN, 1: NUMBER}


@pytest.mark.parametrize(
    ("transformers", "found"),
    [
        ([("a", encoder(), ["city", "member"]), ("b", StandardScaler(), ["age"])], OF_BY_NAME),
        ([("a", encoder(), [0, -2]), ("b", StandardScaler(), [1])], OF_BY_NAME),
        ([("a", encoder(), slice(0, 1)), ("b", StandardScaler(), slice(1, 2))], {0: TEXT, 1: NUMBER}),
        ([("a", encoder(), [True, False, False, True])], {0: TEXT, 3: NUMBER}),
        ([("a", encoder(), lambda _frame: ["city"])], {0: TEXT}),
        ([("a", TfidfVectorizer(), "city")], {0: TEXT}),
        ([("a", make_pipeline(SimpleImputer(strategy="most_frequent"), encoder()), ["city"])], {0: TEXT}),
        ([("a", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "rooms"])], {1: NUMBER, 3: NUMBER}),
        ([("a", "drop", ["city"]), ("b", "passthrough", ["age"])], {1: UNKNOWN}),
        ([("a", encoder(), []), ("b", StandardScaler(), ["age"])], {1: NUMBER}),
        ([("a", encoder(), ["rooms"]), ("b", StandardScaler(), ["rooms"])], {3: NUMBER}),
        ([("a", columns(("c", encoder(), ["city"])), ["age", "city"])], {0: TEXT, 1: UNKNOWN}),
        ([("a", FunctionTransformer(np.log1p, validate=False), ["age"])], {1: UNKNOWN}),
    ],
    ids=lambda value: "" if isinstance(value, list) else str(value),
)
def test_a_column_transformer_selects_by_name_place_slice_mask_or_function(transformers, found):
    model = columns(*transformers)
    model.fit(FRAME)
    assert kinds(model) == found


def test_a_slice_by_name_includes_its_end():
    assert kinds(
        columns(("a", StandardScaler(), slice("age", "age")), ("b", encoder(), slice("member", None))).fit(FRAME)
    ) == {
        1: NUMBER,
        2: BOOLEAN,
        3: NUMBER,
    }


def test_the_remainder_is_surveyed_too():
    assert kinds(columns(("a", encoder(), [0, 2]), remainder=StandardScaler()).fit(FRAME)) == {
        0: TEXT,
        1: NUMBER,
        2: BOOLEAN,
        3: NUMBER,
    }
    assert kinds(columns(("a", encoder(), [0, 2]), remainder="drop").fit(FRAME)) == {0: TEXT, 2: BOOLEAN}


@pytest.mark.parametrize(
    ("selected", "by_name"),
    [(["city"], True), ([0], False), (slice(0, 1), False), ([True, False, False, False], False)],
)
def test_whether_columns_are_picked_by_name_is_told(selected, by_name):
    fitted = make_pipeline(columns(("a", encoder(), selected)), LOGISTIC).fit(FRAME, TARGET)
    assert survey(fitted, GIVEN).picks_names is by_name


WRAPPERS = {
    "search": lambda model: GridSearchCV(model, {}, cv=2),
    "one against the rest": OneVsRestClassifier,
    "vote": lambda model: VotingClassifier([("one", model)]),
    "identity first": lambda model: Pipeline([("nothing", None), ("model", model)]),
    "passed through": lambda model: Pipeline([("nothing", FunctionTransformer(validate=False)), ("model", model)]),
}
if SKLEARN >= (1, 0):
    WRAPPERS["calibrated"] = lambda model: CalibratedClassifierCV(model, cv=2)


@pytest.mark.parametrize("name", sorted(WRAPPERS))
def test_a_wrapper_knows_what_the_estimator_knows_that_it_fitted(name):
    assert kinds(WRAPPERS[name](make_pipeline(BY_NAME, LOGISTIC)).fit(FRAME, TARGET)) == OF_BY_NAME


def test_a_regressor_of_a_transformed_target_is_a_wrapper():
    model = TransformedTargetRegressor(make_pipeline(BY_NAME, Ridge())).fit(FRAME, FRAME["age"])
    assert kinds(model) == OF_BY_NAME


def test_an_ensemble_on_some_of_the_columns_tells_of_those():
    model = make_pipeline(columns(("a", encoder(), [0])), LOGISTIC)
    bagging = BaggingClassifier(model, n_estimators=2).fit(FRAME.values, TARGET)
    assert kinds(bagging)[0] == TEXT
    forest = IsolationForest(n_estimators=2, max_features=0.5, random_state=0).fit(FRAME[["age", "rooms"]])
    assert list(kinds(forest, Given(range(2))).values()) == [NUMBER]


def test_a_union_knows_what_its_parts_know_together():
    union = FeatureUnion([("encoded", encoder()), ("own", FunctionTransformer(len, validate=False))])
    union.transformer_list[0][1].fit(FRAME[["city", "rooms"]])
    assert kinds(union, Given(range(2), ("city", "rooms"))) == {0: TEXT, 1: NUMBER}


@pytest.mark.parametrize("estimator", [LOGISTIC, RandomForestClassifier(n_estimators=2), RFE(LOGISTIC)])
def test_any_other_estimator_of_scikit_learns_takes_numbers(estimator):
    found = survey(estimator.fit(FRAME[["age", "rooms"]], TARGET), Given(range(2)))
    assert (found.columns, found.others.kind) == ({}, NUMBER)


class OwnTransformer:
    """A transformer of somebody's own."""

    def fit(self, rows, target=None):
        return self

    def transform(self, rows):
        return np.zeros((len(rows), 1))

    @property
    def steps(self):
        raise RuntimeError("not fitted")


@pytest.mark.parametrize("model", [OwnTransformer(), DummyClassifier(), {"a": "dictionary"}, None, OneHotEncoder()])
def test_nothing_is_known_of_what_takes_anything(model):
    found = survey(model, Given())
    assert (found.columns, found.others.kind) == ({}, UNKNOWN)
    assert (found.documents, found.records, found.picks_names) == (False, False, False)


@pytest.mark.parametrize("vectorizer", [CountVectorizer(), TfidfVectorizer(), HashingVectorizer(n_features=8)])
def test_a_text_vectorizer_takes_documents(vectorizer):
    for model in (vectorizer, make_pipeline(FeatureUnion([("words", vectorizer)]), LOGISTIC)):
        found = survey(model.fit(FRAME["city"], TARGET), Given())
        assert found.documents
        assert found.others.kind == TEXT


def test_a_function_before_a_text_vectorizer_may_take_documents():
    model = make_pipeline(FunctionTransformer(np.array, validate=False), CountVectorizer()).fit(FRAME["city"])
    found = survey(model, Given())
    assert found.documents
    assert found.others.kind == UNKNOWN
    assert not survey(model, GIVEN).documents


def test_a_dictionary_vectorizer_takes_records():
    model = make_pipeline(DictVectorizer(), LOGISTIC).fit(FRAME[["city", "age"]].to_dict("records"), TARGET)
    found = survey(model, Given())
    assert found.records
    assert {name: column.kind for name, column in found.columns.items()} == {"city": TEXT, "age": NUMBER}
    mixed = DictVectorizer().fit([{"size": "large"}, {"size": 3.0}])
    assert kinds(mixed, Given()) == {"size": TEXT}


if SKLEARN >= (1, 4):
    from sklearn.ensemble import HistGradientBoostingClassifier

    def test_boosting_with_categories_takes_text_there_and_numbers_elsewhere():
        frame = FRAME.assign(city=FRAME["city"].astype("category"))
        model = HistGradientBoostingClassifier(max_iter=2, categorical_features="from_dtype").fit(frame, TARGET)
        found = survey(model, GIVEN)
        assert [found.columns.get(place, found.others).kind for place in range(4)] == [TEXT, NUMBER, NUMBER, NUMBER]


def test_without_the_width_columns_are_known_by_what_selects_them():
    # As scikit-learn 0.20 leaves a ColumnTransformer: neither the number nor the names of the columns.
    fitted = SimpleNamespace(
        transformers_=[
            ("encoded", encoder().fit(FRAME[["city"]]), ["city"]),
            ("scaled", StandardScaler(), [1]),
            ("masked", StandardScaler(), [False, True]),
            ("sliced", StandardScaler(), slice(0, 2)),
        ]
    )
    assert kinds(fitted, Given()) == {"city": TEXT, 1: NUMBER}


def test_an_encoder_without_the_width_has_as_many_columns_as_categories():
    assert kinds(OrdinalEncoder().fit(FRAME[["city", "rooms"]]), Given()) == {0: TEXT, 1: NUMBER}


def test_what_a_part_lacks_or_will_not_tell_is_none():
    assert attribute(OwnTransformer(), "steps") is None
    assert attribute(OwnTransformer(), "absent") is None
    assert first_parts(OwnTransformer()) == []
    assert is_a(TfidfVectorizer(), ("CountVectorizer",))
