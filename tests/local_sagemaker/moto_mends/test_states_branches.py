"""A branch or an item that fails with an error of Step Functions' own."""

from typing import Any

import pytest

from tests.local_sagemaker.moto_mends import engine_alone

FAILS = {
    "StartAt": "C",
    "States": {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "S"}], "Default": "M"},
        "S": {"Type": "Succeed"},
        "M": {"Type": "Pass", "Parameters": {"b.$": "$.missing"}, "End": True},
    },
}


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Parallel", "Branches": [FAILS]},
        {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **FAILS}},
    ],
    ids=["Parallel", "Map"],
)
@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_the_state_fails_with_the_error_of_its_branch(empty_moto: None, is_mended: bool, state: Any) -> None:
    engine_alone.prepare(mended=is_mended)
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Told"}]
    states = {"B": {**state, "Catch": catch, "End": True}, "Told": {"Type": "Pass", "End": True}}
    execution = engine_alone.run({"StartAt": "B", "States": states}, {"items": [{}]})
    cause = execution.output["error"]["Cause"] if execution.status == "SUCCEEDED" else execution.cause
    assert ("'$.missing' specified for the field" in cause) == is_mended
    assert ("Custom Error Names" in cause) != is_mended


def test_an_error_of_the_user_s_own_keeps_its_name(empty_moto: None) -> None:
    engine_alone.prepare(mended=True)
    branch = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Mine", "Cause": "c"}}}
    states = {"B": {"Type": "Parallel", "Branches": [branch], "End": True}}
    assert engine_alone.run({"StartAt": "B", "States": states}).error == "Mine"
