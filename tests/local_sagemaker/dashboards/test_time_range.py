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
    widget_range,
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
    ("start", "end", "shown"),
    [
        (None, None, (820, 1000)),
        (None, "1970-01-01T00:10:00Z", (820, 1000)),
        ("-PT1H", None, (940, 1000)),
        ("-PT1H", "1970-01-01T00:10:00Z", (540, 600)),
        ("1970-01-01T00:05:00.000Z", None, (300, 1000)),
        ("1970-01-01T00:05:00", "1970-01-01T00:10:00Z", (300, 600)),
        ("1970-01-01T00:05:00", "1970-01-01T00:01:00Z", (300, 301)),
    ],
)
def test_a_widget_may_have_a_time_of_its_own(start, end, shown):
    assert widget_range(start, end, TimeRange(820, 1000), 60.0) == TimeRange(*shown)


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


@pytest.mark.parametrize("start", [1_800_000_000, 1_800_000_017, 1_800_000_059, 60 * 29_999_999])
@pytest.mark.parametrize("seconds", [1, 59, 60, 180, 181, 10_800])
def test_a_whole_range_fits_into_one_period_that_begins_in_its_first_minute(start, seconds):
    period = whole_period(TimeRange(start, start + seconds))
    begin = start // period * period
    assert period % 60 == 0
    assert start - 60 < begin <= start
    assert begin + period >= start + seconds


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
