"""An endpoint in lines for people, in states that the local cloud does not hold still in."""

from datetime import datetime, timedelta, timezone
from typing import Any

from endpoint_client.command_line.status_text import status_lines

NOW = datetime(2026, 11, 29, 18, tzinfo=timezone.utc)


def report(**facts: Any) -> dict[str, Any]:
    return {
        "endpoint": "churn",
        "status": "Updating",
        "since": (NOW - timedelta(minutes=5)).isoformat(),
        "created": (NOW - timedelta(days=3)).isoformat(),
        "failure_reason": None,
        "endpoint_config": "config",
        "variants": [],
        "shadow_variants": [],
        "async_inference": None,
        "data_capture": None,
        "notes": [],
        **facts,
    }


def variant(**facts: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ["weight", "desired_weight", "share", "instances", "desired_instances", "instance_type", "serverless", "status"]
    )
    return {"name": "AllTraffic", "model": None, **nothing, **facts}


def test_times_are_in_utc_with_how_long_ago_that_was():
    lines = list(status_lines(report(), NOW))
    assert lines == [
        "endpoint       churn",
        "status         Updating, since 2026-11-29 17:55:00 UTC (5 minutes ago)",
        "created        2026-11-26 18:00:00 UTC (3 days ago)",
        "configuration  config",
    ]


def test_what_changes_shows_where_it_goes():
    changing = variant(
        weight=1.0,
        desired_weight=3.0,
        share=0.25,
        instances=1,
        desired_instances=4,
        instance_type="ml.m5.large",
        status="Creating",
    )
    assert list(status_lines(report(variants=[changing]), NOW))[-1] == (
        "variant        AllTraffic: 25% of the requests (weight 1), to be weight 3, 1 of 4 ml.m5.large, Creating"
    )


def test_a_variant_of_which_nothing_is_known_is_its_name():
    assert list(status_lines(report(variants=[variant()]), NOW))[-1] == "variant        AllTraffic"


def test_where_answers_errors_and_captured_requests_go():
    told = report(
        async_inference={"output": "s3://b/out", "failures": None},
        data_capture={"on": False, "percent": None, "output": "s3://b/captured"},
    )
    assert list(status_lines(told, NOW))[-2:] == [
        "asynchronous   answers in s3://b/out",
        "capture        stopped, s3://b/captured",
    ]
