"""Metric math that names a time."""

import pytest

from local_sagemaker.dashboards.expressions import at_pace


@pytest.mark.parametrize(
    ("expression", "here"),
    [
        ("m1 / m2", "m1 / m2"),
        ("m1 / PERIOD(m1)", "m1 / 300"),
        ("m1 / PERIOD( m1 ) + PERIOD(m9)", "m1 / 300 + PERIOD(m9)"),
        ("RATE(m1) * 60", "(RATE(m1) / 60) * 60"),
        ("RATE(SUM([m1, m2])) + RATE(m3)", "(RATE(SUM([m1, m2])) / 60) + (RATE(m3) / 60)"),
        ("RATE(RATE(m1))", "(RATE((RATE(m1) / 60)) / 60)"),
        ("ERROR_RATE(m1)", "ERROR_RATE(m1)"),
        ("SUM(SEARCH('{NS,Name} a', 'Sum', 300))", "SUM(SEARCH('{NS,Name} a', 'Sum', 5))"),
    ],
)
def test_times_in_expressions_are_those_of_aws(expression, here):
    assert at_pace(expression, {"m1": 300}, 60.0) == here


def test_at_the_pace_of_aws_nothing_changes():
    assert at_pace("RATE(m1)", {"m1": 60}, 1.0) == "RATE(m1)"
