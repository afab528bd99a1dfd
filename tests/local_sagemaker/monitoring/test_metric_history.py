"""The history of metrics is bounded, knows when each value came, and in which unit."""

import time

import pytest
from moto.core.base_backend import BackendDict

from local_sagemaker.monitoring.metric_history import (
    MOST_SAMPLES,
    Entry,
    MetricHistory,
    Sample,
    history_of,
    metric_of,
    sample_of,
)
from tests.local_sagemaker.cloud import ACCOUNT, REGION

METRIC = metric_of("N", "latency", [{"Name": "b", "Value": "2"}, {"Name": "a", "Value": "1"}])
OTHER = metric_of("N", "count", None)


def entries(*times: float, value: float = 1.0, unit: str = "None") -> list[Entry]:
    return [Entry(METRIC, sample_of(value, moment), unit) for moment in times]


def test_a_metric_is_the_same_whatever_the_order_of_its_dimensions():
    assert metric_of("N", "latency", [{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}]) == METRIC


def test_samples_of_a_half_open_interval_come_in_their_order_in_time():
    history = MetricHistory()
    history.add(entries(10, 20, 40))
    history.add(entries(30))  # a client may tell of a moment that is over
    assert [sample.time for sample in history.between(METRIC, 20, 40)] == [20, 30]
    assert history.between(OTHER, 0, 100) == []


def test_a_value_without_a_time_comes_now():
    before = time.time()
    assert before <= sample_of(3.0).time <= time.time()


def test_units_are_kept_apart_and_asked_for_together():
    history = MetricHistory()
    history.add([*entries(1, 3, unit="Seconds"), *entries(2, value=5, unit="Bytes")])
    assert history.units(METRIC) == ["Seconds", "Bytes"]
    assert [sample.time for sample in history.between(METRIC, 0, 9)] == [1, 2, 3]
    assert history.between(METRIC, 0, 9, "Bytes") == [Sample(2, 1, 5, 5, 5)]


def test_metrics_are_listed_by_their_latest_sample():
    history = MetricHistory()
    history.add([*entries(5), Entry(OTHER, sample_of(1, 50))])
    assert history.metrics() == [METRIC, OTHER]
    assert history.metrics(since=20) == [OTHER]


@pytest.mark.parametrize("seconds", [0.001, 0.25, 30, 600])
def test_a_long_history_keeps_its_sums_in_a_bounded_memory(seconds):
    history, number = MetricHistory(), 3 * MOST_SAMPLES
    history.add(Entry(METRIC, sample_of(float(index % 7), index * seconds)) for index in range(number))
    samples = history.between(METRIC, 0, number * seconds)
    assert len(samples) <= MOST_SAMPLES
    assert sum(sample.number for sample in samples) == number
    assert sum(sample.total for sample in samples) == sum(index % 7 for index in range(number))
    assert (min(sample.least for sample in samples), max(sample.most for sample in samples)) == (0, 6)
    assert samples == sorted(samples)
    assert samples[-1] == Sample((number - 1) * seconds, 1, (number - 1) % 7, (number - 1) % 7, (number - 1) % 7)


def test_a_region_has_a_history_of_its_own_that_is_forgotten_with_moto():
    BackendDict.reset()
    history = history_of(ACCOUNT, REGION)
    history.add(entries(1))
    assert history_of(ACCOUNT, REGION) is history
    assert history_of(ACCOUNT, "eu-west-1") is not history
    BackendDict.reset()
    assert history_of(ACCOUNT, REGION).metrics() == []
