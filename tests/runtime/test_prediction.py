"""The default prediction equals the model's own, and a refusal speaks of the request's cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

from sklearn_runtime.errors import InputRefused, InvalidRows, MissingValue, ModelLoadError, UnknownMethod
from sklearn_runtime.prediction import predict, prepare
from sklearn_runtime.rows import model_columns
from sklearn_runtime.rows.decoding import NamedRows
from tests.runtime.estimators import SKLEARN, boosting, names_are_known, width_is_known

IRIS, SPECIES = load_iris(return_X_y=True)
NAMES = ["a", "b", "c", "d"]
FRAME = pd.DataFrame(IRIS, columns=NAMES)
LABELS = load_iris().target_names[SPECIES]
LOGISTIC = LogisticRegression(max_iter=1000)
PLAIN = LogisticRegression(max_iter=1000).fit(IRIS, LABELS)
NAMED = LogisticRegression(max_iter=1000).fit(FRAME, LABELS)

pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning")


@pytest.mark.parametrize(
    ("model", "method"),
    [
        (make_pipeline(StandardScaler(), LOGISTIC), "predict_proba"),
        (LOGISTIC, "decision_function"),
        (boosting(3), "predict_proba"),
        (LOGISTIC, "predict_log_proba"),
        (RandomForestClassifier(5, random_state=0), "predict"),
        (KMeans(3, n_init=1, random_state=0), "predict"),
        (KMeans(3, n_init=1, random_state=0), "transform"),
        (IsolationForest(n_estimators=5, random_state=0), "score_samples"),
        (KernelDensity(), "score_samples"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_every_method_gives_what_the_model_gives(model, method):
    model.fit(IRIS, LABELS)
    np.testing.assert_array_equal(predict(IRIS, model, method), getattr(model, method)(IRIS))


def test_a_regressor_of_several_outputs_gives_them_all():
    features, target = load_diabetes(return_X_y=True)
    model = LinearRegression().fit(features, np.column_stack([target, -target]))
    np.testing.assert_array_equal(predict(features, model), model.predict(features))


def test_missing_values_are_predicted_where_the_model_takes_them():
    rows = IRIS.copy()
    rows[::3, 1] = np.nan
    for model in (boosting(3), make_pipeline(SimpleImputer(), LOGISTIC)):
        model.fit(rows, LABELS)
        np.testing.assert_array_equal(predict(rows, model), model.predict(rows))


def test_a_missing_value_that_the_model_does_not_take_is_placed():
    rows = IRIS[:3].copy()
    rows[1, 2] = rows[2, 0] = np.nan
    with pytest.raises(
        MissingValue, match="row 1, column 2 is missing, and the model takes no missing values"
    ) as caught:
        predict(rows, PLAIN)
    assert (caught.value.row, caught.value.column) == (1, 2)
    assert "contains NaN" in caught.value.message


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39])
def test_a_number_that_is_too_large_for_the_model_is_placed(value):
    rows = IRIS[:3].copy()
    rows[2, 3] = value
    with pytest.raises(InputRefused, match="row 2, column 3 is") as caught:
        predict(rows, RandomForestClassifier(3, random_state=0).fit(IRIS, LABELS))
    assert (caught.value.row, caught.value.column) == (2, 3)


class Refuses:
    """A model of somebody's own, that refuses whatever it is given."""

    def __init__(self, message):
        self.message = message

    def predict(self, rows):
        raise ValueError(self.message)


@pytest.mark.parametrize(
    ("message", "rows"),
    [
        ("not today", IRIS),
        ("NaN is not the reason here, nor infinity", IRIS),
        ("contains NaN", np.array([[1, 2]])),
        ("contains NaN", np.full((1, 1, 1), np.nan)),
        ("contains NaN", [[None]]),
    ],
)
def test_any_other_refusal_has_the_models_own_message(message, rows):
    with pytest.raises(InputRefused) as caught:
        predict(rows, Refuses(message))
    assert caught.value.message == message
    assert caught.value.row is None


class Broken:
    """A model of somebody's own that lacks what it needs."""

    coef_: Any

    def predict(self, rows):
        return rows @ self.coef_


def test_an_error_that_is_no_refusal_passes():
    with pytest.raises(AttributeError):
        predict(IRIS, Broken())


@names_are_known
def test_columns_with_names_are_put_in_the_order_of_the_fit():
    shuffled = NamedRows(IRIS[:, [3, 1, 0, 2]], ["d", "b", "a", "c"])
    np.testing.assert_array_equal(predict(shuffled, NAMED, "predict_proba"), NAMED.predict_proba(FRAME))


def test_names_do_not_matter_to_a_model_that_was_fitted_without():
    np.testing.assert_array_equal(predict(NamedRows(IRIS, list("wxyz")), PLAIN), PLAIN.predict(IRIS))


@names_are_known
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "b", "c"], "it lacks 'd'. "),
        (["a", "b", "c", "d", "e"], "the model does not know 'e'. "),
        (["a", "b", "c", "x"], "it lacks 'd'; the model does not know 'x'. "),
        (["a", "b", "c", "d", "a"], "it repeats 'a'. "),
    ],
)
def test_names_that_are_not_the_models_are_listed(names, message):
    with pytest.raises(InvalidRows) as caught:
        predict(NamedRows(np.zeros((1, len(names))), names), NAMED)
    assert message in caught.value.message
    assert "fitted on 'a', 'b', 'c', 'd', in any order here" in caught.value.message


@names_are_known
def test_a_long_list_of_names_is_cut():
    wide = pd.DataFrame(np.random.default_rng(0).random((4, 30)), columns=[f"f{i}" for i in range(30)])
    model = LinearRegression().fit(wide, [1, 2, 3, 4])
    with pytest.raises(InvalidRows, match="'f9' and 20 more"):
        predict(np.zeros((1, 2)), model)


@width_is_known
def test_a_wrong_number_of_columns_is_told_with_both_numbers():
    with pytest.raises(InvalidRows, match=r"the rows have 3 columns, the model takes 4$"):
        predict(np.zeros((2, 3)), PLAIN)


@width_is_known
def test_a_flat_list_for_a_model_of_one_feature_is_explained():
    with pytest.raises(InvalidRows, match=r"a flat list is one row: send \[\[1.0\], \[2.0\]\]"):
        predict(np.zeros((1, 3)), LinearRegression().fit([[0.0], [1.0]], [0, 1]))


@names_are_known
def test_a_model_that_looks_columns_up_by_name_is_given_a_data_frame():
    by_name = ColumnTransformer([("scaled", MinMaxScaler(), ["d", "a"])], remainder="passthrough")
    by_function = FunctionTransformer(lambda frame: frame[["c", "b"]])
    # FunctionTransformer keeps no names before scikit-learn 1.1.
    first_steps = [by_name] if SKLEARN < (1, 1) else [by_name, by_function]
    for model in (
        *(make_pipeline(step, LogisticRegression(max_iter=1000)) for step in first_steps),
        GridSearchCV(make_pipeline(by_name, LogisticRegression(max_iter=1000)), {}, cv=2),
    ):
        model.fit(FRAME, LABELS)
        expected = model.predict_proba(FRAME)
        np.testing.assert_array_equal(predict(IRIS, model, "predict_proba"), expected)
        shuffled = NamedRows(IRIS[:, ::-1], NAMES[::-1])
        np.testing.assert_array_equal(predict(shuffled, model, "predict_proba"), expected)


class OwnModel:
    """A model that is not scikit-learn's, with names and without parameters."""

    feature_names_in_ = np.array(["a", "b"], dtype=object)

    def predict(self, rows):
        return rows["b"]


def test_a_model_of_ones_own_with_names_is_given_a_data_frame():
    assert predict(np.array([[1.0, 2.0]]), OwnModel()).tolist() == [2.0]


def test_what_an_input_fn_of_the_users_returns_is_passed_as_it_is():
    assert predict(FRAME, NAMED).tolist() == NAMED.predict(FRAME).tolist()


def test_an_unknown_method_is_refused_before_the_rows_are_looked_at():
    with pytest.raises(UnknownMethod):
        predict(None, PLAIN, "fit")


def test_a_sparse_matrix_is_predicted_as_the_model_does():
    np.testing.assert_array_equal(
        predict(scipy.sparse.csr_matrix(IRIS), PLAIN, "predict_proba"),
        PLAIN.predict_proba(scipy.sparse.csr_matrix(IRIS)),
    )


@pytest.mark.parametrize("model", [KernelDensity(), make_pipeline(StandardScaler(), LOGISTIC), GaussianNB()], ids=type)
def test_a_model_that_takes_no_sparse_matrix_says_so(model):
    model.fit(IRIS, SPECIES)
    with pytest.raises(InputRefused, match=r"(?i)sparse"):
        predict(
            scipy.sparse.csr_matrix(IRIS), model, "score_samples" if isinstance(model, KernelDensity) else "predict"
        )


class RefusesByType:
    """A model of somebody's own with a fault in it."""

    def predict(self, rows):
        raise TypeError("not the rows' fault")


def test_a_type_error_on_rows_that_are_not_sparse_passes():
    with pytest.raises(TypeError):
        predict(IRIS, RefusesByType())


def test_an_unknown_category_is_refused_with_its_cell():
    model = make_pipeline(OneHotEncoder(), LOGISTIC).fit(np.array([["a", "x"], ["b", "y"]], dtype=object), [0, 1])
    with pytest.raises(
        InputRefused, match="row 1, column 1 is 'z', which the model does not know: Found unknown"
    ) as told:
        predict(np.array([["a", "x"], ["b", "z"]], dtype=object), model)
    assert (told.value.row, told.value.column) == (1, 1)


BY_NAME = make_pipeline(ColumnTransformer([("scaled", MinMaxScaler(), ["d", "a"])]), LOGISTIC).fit(FRAME, LABELS)


@pytest.mark.parametrize(("model", "imported"), [(PLAIN, []), (BY_NAME, ["pandas"]), ("any object", [])], ids=str)
def test_pandas_is_imported_at_load_for_a_model_that_takes_frames_only(model, imported, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr("importlib.import_module", asked.append)
    prepare(model)
    assert asked == imported


def test_without_pandas_a_model_that_picks_columns_by_name_is_refused_at_load(monkeypatch):
    monkeypatch.setattr(model_columns, "has_pandas", lambda: False)
    monkeypatch.setattr(model_columns, "_last", (None, None))
    monkeypatch.setattr(model_columns, "_recent", {})
    with pytest.raises(ModelLoadError, match="picks columns by name, which takes pandas"):
        prepare(BY_NAME)
    prepare(BY_NAME, predicts=False)
    prepare(PLAIN)
