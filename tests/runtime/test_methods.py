"""Which method answers, and that nothing else of a model can be reached."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from sklearn_runtime.errors import UnknownMethod
from sklearn_runtime.methods import METHODS, available_methods, bound_method, requested_method


@pytest.mark.parametrize(
    ("attributes", "method"),
    [
        (None, None),
        ("", None),
        ("trace=1", None),
        ("method", None),
        ("method=predict_proba", "predict_proba"),
        ("trace=1,method=transform;x=2", "transform"),
        ('a=b & method="predict"', "predict"),
        ("method=predict,method=transform", "transform"),
        ("the_method=transform", None),
        ("method=", ""),
    ],
)
def test_the_method_is_one_of_the_custom_attributes(attributes, method):
    assert requested_method(attributes) == method


def test_a_model_has_the_methods_that_it_can_answer():
    assert available_methods(SVC()) == ["predict", "decision_function"]
    assert available_methods(KMeans()) == ["predict", "transform"]
    assert available_methods(object()) == []


def test_a_method_is_found_by_name():
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    assert bound_method(model, "predict")(np.array([[5.0]])).tolist() == [1]


@pytest.mark.parametrize("name", ["fit", "get_params", "__class__", "__reduce__", "", "predict_proba "])
def test_nothing_but_the_listed_methods_can_be_called(name):
    with pytest.raises(UnknownMethod, match="SVC has predict, decision_function"):
        bound_method(SVC(), name)


def test_a_method_that_the_model_lacks_is_refused():
    with pytest.raises(UnknownMethod, match="no method 'transform': SVC has predict, decision_function"):
        bound_method(SVC(), "transform")


def test_an_object_without_any_method_is_told_what_there_could_be():
    with pytest.raises(UnknownMethod, match=f"object has none of {', '.join(METHODS)}"):
        bound_method(object(), "predict")
