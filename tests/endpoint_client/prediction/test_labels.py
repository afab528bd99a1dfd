"""Labels that are text: real models served by the runtime, through every content type that a response may have."""

from collections.abc import Callable, Sequence
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from endpoint_client import Predictor, UnreadableResponse
from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings
from tests.endpoint_client.conftest import Answer

NPY, JSON, CSV, JSON_LINES = "application/x-npy", "application/json", "text/csv", "application/jsonlines"
FEATURES = np.random.default_rng(0).normal(size=(60, 3))
LABELS = {
    "words": ["setosa", "versicolor", "virginica"],
    "numbers": ["1", "007", "1e3"],
    "words of numbers": ["nan", "inf", "-0"],
    "words of booleans": ["true", "false", "True"],
    "words of nothing": ["None", "null", "NA"],
    "unicode": ["größe", "日本", "🐍"],
    "marks of CSV": ["a,b", 'say "x"', "#c"],
    "lines": ["a\nb", "a\r\nb", "tab\t"],
    "spaces": [" a", "a ", ""],
    "lengths": ["a", "b" * 300, "cc"],
}


@pytest.fixture
def serve(endpoint: Any, tmp_path: Any) -> Callable[[Any], None]:
    """Have the endpoint's container serve a model."""

    def serve(model: Any) -> None:
        (tmp_path / "model").mkdir()
        joblib.dump(model, tmp_path / "model" / "model.joblib")
        service = InferenceService.load(Settings.from_environ({"SAGEMAKER_BASE_DIR": str(tmp_path)}))

        def container(request: Any) -> Answer:
            names = ("content-type", "accept", "x-amzn-sagemaker-custom-attributes")
            response = service.invoke(request.body, *map(request.headers.get, names))
            return Answer(response.body, response.content_type, response.status)

        endpoint.container = container

    return serve


def fitted(labels: Sequence[Any], kind: Any = DecisionTreeClassifier, form: Callable[[Any], Any] = np.array) -> Any:
    """A model that tells the labels apart by the first feature."""
    order = np.argsort(np.argsort(FEATURES[:, 0])) * len(labels) // len(FEATURES)
    return kind().fit(FEATURES, form([labels[place] for place in order]))


def object_array(labels: Sequence[Any]) -> Any:
    return np.array(labels, dtype=object)


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("accept", [NPY, JSON, JSON_LINES])
@pytest.mark.parametrize("form", [np.array, object_array, pd.Series], ids=["text", "object", "pandas"])
def test_text_stays_what_it_is(serve, labels, accept, form):
    model = fitted(labels, form=form)
    serve(model)
    expected = model.predict(FEATURES)
    assert set(expected) == set(labels)
    with Predictor("ep", accept=accept) as predictor:
        whole = predictor.predict(FEATURES)
        few = predictor.predict(FEATURES[:2])
        predictor.max_rows = 7
        cut = predictor.predict(FEATURES)
    for answer, rows in ((whole, 60), (few, 2), (cut, 60)):
        assert answer.dtype.kind == "U"
        assert answer.tolist() == list(expected[:rows])


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("accept", [NPY, JSON, JSON_LINES])
def test_text_stays_what_it_is_on_every_way(serve, labels, accept):
    model = fitted(labels)
    serve(model)
    expected = model.predict(FEATURES).tolist()
    with Predictor("ep", accept=accept, fast=True) as predictor:
        assert predictor.predict(FEATURES).tolist() == expected
        assert np.concatenate(list(predictor.predict_stream(FEATURES))).tolist() == expected
        assert np.concatenate(list(predictor.predict_batches([FEATURES[:20], FEATURES[20:]]))).tolist() == expected
        series = predictor.predict(pd.DataFrame(FEATURES), as_frame=True)
        assert series.tolist() == expected


KINDS = [
    DecisionTreeClassifier,
    GaussianNB,
    HistGradientBoostingClassifier,
    KNeighborsClassifier,
    LogisticRegression,
    lambda: RandomForestClassifier(5),
    lambda: make_pipeline(StandardScaler(), LogisticRegression()),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("labels", [LABELS["words"], LABELS["numbers"], LABELS["lengths"][:2]])
@pytest.mark.parametrize("form", [np.array, object_array], ids=["text", "object"])
def test_every_kind_of_model_gives_its_labels(serve, kind, labels, form):
    """Common estimators have a way of their own through the runtime for few rows."""
    model = fitted(labels, kind, form)
    serve(model)
    with Predictor("ep") as predictor:
        for rows in (1, 2, 60):
            answer = predictor.predict(FEATURES[:rows])
            assert answer.dtype.kind == "U"
            assert answer.tolist() == list(model.predict(FEATURES[:rows]))


@pytest.mark.parametrize(
    "name", ["words", "unicode", "marks of CSV", "lines", "spaces", "lengths", "words of nothing", "words of booleans"]
)
def test_csv_keeps_text_that_looks_like_nothing_else(serve, name):
    model = fitted(LABELS[name])
    serve(model)
    with Predictor("ep", accept=CSV) as predictor:
        answer = predictor.predict(FEATURES)
    assert answer.dtype.kind == "U"
    assert answer.tolist() == list(model.predict(FEATURES))


@pytest.mark.parametrize(
    ("labels", "read"),
    [(["1", "007"], [1, 7]), (["1.0", "nan"], [1.0, float("nan")]), (["True", "False"], [True, False])],
)
def test_csv_has_no_types_so_that_labels_like_numbers_become_numbers(serve, labels, read):
    model = fitted(labels)
    serve(model)
    with Predictor("ep", accept=CSV) as predictor:
        answer = predictor.predict(FEATURES)
    expected = [read[labels.index(label)] for label in model.predict(FEATURES)]
    np.testing.assert_array_equal(answer, expected)
    assert answer.dtype == np.array(read).dtype


def test_a_label_is_never_read_one_way_in_one_request_and_another_way_in_the_next(serve):
    """Of an input that is cut, one answer may hold labels like numbers only."""
    model = fitted(["007", "a"])
    serve(model)
    rows = FEATURES[np.argsort(FEATURES[:, 0])]
    with Predictor("ep", accept=CSV) as predictor:
        assert predictor.predict(rows).tolist() == ["007"] * 30 + ["a"] * 30
        predictor.max_rows = 30
        with pytest.raises(UnreadableResponse, match=r"text for some rows and numbers for others.*leave accept out"):
            predictor.predict(rows)


@pytest.mark.parametrize("accept", [NPY, JSON, JSON_LINES, CSV])
@pytest.mark.parametrize("labels", [[3, 5], [True, False], [0.5, 1.5]], ids=["int", "bool", "float"])
def test_objects_that_are_no_text_keep_their_values(serve, labels, accept):
    model = fitted([str(label) for label in labels])
    # scikit-learn refuses floats as classes: what a regressor or a hook gives.
    model.classes_ = object_array(labels)
    serve(model)
    with Predictor("ep", accept=accept) as predictor:
        answer = predictor.predict(FEATURES)
    assert answer.dtype == np.array(labels).dtype
    assert answer.tolist() == list(model.predict(FEATURES))


def test_bytes_stay_bytes_where_the_format_has_them(serve):
    model = fitted(["a", "b"])
    # scikit-learn takes no bytes as labels any more; a model that was fitted by an older one has them.
    model.classes_ = np.array([b"a", b"b"])
    serve(model)
    with Predictor("ep") as predictor:
        np.testing.assert_array_equal(predictor.predict(FEATURES), model.predict(FEATURES))
        for accept in (JSON, JSON_LINES, CSV):
            text = predictor.predict(FEATURES, accept=accept)
            assert text.tolist() == [label.decode() for label in model.predict(FEATURES)]


@pytest.mark.parametrize("accept", [NPY, JSON, JSON_LINES, CSV])
def test_several_outputs_of_text(serve, accept):
    model = DecisionTreeClassifier()
    outputs = np.array([["yes", "no"], ["red", "green"]], dtype=object)
    both = np.column_stack([outputs[0][(FEATURES[:, 0] > 0).astype(int)], outputs[1][(FEATURES[:, 1] > 0).astype(int)]])
    model.fit(FEATURES, both)
    serve(model)
    with Predictor("ep", accept=accept) as predictor:
        answer = predictor.predict(FEATURES)
    assert answer.dtype.kind == "U"
    assert answer.tolist() == model.predict(FEATURES).tolist()


@pytest.mark.parametrize("accept", [NPY, JSON, JSON_LINES, CSV])
def test_text_of_numpys_own_variable_width(serve, accept):
    model = fitted(["a", "bb"])
    model.classes_ = np.array(["a", "bb"], dtype=np.dtypes.StringDType())
    serve(model)
    with Predictor("ep", accept=accept) as predictor:
        assert predictor.predict(FEATURES).tolist() == list(model.predict(FEATURES))
