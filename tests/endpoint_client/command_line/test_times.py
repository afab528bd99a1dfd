"""Times and spans of time."""

import argparse
from datetime import datetime, timedelta, timezone

import pytest

from endpoint_client.command_line.times import ago, moment, past, span


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("10m", 600), ("1.5h", 5400), ("2d", 172_800), ("0s", 0)])
def test_a_span_has_a_unit(text, seconds):
    assert span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "10", "m", "-1m", "1w", "1h30m"])
def test_what_is_no_span_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="write 30s, 10m, 2h or 1d"):
        span(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-29", datetime(2026, 11, 29, tzinfo=timezone.utc)),
        ("2026-11-29T18:00:00Z", datetime(2026, 11, 29, 18, tzinfo=timezone.utc)),
        ("2026-11-29 18:00+02:00", datetime(2026, 11, 29, 16, tzinfo=timezone.utc)),
    ],
)
def test_a_time_is_in_utc_unless_it_says_otherwise(text, expected):
    assert past(text) == expected


def test_a_span_is_so_long_ago():
    before = datetime.now(timezone.utc)
    assert before - timedelta(hours=1) <= past("1h") <= datetime.now(timezone.utc) - timedelta(hours=1)


def test_what_is_no_time_is_refused():
    with pytest.raises(argparse.ArgumentTypeError, match="'yesterday' is no time"):
        past("yesterday")


def test_a_moment_keeps_its_milliseconds():
    assert moment(1_700_000_000_007) == "2023-11-14T22:13:20.007Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7199, "1 hour ago"),
        (7200, "2 hours ago"),
        (90_000, "1 day ago"),
        (1_000_000, "11 days ago"),
    ],
)
def test_how_long_ago_in_the_largest_unit(seconds, text):
    now = datetime(2026, 11, 29, tzinfo=timezone.utc)
    assert ago(now - timedelta(seconds=seconds), now) == text
