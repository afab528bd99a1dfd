"""Rules of composite alarms are read and hold as CloudWatch says."""

import doctest

import pytest

from local_sagemaker.monitoring.alarms import rules
from local_sagemaker.monitoring.alarms.rules import Rule, RuleError

STATES = {"slow": "ALARM", "errors": "OK", "new": "INSUFFICIENT_DATA", "with space": "ALARM"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALARM(slow)", True),
        ('ALARM("slow")', True),
        ("ALARM('with space')", True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow)", True),
        ("OK(slow)", False),
        ("OK(errors)", True),
        ("INSUFFICIENT_DATA(new)", True),
        ("NOT INSUFFICIENT_DATA(new)", False),
        ("NOT NOT ALARM(slow)", True),
        ("ALARM(slow) AND ALARM(errors)", False),
        ("ALARM(errors) OR ALARM(slow)", True),
        ("ALARM(slow) OR ALARM(errors) AND FALSE", True),
        ("(ALARM(slow) OR ALARM(errors)) AND FALSE", False),
        ("ALARM(slow) AND NOT (OK(slow) OR FALSE)", True),
        ("TRUE", True),
        ("false", False),
        ("ALARM(gone)", False),
        (" ( TRUE )AND(ALARM( slow ))", True),
    ],
)
def test_a_rule_holds(text, expected):
    assert Rule(text).holds(STATES.get) is expected


def test_children_are_named_once():
    assert Rule("ALARM(a) OR OK(b) OR OK(arn:aws:cloudwatch:r:1:alarm:a)").children == ("a", "b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ALARM",
        "ALARM(a",
        "ALARM(a) ALARM(b)",
        "ALARM(a) AND",
        "(ALARM(a)",
        "ALARM(a))",
        "AT_LEAST(2, ALARM, (a, b))",
        "MAYBE",
        "ALARM(a) & OK(b)",
        "NOT",
    ],
)
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(RuleError, match="AlarmRule is not understood at"):
        Rule(text)


def test_a_rule_has_a_hundred_children_at_most():
    Rule(" OR ".join(f"ALARM(a{number})" for number in range(100)))
    with pytest.raises(RuleError, match="has 101 alarms"):
        Rule(" OR ".join(f"ALARM(a{number})" for number in range(101)))


def test_examples():
    assert doctest.testmod(rules).failed == 0
