"""A model is measured on rows that it takes; one that takes none, or is slow, delays and fails nothing."""

import doctest
import logging
import warnings

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_runtime.server import cost_probe as module
from sklearn_runtime.server.cost import BUDGET_SECONDS
from sklearn_runtime.server.cost_probe import measure, sample_row
from tests.runtime.estimators import width_is_known


def measured(model, method, most_cells):
    return list(measure(model, method, most_cells))


class Clock:
    """A clock that goes on only when a model works."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


class Model:
    """A model of three columns that takes a given time for each row."""

    n_features_in_ = 3

    def __init__(self, clock=None, seconds_a_row=0.0, first=0.0):
        self.clock = clock or Clock()
        self.seconds_a_row = seconds_a_row
        self.first = first
        self.asked = []

    def predict(self, rows):
        self.clock.now += self.seconds_a_row * len(rows) + self.first * (not self.asked)
        self.asked.append(rows.shape)
        warnings.warn("not as it should be", stacklevel=1)
        return rows[:, 0]


class Refusing(Model):
    """A model that does not take the sample."""

    def predict(self, rows):
        raise SystemExit("not these")


def test_rows_are_doubled_until_the_budget_is_spent(clock):
    model = Model(clock, BUDGET_SECONDS / 3)
    cells = [number for number, _ in measured(model, "predict", 1 << 20)]
    assert cells == [3, 6, 12]
    assert model.asked == [(1, 3), (2, 3), (4, 3)]


def test_rows_are_doubled_until_a_body_can_hold_no_more(clock):
    assert measured(Model(clock), "predict", 20) == [(3, 0.0), (6, 0.0), (12, 0.0), (24, 0.0)]


def test_a_cold_first_call_is_repeated(clock):
    model = Model(clock, first=2 * BUDGET_SECONDS)
    assert measured(model, "predict", 3) == [(3, 0.0)]
    assert model.asked == [(1, 3), (1, 3)]


def test_a_very_slow_model_is_asked_once(clock):
    model = Model(clock, 2.0)
    assert measured(model, "predict", 1 << 20) == [(3, 2.0)]
    assert model.asked == [(1, 3)]


@pytest.mark.parametrize("model", [object(), Refusing(), CountVectorizer().fit(["a text", "another"])])
def test_a_model_that_takes_no_sample_stays_unknown(model, caplog):
    with caplog.at_level(logging.DEBUG):
        assert measured(model, "predict", 1000) == []
    assert caplog.records == []


@width_is_known
def test_the_sample_of_a_pipeline_holds_what_its_columns_do():
    columns = ColumnTransformer([("kind", OneHotEncoder(), [0]), ("size", StandardScaler(), [1])])
    rows = np.array([["red", 1.0], ["blue", 2.0]], dtype=object)
    model = make_pipeline(columns, LinearRegression()).fit(rows, [1.0, 2.0])
    sample = sample_row(model)
    assert sample is not None
    assert sample.tolist() == [["blue", 1.0]]
    assert measured(model, "predict", 2)


@width_is_known
def test_numbers_are_a_sample_of_float64():
    sample = sample_row(LinearRegression().fit([[1.0, 2.0], [2.0, 3.0]], [1.0, 2.0]))
    assert sample is not None
    assert (sample.dtype.str, sample.tolist()) == ("<f8", [[1.0, 1.0]])


@width_is_known
def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
