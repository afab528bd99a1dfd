"""Statistics of a period are CloudWatch's, by name."""

import doctest
from types import ModuleType

import pytest

from local_sagemaker.monitoring import statistics
from local_sagemaker.monitoring.metric_history import Sample, sample_of
from local_sagemaker.monitoring.statistics import UnknownStatisticError, check_statistic, statistic

SAMPLES = [sample_of(value, 0) for value in (4.0, 1.0, 3.0, 2.0)]
HUNDRED = [sample_of(float(value), 0) for value in range(1, 101)]
SET = Sample(0, 10, 55, 1, 10)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Average", 2.5),
        ("Maximum", 4),
        ("Minimum", 1),
        ("SampleCount", 4),
        ("Sum", 10),
        ("p50", 2),
        ("p99", 4),
        ("p0", 1),
        ("p100", 4),
    ],
)
def test_statistics_of_values(name, expected):
    assert statistic(SAMPLES, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("p99", 99),
        ("p99.9", 100),
        ("p2.5", 3),
        # A hundredth of these is a binary fraction a little above.
        ("p7", 7),
        ("p55", 55),
        ("TC(:55%)", 55),
        ("tm90", 45.5),
        ("TM(10%:90%)", 50.5),
        ("IQM", 50.5),
        ("TM(:50)", 25.5),
        ("TM(90:)", 95.5),
        ("TM(90:95)", 93),  # 91 to 95: the lower bound does not belong to it
        ("tc90", 90),
        ("TC(10%:90%)", 80),
        ("ts2", 3),
        ("TS(98:)", 199),
        ("wm90", (sum(range(1, 91)) + 10 * 90) / 100),
        ("WM(10%:)", (sum(range(11, 101)) + 10 * 11) / 100),
        ("PR(:25)", 25),
        ("PR(20:30)", 10),
        ("PR(1000:)", 0),
    ],
)
def test_percentiles_and_trimmed_statistics(name, expected):
    assert statistic(HUNDRED, name) == pytest.approx(expected)


def test_a_range_without_values_has_no_mean():
    assert statistic(HUNDRED, "TM(1000:2000)") is None
    assert statistic(HUNDRED, "WM(1000:2000)") is None


def test_a_value_that_came_often_counts_as_often():
    samples = [sample_of(1.0, 0, number=98), sample_of(9.0, 0, number=2)]
    assert (statistic(samples, "p98"), statistic(samples, "p99"), statistic(samples, "Average")) == (1, 9, 1.16)


def test_a_statistic_set_has_the_simple_statistics_and_no_percentiles():
    assert (statistic([SET], "Average"), statistic([SET, *SAMPLES], "Maximum")) == (5.5, 10)
    assert statistic([SET], "p50") is None
    assert statistic([SET], "tm50") is None


def test_nothing_has_no_statistic():
    assert statistic([], "Average") is None
    assert statistic([Sample(0, 0, 0, 0, 0)], "p50") is None


@pytest.mark.parametrize(
    "name", ["average", "p", "p101", "p99.99999999999", "tm", "TM", "TM(:)", "TM(1:2%)", "PR(1%:2%)", "IQR", ""]
)
def test_other_names_are_refused_with_those_that_there_are(name):
    with pytest.raises(UnknownStatisticError, match="none of Average, Maximum"):
        check_statistic(name)


def test_every_kind_of_name_is_known():
    for name in ("Sum", "p99.9", "tm99", "WM(1%:2%)", "IQM"):
        check_statistic(name)


@pytest.mark.parametrize("module", [statistics])
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
