"""Whatever a model may return becomes one array, or is refused by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_runtime.codecs.arrays import to_array
from sklearn_runtime.errors import NotAcceptable

NPY = "application/x-npy"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.array([1, 2]), np.array([1, 2])),
        (3, np.array(3)),
        (np.float32(0.5), np.float32(0.5)),
        ("yes", np.array("yes")),
        ([1, 2.5], np.array([1.0, 2.5])),
        (["a", "bc"], np.array(["a", "bc"])),
        ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
        ((np.zeros(2), np.ones(2)), np.array([[0.0, 0.0], [1.0, 1.0]])),
        ([np.zeros((3, 2)), np.ones((3, 2))], np.stack([np.zeros((3, 2)), np.ones((3, 2))])),
        (pd.DataFrame({"a": [1.0], "b": [2.0]}), np.array([[1.0, 2.0]])),
        (pd.Series([1, 2]), np.array([1, 2])),
        (sparse.csr_matrix(np.eye(2)), np.eye(2)),
        (np.array([1, 2], dtype=object), np.array([1, 2])),
        (np.array([True, False], dtype=object), np.array([True, False])),
        (np.array([["a"], ["b"]], dtype=object), np.array([["a"], ["b"]])),
    ],
)
def test_a_value_becomes_the_array_that_it_stands_for(value, expected):
    array = to_array(value, NPY)
    assert type(array) is np.ndarray
    assert array.dtype == expected.dtype
    np.testing.assert_array_equal(array, expected)


def test_numpys_text_of_variable_width_becomes_text_of_one_width():
    # NumPy has it since 2.0; before, a list of the same is the same test.
    text = getattr(getattr(np, "dtypes", None), "StringDType", None)
    array = to_array(np.array([["a", "bb"]], dtype=object if text is None else text()), NPY)
    assert array.dtype == np.dtype("<U2")
    assert array.tolist() == [["a", "bb"]]


@pytest.mark.parametrize("value", [np.array([1, "a"], dtype=object), np.array([], dtype=object), [None, 1]])
def test_mixed_values_stay_objects(value):
    assert to_array(value, NPY).dtype == object


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": 1}, "the prediction is a dict"),
        (None, "is a NoneType"),
        ([np.zeros(2), np.zeros(3)], r"arrays of the shapes \[\(2,\), \(3,\)\]"),
        ([[1], [2, 3]], "arrays of the shapes"),
    ],
)
def test_what_is_no_array_is_named(value, message):
    with pytest.raises(NotAcceptable, match=message):
        to_array(value, NPY)
