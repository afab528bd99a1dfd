"""Missing data count as the tables of the CloudWatch user guide say."""

import doctest

import pytest

from local_sagemaker.monitoring.alarms import missing_data
from local_sagemaker.monitoring.alarms.missing_data import Decision, decide
from local_sagemaker.monitoring.alarms.states import ALARM, INSUFFICIENT_DATA, OK

TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
ALL_OK, ALL_ALARM = (OK, OK, OK, OK), (ALARM, ALARM, ALARM, ALARM)


def points(text: str) -> list[bool | None]:
    """Read datapoints as the tables have them, the latest last: give them the latest first."""
    return [{"0": False, "X": True, "-": None}[letter] for letter in reversed(text.split())]


@pytest.mark.parametrize(
    ("text", "needed", "expected"),
    [
        # 3 out of 3
        ("0 - X - X", 3, ALL_OK),
        ("0 - - - -", 3, ALL_OK),
        ("- - - - -", 3, (INSUFFICIENT_DATA, None, ALARM, OK)),
        ("0 X X - X", 3, ALL_ALARM),
        ("- - - - X", 3, (INSUFFICIENT_DATA, None, ALARM, OK)),
        ("X - - - -", 3, (ALARM, None, ALARM, OK)),
        ("- - X - -", 3, (ALARM, None, ALARM, OK)),
        # 2 out of 3
        ("0 - X - X", 2, ALL_ALARM),
        ("0 0 X 0 X", 2, ALL_ALARM),
        ("0 - X - -", 2, (OK, OK, ALARM, OK)),
        ("- - - - 0", 2, (OK, OK, ALARM, OK)),
        ("- - - - X", 2, (INSUFFICIENT_DATA, None, ALARM, OK)),
        ("- - - X -", 2, (ALARM, None, ALARM, OK)),
    ],
)
def test_the_tables_of_the_user_guide(text, needed, expected):
    found = tuple(decide(points(text), periods=3, needed=needed, treatment=name).state for name in TREATMENTS)
    assert found == expected


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_a_single_datapoint_decides_where_one_is_needed(treatment):
    assert decide(points("- - X"), periods=1, needed=1, treatment=treatment).state == ALARM
    assert decide(points("X X 0"), periods=1, needed=1, treatment=treatment).state == OK
    # There are enough: what is missing since does not count.
    assert decide(points("X - -"), periods=1, needed=1, treatment=treatment) == Decision(ALARM, (2,), 0)


def test_a_decision_says_what_it_is_of():
    assert decide(points("0 - X - -"), periods=3, needed=2, treatment="breaching") == Decision(ALARM, (2, 4), 1)
    assert decide(points("0 0 X 0 X"), periods=3, needed=2) == Decision(ALARM, (0, 1, 2), 0)


def test_examples():
    assert doctest.testmod(missing_data).failed == 0
