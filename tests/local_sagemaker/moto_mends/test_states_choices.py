"""How a Choice compares and chooses, and where it fails."""

from typing import Any

import pytest

from tests.local_sagemaker.moto_mends import engine_alone

YES = {"Type": "Pass", "Result": "yes", "End": True}
NO = {"Type": "Pass", "Result": "no", "End": True}
RUNTIME, NO_CHOICE = "States.Runtime", "States.NoChoiceMatched"


def chosen(rule: dict[str, Any], given: Any, *, default: bool = True) -> Any:
    """Run a Choice of one rule; give ``yes``, ``no`` or the error."""
    states = {
        "C": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], **({"Default": "No"} if default else {})},
        "Yes": YES,
        "No": NO,
    }
    execution = engine_alone.run({"StartAt": "C", "States": states}, given)
    return execution.output if execution.status == "SUCCEEDED" else execution.error


@pytest.mark.parametrize(
    ("rule", "given", "alone", "mended"),
    [
        ({"Variable": "$.f1", "NumericGreaterThanEquals": 0.9}, {"f1": 0.93}, "yes", "yes"),
        ({"Variable": "$.f1", "NumericGreaterThanEquals": 1}, {"f1": 0.93}, "no", "no"),
        ({"Variable": "$.f1", "NumericGreaterThanEquals": 0.9}, {"f1": 1}, "yes", "yes"),
        ({"Variable": "$.values[0]", "NumericGreaterThanEquals": 0.9}, {"values": [0.93]}, "yes", "yes"),
        ({"Variable": "$.f1", "NumericGreaterThanEquals": 0.9}, {}, "no", RUNTIME),
        ({"Variable": "$.f1", "IsPresent": True}, {}, "no", "no"),
        ({"Variable": "$.f1", "IsPresent": False}, {}, "yes", "yes"),
        ({"Variable": "$.values[0]", "IsPresent": True}, {"values": []}, "no", "no"),
        ({"Variable": "$$.Execution.Input.f1", "IsPresent": True}, {"f1": None}, "yes", "yes"),
        ({"Not": {"Variable": "$.f1", "IsPresent": True}}, {}, "yes", "yes"),
        ({"Variable": "$.a", "StringEqualsPath": "$.b"}, {"a": "x", "b": "x"}, "yes", "yes"),
        ({"Variable": "$.name", "StringMatches": "churn-*"}, {"name": "churn-1"}, "yes", "yes"),
        ({"Variable": "$.name", "StringMatches": "churn-?"}, {"name": "churn-1"}, "yes", "no"),
        ({"Variable": "$.name", "StringMatches": "[ab]*"}, {"name": "[ab]c"}, "no", "yes"),
        ({"Variable": "$.name", "StringMatches": r"a\*c"}, {"name": "a*c"}, "no", "yes"),
        ({"Variable": "$.name", "StringMatches": r"a\*c"}, {"name": "abc"}, "no", "no"),
    ],
)
@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_a_rule_holds_where_it_holds_on_aws(
    empty_moto: None, is_mended: bool, rule: dict[str, Any], given: Any, alone: str, mended: str
) -> None:
    engine_alone.prepare(mended=is_mended)
    assert chosen(rule, given) == (mended if is_mended else alone)


def test_and_and_or_look_no_further_than_they_must(empty_moto: None) -> None:
    engine_alone.prepare(mended=True)
    present = {"Variable": "$.f1", "IsPresent": True}
    enough = {"Variable": "$.f1", "NumericGreaterThan": 0.9}
    assert chosen({"And": [present, enough]}, {}) == "no"
    assert chosen({"And": [present, enough]}, {"f1": 1}) == "yes"
    assert chosen({"Or": [{"Not": present}, enough]}, {}) == "yes"


@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_where_no_rule_holds_the_error_says_so(empty_moto: None, is_mended: bool) -> None:
    engine_alone.prepare(mended=is_mended)
    rule = {"Variable": "$.f1", "NumericEquals": 1}
    assert chosen(rule, {"f1": 2}, default=False) == (NO_CHOICE if is_mended else RUNTIME)
    assert chosen(rule, {"f1": 1}, default=False) == "yes"
