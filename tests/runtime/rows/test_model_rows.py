"""Rows take the form that the model was fitted on; a hook of the user's is given them with a type a column."""

from __future__ import annotations

import doctest

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from sklearn_runtime.errors import InvalidRows
from sklearn_runtime.rows import model_rows as module
from sklearn_runtime.rows.column_kinds import NUMBER, TEXT, UNKNOWN
from sklearn_runtime.rows.decoding import NamedRows
from sklearn_runtime.rows.model_rows import arrange, columns_as_sent, hook_rows
from tests.runtime.estimators import names_are_known

pytestmark = pytest.mark.filterwarnings("ignore")

NAN = float("nan")
FRAME = pd.DataFrame(
    {"city": ["007", "Rome"] * 4, "age": np.arange(8.0), "note": ["x"] * 8}, columns=["city", "age", "note"]
).astype({"city": object, "note": object})
LABELS = [0, 0, 1, 1] * 2


def logistic():
    return LogisticRegression(solver="lbfgs")


def objects(*rows):
    array = np.empty((len(rows), len(rows[0])), dtype=object)
    array[:] = rows
    return array


def fitted(encoded, scaled, rows):
    selected = ColumnTransformer([("text", OneHotEncoder(), encoded), ("numbers", StandardScaler(), scaled)])
    return make_pipeline(selected, logistic()).fit(rows, LABELS)


BY_NAME = fitted(["city"], ["age"], FRAME)
BY_PLACE = fitted([0], [1], FRAME.values)
OF_NUMBERS = logistic().fit(FRAME[["age"]].values, LABELS)
OF_TEXTS = make_pipeline(CountVectorizer(), logistic()).fit(["one text", "another"] * 4, LABELS)
OF_RECORDS = make_pipeline(DictVectorizer(), logistic()).fit(FRAME[["city", "age"]].to_dict("records"), LABELS)


def sent(columns=("note", "age", "city"), rows=(("y", "41", "007"), (None, None, "Rome"))):
    return NamedRows(objects(*map(list, rows)), columns)


@names_are_known
def test_a_frame_has_the_columns_of_the_fit_in_its_order_and_types():
    frame = arrange(sent(), BY_NAME)
    assert list(frame.columns) == ["city", "age", "note"]
    assert [str(dtype) for dtype in frame.dtypes] == ["object", "float64", "object"]
    assert frame["city"].tolist() == ["007", "Rome"]
    assert frame["note"].tolist()[0] == "y"
    assert frame.isna().to_numpy().tolist() == [[False] * 3, [False, True, True]]


def test_an_array_has_its_columns_in_their_types():
    rows = arrange(objects(["007", "41", "y"], ["Rome", None, None]), BY_PLACE)
    assert isinstance(rows, np.ndarray)
    assert [type(cell) for cell in rows[0]] == [str, float, str]
    assert rows[0].tolist() == ["007", 41.0, "y"]
    assert np.isnan(rows[1, 1])


def test_a_model_of_numbers_is_given_an_array_of_numbers_untouched():
    rows = np.array([[1.0], [2.0]], dtype=np.float32)
    assert arrange(rows, OF_NUMBERS) is rows
    typed = arrange(objects(["41"], [None], [True]), OF_NUMBERS)
    assert typed.dtype == np.float64
    np.testing.assert_array_equal(typed, [[41.0], [NAN], [1.0]])


@pytest.mark.parametrize(
    ("rows", "model", "message", "cell"),
    [
        (objects(["Rome", "old", "x"]), BY_PLACE, "row 0, column 1: 'old' is not a number", (0, 1)),
        (objects(["Rome", 1.0, "x"], [7.0, "old", "x"]), BY_PLACE, "row 1, column 0: 7.0 is not text", (1, 0)),
        (np.array([[1.0, 2.0, 3.0]]), BY_PLACE, "row 0, column 0: 1.0 is not text", (0, 0)),
        (objects([1.0], ["wide"], ["large"]), OF_NUMBERS, "row 1, column 0: 'wide' is not a number", (1, 0)),
        (objects(["a", "b"]), OF_TEXTS, "the rows have 2 columns, the model takes one text a row", (None, None)),
        (np.array([[1.0]]), OF_TEXTS, "row 0, column 0: 1.0 is not text", (0, 0)),
        (objects(["Rome", 1.0]), OF_RECORDS, "the model takes records: send names", (None, None)),
    ],
)
def test_a_cell_that_is_not_of_its_columns_kind_is_named(rows, model, message, cell):
    with pytest.raises(InvalidRows) as caught:
        arrange(rows, model)
    assert caught.value.message.startswith(message)
    assert (caught.value.row, caught.value.column) == cell


@names_are_known
def test_a_cell_is_named_by_its_place_in_the_request():
    with pytest.raises(InvalidRows) as caught:
        arrange(sent(rows=[("y", "old", "Rome")], columns=("note", "age", "city")), BY_NAME)
    assert (caught.value.row, caught.value.column) == (0, 1)
    with pytest.raises(InvalidRows) as caught:
        arrange(sent(rows=[("old", "y", "Rome")], columns=("age", "note", "city")), BY_NAME)
    assert (caught.value.row, caught.value.column) == (0, 0)


def test_texts_are_one_dimension_whatever_their_column_is_called():
    for rows in (objects(["one text"], ["another"]), NamedRows(objects(["one text"], ["another"]), ["review"])):
        texts = arrange(rows, OF_TEXTS)
        assert texts.shape == (2,)
        assert texts.tolist() == ["one text", "another"]
        assert OF_TEXTS.predict(texts).shape == (2,)


def test_a_function_before_a_text_vectorizer_is_given_texts_or_a_frame():
    model = make_pipeline(FunctionTransformer(np.array, validate=False), CountVectorizer()).fit(["one text", "two"])
    assert arrange(objects(["one text"]), model).tolist() == ["one text"]
    frame = arrange(NamedRows(objects(["one text", 1.0]), ["review", "stars"]), model)
    assert list(frame.columns) == ["review", "stars"]


def test_records_have_names_and_lack_what_is_missing():
    rows = NamedRows(objects(["007", "41"], ["Rome", None]), ["city", "age"])
    records = arrange(rows, OF_RECORDS)
    assert records == [{"city": "007", "age": 41.0}, {"city": "Rome"}]
    assert OF_RECORDS.predict(records).shape == (2,)


class Own:
    """A transformer of somebody's own that says nothing of its input."""

    def fit(self, rows, target=None):
        return self

    def transform(self, rows):
        return rows


def test_text_with_names_is_a_frame_for_a_model_that_says_nothing():
    frame = arrange(sent(), Own())
    assert list(frame.columns) == ["note", "age", "city"]
    assert frame["age"].dtype == np.float64
    numbers = NamedRows(np.array([[1.0]]), ["age"])
    assert type(arrange(numbers, Own())) is np.ndarray
    assert type(arrange(objects(["a"]), Own())) is np.ndarray


def test_without_pandas_text_is_an_array_for_a_model_that_says_nothing(monkeypatch):
    monkeypatch.setattr(module, "has_pandas", lambda: False)
    assert type(arrange(sent(), Own())) is np.ndarray
    assert type(hook_rows(sent(), Own())) is NamedRows


@names_are_known
def test_a_frame_of_the_users_is_put_in_the_order_of_the_fit():
    assert list(arrange(FRAME[["age", "note", "city"]], BY_NAME).columns) == ["city", "age", "note"]
    assert arrange(FRAME, BY_NAME) is FRAME
    other = FRAME.assign(more=1)
    assert arrange(other, BY_NAME) is other


@pytest.mark.parametrize("rows", [[["Rome", 1.0]], np.zeros(3), np.zeros((1, 1, 1)), "text", None, {"a": 1}])
def test_anything_else_that_an_input_fn_of_the_users_returns_is_passed(rows):
    assert arrange(rows, BY_PLACE) is rows
    assert hook_rows(rows, BY_PLACE) is rows


def test_a_sparse_matrix_is_passed_with_its_width_checked():
    rows = scipy.sparse.csr_matrix(np.eye(3))
    assert arrange(rows, make_pipeline(StandardScaler(with_mean=False)).fit(np.eye(3))) is rows
    assert hook_rows(rows, OF_NUMBERS) is rows
    for model in (OF_TEXTS, OF_RECORDS):
        with pytest.raises(InvalidRows, match="a sparse matrix of numbers, the model takes text"):
            arrange(rows, model)


@names_are_known
def test_a_sparse_matrix_of_another_width_is_refused():
    with pytest.raises(InvalidRows, match="the rows have 3 columns, the model takes 1"):
        arrange(scipy.sparse.csr_matrix(np.eye(3)), OF_NUMBERS)


@names_are_known
def test_the_columns_of_a_request_are_known_in_its_own_order():
    assert [column.kind for column in columns_as_sent(sent(), BY_NAME)] == [UNKNOWN, NUMBER, TEXT]
    assert [column.kind for column in columns_as_sent(FRAME, BY_NAME)] == [TEXT, NUMBER, UNKNOWN]


def test_the_columns_of_what_is_no_table_are_not_known():
    assert columns_as_sent(np.zeros(3), BY_PLACE) == []
    assert columns_as_sent([[1.0]], BY_PLACE) == []


def test_a_hook_is_given_numbers_as_they_are():
    rows = NamedRows(np.array([[1.0]]), ["age"])
    for model in (OF_NUMBERS, BY_PLACE, "any object"):
        assert hook_rows(rows, model) is rows


def test_a_hook_is_given_text_with_names_as_a_frame_in_the_order_that_was_sent():
    for model in (BY_NAME, {"any": "object"}):
        frame = hook_rows(sent(), model)
        assert list(frame.columns) == ["note", "age", "city"]
        assert [str(dtype) for dtype in frame.dtypes] == ["object", "float64", "object"]
    assert hook_rows(sent(), BY_NAME)["city"].tolist() == ["007", "Rome"]


def test_a_hook_is_given_text_without_names_as_an_array():
    rows = hook_rows(objects(["007", "41"], ["8", None]), OrdinalEncoder().fit(FRAME[["city", "age"]]))
    assert type(rows) is np.ndarray
    assert rows.tolist()[0] == ["007", 41.0]
    rows = hook_rows(objects(["007", "x"], ["8", None]), "a model of which nothing is known")
    assert rows[:, 0].tolist() == [7.0, 8.0]
    assert rows[0, 1] == "x"


def test_a_hook_is_refused_nothing():
    rows = hook_rows(objects(["Rome", "old", 7.0], [7.0, "1", "x"]), BY_PLACE)
    assert rows.tolist() == [["Rome", "old", 7.0], [7.0, "1", "x"]]


def test_a_hook_is_given_numbers_where_all_cells_are():
    rows = hook_rows(objects(["41", 1.0], [None, "2"]), "any object")
    assert rows.dtype == np.float64
    named = hook_rows(NamedRows(objects(["41"]), ["age"]), "any object")
    assert (named.columns, named.dtype) == (("age",), np.float64)


def test_a_hook_is_given_a_frame_where_the_model_picks_columns_by_name():
    for values in (np.array([[1.0, 2.0]]), objects(["1", "2"])):
        frame = hook_rows(NamedRows(values, ["age", "city"]), BY_NAME)
        assert list(frame.columns) == ["age", "city"]
        assert frame["age"].tolist() == [1.0]


def test_a_hook_is_given_texts_in_one_dimension_or_by_name():
    assert hook_rows(objects(["7"], ["8"]), OF_TEXTS).tolist() == ["7", "8"]
    frame = hook_rows(NamedRows(objects(["7"], ["8"]), ["review"]), OF_TEXTS)
    assert frame["review"].tolist() == ["7", "8"]
    assert hook_rows(objects(["a", "b"]), OF_TEXTS).shape == (1, 2)


def test_the_examples_hold():
    assert doctest.testmod(module).failed == 0
