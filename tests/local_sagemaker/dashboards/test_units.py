"""Numbers with their units."""

import math

import pytest

from local_sagemaker.dashboards.units import (
    Unit,
    common_unit,
    display_scale,
    format_ticks,
    format_value,
    unit_in,
    unit_named,
)

US, MS, PERCENT = unit_named("Microseconds"), unit_named("Milliseconds"), unit_named("Percent")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, None, "0"),
        (5.72, None, "5.72"),
        (999.6, None, "1k"),
        (1234, None, "1.23k"),
        (-1234, None, "-1.23k"),
        (4_060_000, None, "4.06M"),
        (0.0042, None, "0.0042"),
        (42, unit_named("Count"), "42"),
        (42, unit_named("Count/Second"), "42/s"),
        (35_000, US, "35 ms"),
        (350, US, "350 µs"),
        (0, US, "0 µs"),
        (0.5, MS, "500 µs"),
        (90_000, MS, "1.5 min"),
        (4.06, PERCENT, "4.06 %"),
        (100, PERCENT, "100 %"),
        (1_500_000, unit_named("Bytes"), "1.5 MB"),
        (2, unit_named("Gigabytes"), "2 GB"),
        (0.23, unit_named("USD/hour"), "$0.23/h"),
        (-3, unit_named("$"), "-$3.00"),
        (math.nan, None, "\u2013"),
        (None, None, "\u2013"),
    ],
)
def test_values_are_short(value, unit, text):
    assert format_value(value, unit) == text


def test_exact_values_have_all_their_digits():
    assert format_value(1234567.25, exact=True) == "1234567.25"
    assert format_value(35_000, US, exact=True) == "0.035 s"


@pytest.mark.parametrize(
    ("ticks", "unit", "texts"),
    [
        ([0, 500, 1000], None, ["0", "0.5k", "1k"]),
        ([-2, -1, 0], None, ["-2", "-1", "0"]),
        ([0, 20_000], US, ["0 ms", "20 ms"]),
        ([0, 0.1, 0.25], unit_named("USD/hour"), ["$0/h", "$0.10/h", "$0.25/h"]),
        ([0, 50, 100], PERCENT, ["0 %", "50 %", "100 %"]),
        ([], None, []),
    ],
)
def test_ticks_share_a_scale(ticks, unit, texts):
    assert format_ticks(ticks, unit) == texts


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("p99 latency (ms)", Unit("time", 1e-3)),
        ("Errors [%]", Unit("percent")),
        ("Errors, %", Unit("percent")),
        ("USD/hour", Unit("money", suffix="/h")),
        ("Requests (Count/min)", Unit("number", suffix="/min")),
        ("Requests", None),
        ("Size (large)", None),
        ("Speed (ms/parsec)", None),
    ],
)
def test_a_label_may_end_with_its_unit(text, unit):
    assert unit_in(text) == unit


def test_series_of_one_unit_share_it():
    assert common_unit([US, US]) == US
    assert common_unit([US, MS]) is None
    assert common_unit([]) is None


def test_the_scale_of_an_axis_follows_its_largest_value():
    assert display_scale(40_000, US) == pytest.approx(1000)
    assert display_scale(1500) == 1000
