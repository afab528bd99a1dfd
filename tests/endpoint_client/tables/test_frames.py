"""Results under the index of their rows."""

import doctest
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from endpoint_client import ConfigurationError, UnreadableResponse
from endpoint_client.tables import frames
from endpoint_client.tables.frames import FrameOfResults

INDEXES = {
    "numbers": pd.Index([5, 3, 9], name="customer"),
    "text": pd.Index(["ada", "bob", "cyd"]),
    "several levels": pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["group", "place"]),
    "dates": pd.date_range("2026-11-29", periods=3, freq="D", tz="Europe/Berlin"),
    "the same twice": pd.Index([7, 7, 7]),
    "missing": pd.Index([1.0, np.nan, 3.0]),
}


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_the_index_is_the_inputs(index):
    frame = FrameOfResults(pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=index), "predict")
    labels = frame.filled(np.array(["a", "b", "c"]))
    pd.testing.assert_series_equal(labels, pd.Series(["a", "b", "c"], index=index, name="predict"), check_freq=True)
    scores = frame.filled(np.eye(3, 2))
    pd.testing.assert_frame_equal(scores, pd.DataFrame(np.eye(3, 2), index=index))
    assert scores.columns.tolist() == [0, 1]


@pytest.mark.parametrize(
    "data", [np.ones((2, 3)), [[1, 2, 3]] * 2, sparse.eye(2, 3).tocsr(), b"[[1, 2, 3], [1, 2, 3]]"]
)
def test_other_inputs_are_numbered(data):
    assert FrameOfResults(data, "predict").filled(np.array([0.5, 1.5])).index.equals(pd.RangeIndex(2))


def test_a_series_is_one_row_under_its_name():
    customer = pd.Series([1.0, 2.0], index=["age", "income"], name="ada")
    assert FrameOfResults(customer, "predict").filled(np.array([1])).to_dict() == {"ada": 1}
    assert FrameOfResults(pd.Series([1.0]), "predict").filled(np.array([1])).to_dict() == {0: 1}


def test_sparse_results_have_sparse_columns():
    matrix = sparse.csr_matrix(np.eye(3))
    frame = FrameOfResults(pd.DataFrame({"x": [1, 2, 3]}, index=list("abc")), "transform").filled(matrix)
    assert frame.sparse.density == pytest.approx(1 / 3)
    assert frame.index.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(frame.to_numpy(), np.eye(3))


@pytest.mark.parametrize("shape", [(), (2,), (4, 2), (3, 2, 2)])
def test_what_does_not_fit_is_refused_with_the_way_out(shape):
    frame = FrameOfResults(pd.DataFrame({"x": [1, 2, 3]}), "predict")
    with pytest.raises(
        UnreadableResponse, match=r"of shape \(.*\), which does not fit a frame of 3 rows: leave as_frame"
    ):
        frame.filled(np.zeros(shape))


@pytest.mark.parametrize("shape", [(), (3, 2, 2)])
def test_what_fits_no_frame_is_refused_of_other_inputs_too(shape):
    with pytest.raises(UnreadableResponse, match="does not fit a frame: leave as_frame out"):
        FrameOfResults([[1.0]], "predict").filled(np.zeros(shape))


def test_raw_excludes_it():
    with pytest.raises(ConfigurationError, match=r"as_frame=True and raw=True exclude each other.*leave one"):
        FrameOfResults([[1.0]], "predict", raw=True)


def test_without_pandas_it_is_refused(monkeypatch):
    # What Python does for a module that is not there.
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigurationError, match=r"as_frame=True needs pandas: install it, or leave as_frame out"):
        FrameOfResults([[1.0]], "predict")


def test_the_examples_in_the_docstrings_run():
    done = doctest.testmod(frames)
    assert done.attempted > 0
    assert done.failed == 0
