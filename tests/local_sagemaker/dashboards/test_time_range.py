"""Which time is shown, and in which periods."""

import pytest

from local_sagemaker.dashboards.exceptions import RangeError
from local_sagemaker.dashboards.time_range import (
    TimeRange,
    default_last,
    in_words,
    local_period,
    parse_last,
    whole_period,
)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("5m", 300), ("1.5 h", 5400), ("2d", 172800)])
def test_lengths_of_time_are_understood(text, seconds):
    assert parse_last(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "0s", "5 minutes", "PT5M"])
def test_another_text_is_refused_with_what_is_allowed(text):
    with pytest.raises(RangeError, match=r"is no length of time: give a number and a unit, such as 90s, 5m, 3h or 1d"):
        parse_last(text)


@pytest.mark.parametrize(
    ("start", "speed", "seconds"),
    [
        (None, 60.0, 180.0),
        (None, 1.0, 10800.0),
        ("-PT6H", 60.0, 360.0),
        ("-P1D", 60.0, 1440.0),
        ("-P2W", 60.0, 20160.0),
        ("-P1M", 3600.0, 720.0),
        ("-PT1H30M", 60.0, 90.0),
        ("-PT5M", 60.0, 60.0),
        ("2026-01-01T00:00:00Z", 60.0, 180.0),
    ],
)
def test_as_much_is_shown_as_the_console_shows_at_the_pace(start, speed, seconds):
    assert default_last(start, speed) == seconds


@pytest.mark.parametrize(
    ("aws", "speed", "here"),
    [
        (60, 60, 1),
        (120, 60, 1),
        (300, 60, 5),
        (600, 60, 10),
        (900, 60, 10),
        (1800, 60, 30),
        (3600, 60, 60),
        (9000, 60, 120),
        (60, 1, 60),
        (300, 1, 300),
        (10, 1, 10),
        (60, 2, 30),
        (60, 600, 1),
    ],
)
def test_periods_pass_at_the_pace_in_lengths_that_cloudwatch_has(aws, speed, here):
    assert local_period(aws, speed) == here


@pytest.mark.parametrize(("seconds", "period"), [(1, 1), (4, 5), (30, 30), (31, 60), (180, 180), (181, 240)])
def test_a_whole_range_fits_into_one_period(seconds, period):
    assert whole_period(TimeRange(1000, 1000 + seconds)) == period


def test_words_for_lengths_of_time():
    assert [in_words(seconds) for seconds in (1, 5, 60, 3600, 7200, 86400, 90)] == [
        "1 second",
        "5 seconds",
        "1 minute",
        "1 hour",
        "2 hours",
        "1 day",
        "90 seconds",
    ]
