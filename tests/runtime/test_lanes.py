"""The short way of small requests gives what the general way gives, or leaves them to it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from sklearn_runtime.codecs import encode_npy
from sklearn_runtime.fast import find_fast_paths, probe
from sklearn_runtime.hooks import load_hooks
from sklearn_runtime.lanes import LANE_BYTES, Lane
from sklearn_runtime.methods import METHODS
from sklearn_runtime.rows.model_columns import model_columns
from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings
from tests.runtime.estimators import SKLEARN

JSON, NPY, CSV = "application/json", "application/x-npy", "text/csv"
ROWS = np.array([[0.5, -1.25, 3.0], [1e-3, 2.0, -0.1]])


@pytest.fixture(autouse=True)
def _whatever_they_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "WORTHWHILE", np.inf)


def service(model: Any = None, **variables: str) -> InferenceService:
    random = np.random.RandomState(0)
    if model is None:
        model = LogisticRegression()
    model.fit(random.standard_normal((60, 3)), np.arange(60) % 3)
    settings = Settings.from_environ(variables)
    return InferenceService(load_hooks(settings), model, settings, find_fast_paths(model, METHODS))


def general(served: InferenceService, *request: Any) -> Any:
    """The answer of the general way alone."""
    headers = (*request[1:], None)[:3]
    served._lanes[headers] = Lane()
    answer = served.invoke(*request)
    del served._lanes[headers]
    return answer


def skip_without_a_width(served: InferenceService) -> None:
    if SKLEARN == (0, 20) and model_columns(served._model).plain_width is None:
        pytest.skip("a model of this old scikit-learn does not say how many columns it takes")


def takes_lane(served: InferenceService, body: bytes, *headers: Any) -> bool:
    served.invoke(body, *headers)
    return served._lanes[(*headers, None)[:3]].answer(body) is not None


@pytest.mark.parametrize("accept", [JSON, NPY, CSV, None, "application/json;q=0.5, text/csv"])
@pytest.mark.parametrize("attributes", [None, "method=predict_proba", "method=decision_function"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps(ROWS.tolist()).encode(), JSON),
        (json.dumps(ROWS[0].tolist()).encode(), JSON),
        (json.dumps({"instances": ROWS.tolist()}).encode(), JSON),
        (encode_npy(ROWS), NPY),
        (encode_npy(ROWS[:1]), "application/x-npy"),
        (json.dumps(ROWS.tolist()).encode(), "application/json; charset=UTF-8"),
    ],
)
def test_the_answer_is_the_general_ways(body: bytes, content_type: str, attributes: Any, accept: Any) -> None:
    served = service()
    skip_without_a_width(served)
    assert takes_lane(served, body, content_type, accept, attributes)
    assert served.invoke(body, content_type, accept, attributes) == general(
        served, body, content_type, accept, attributes
    )


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"[[1, 2]]", (JSON, JSON, None)),
        (b"[[1, 2, null]]", (JSON, JSON, None)),
        (b"[[1, 2, NaN]]", (JSON, JSON, None)),
        (b'[["1", 2, 3]]', (JSON, JSON, None)),
        (b"[[1, 2, 3], [4]]", (JSON, JSON, None)),
        (b"[]", (JSON, JSON, None)),
        (b"", (JSON, JSON, None)),
        (b"{", (JSON, JSON, None)),
        (encode_npy(ROWS.astype(np.float32)), (NPY, NPY, None)),
        (encode_npy(np.asfortranarray(ROWS)), (NPY, NPY, None)),
        (encode_npy(ROWS[0]), (NPY, NPY, None)),
        (encode_npy(np.empty((0, 3))), (NPY, NPY, None)),
        (encode_npy(np.array(3.0)), (NPY, NPY, None)),
        (encode_npy(ROWS)[:-1], (NPY, NPY, None)),
        (b"1,2,3", (CSV, CSV, None)),
        (b"[[1, 2, 3]]", (None, JSON, None)),
        (b"[[1, 2, 3]]", ("application/json; charset=latin-1", JSON, None)),
        (b"[[1, 2, 3]]", ("application/xml", JSON, None)),
        (b"[[1, 2, 3]]", (JSON, "image/png", None)),
        (b"[[1, 2, 3]]", (JSON, JSON, "method=transform")),
        (b"[[1, 2, 3]]" + b" " * LANE_BYTES, (JSON, JSON, None)),
    ],
)
def test_anything_else_goes_the_general_way(body: bytes, headers: Any) -> None:
    served = service()
    assert not takes_lane(served, body, *headers)
    assert served.invoke(body, *headers) == general(served, body, *headers)


def test_a_cast_is_made_by_the_general_way() -> None:
    assert not takes_lane(service(SKLEARN_RUNTIME_FLOAT32="true"), b"[[1, 2, 3]]", JSON, JSON, None)


def test_a_model_without_fast_path_has_none() -> None:
    assert not takes_lane(service(KNeighborsClassifier()), b"[[1, 2, 3]]", JSON, JSON, None)


def test_a_fast_path_that_was_found_wrong_is_left_at_once() -> None:
    served = service()
    skip_without_a_width(served)
    assert takes_lane(served, b"[[1, 2, 3]]", JSON, JSON, None)
    path = served.fast_paths.path("predict")
    assert path is not None
    path.rows = 0
    assert not takes_lane(served, b"[[1, 2, 3]]", JSON, JSON, None)
    assert served.invoke(b"[[1, 2, 3]]", JSON, JSON).status == 200


def test_heads_are_remembered_up_to_a_number() -> None:
    served = service()
    for number in range(200):
        served.invoke(b"[[1, 2, 3]]", JSON, f"application/json;q=0.{number + 1}")
        assert len(served._lanes) <= 64
