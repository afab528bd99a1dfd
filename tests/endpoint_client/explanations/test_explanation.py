"""The text for a terminal, and the examples in the docstrings."""

import doctest

import pytest

from endpoint_client import Explanation
from endpoint_client.explanations import explain, explanation, facts, plain_text
from endpoint_client.explanations.explanation import WIDTH


def test_prose_is_wrapped_and_code_is_not():
    step = f"{'word ' * 40}:\n{'code ' * 40}"
    lines = str(Explanation("It happened.", remedy=(step,))).splitlines()
    assert all(len(line) <= WIDTH for line in lines[:-1])
    assert lines[-1] == f"       {'code ' * 40}"


def test_what_is_not_known_has_no_heading():
    assert str(Explanation("It happened.")) == "It happened."


@pytest.mark.parametrize("module", [explain, explanation, facts, plain_text], ids=lambda one: one.__name__)
def test_the_examples_in_the_docstrings_run(module):
    done = doctest.testmod(module)
    assert done.attempted > 0
    assert done.failed == 0
