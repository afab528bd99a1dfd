import pytest

from constructs_lib import ConfigurationError
from constructs_lib.jobs.workflow import Step, choice, definition, fail


def passing(name: str) -> Step:
    return Step(name, lambda after: {name: {"Type": "Pass", "Next": after}})


def test_each_step_leads_to_the_next_and_the_last_to_success():
    joined = definition("Why", [passing("One"), passing("Two")])
    assert joined == {
        "Comment": "Why",
        "StartAt": "One",
        "States": {
            "One": {"Type": "Pass", "Next": "Two"},
            "Two": {"Type": "Pass", "Next": "Done"},
            "Done": {"Type": "Succeed"},
        },
    }


def test_two_states_of_one_name_are_refused():
    with pytest.raises(ConfigurationError, match="two states of the state machine have the name 'One'"):
        definition("Why", [passing("One"), passing("One")])


def test_a_choice_has_a_default_and_a_failure_says_why():
    assert choice([{"Variable": "$.a", "IsPresent": True, "Next": "A"}], "B")["Default"] == "B"
    assert fail("Wrong", "Because.") == {"Type": "Fail", "Error": "Wrong", "Cause": "Because."}
