"""Operations on whole stacks, and what refuses them."""

import pytest
from moto.cloudformation.exceptions import AlreadyExistsException

from local_sagemaker.cloudformation import stack_operations
from local_sagemaker.cloudformation.stack_deletion import StackDeletion
from local_sagemaker.cloudformation.stack_operations import (
    find_stack,
    new_stack,
    parse_template,
    resolve_parameters,
    unchanged,
)

PARAMETER = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}


def test_a_stack_is_found_by_name_and_id_until_it_is_deleted_and_then_by_id(stacks):
    stack = stacks.deploy("values", {"A": PARAMETER})
    assert find_stack(stacks.backend, "values") is find_stack(stacks.backend, stack.stack_id) is stack
    with pytest.raises(AlreadyExistsException, match=r"Stack \[values\] already exists"):
        new_stack(stacks.backend, "values")
    stacks.delete(stack)
    assert find_stack(stacks.backend, "values") is None
    assert find_stack(stacks.backend, stack.stack_id) is stack


def test_a_fault_of_ours_fails_the_stack_and_is_in_the_log(stacks, monkeypatch, caplog):
    stack = stacks.deploy("values", {"A": PARAMETER})

    def run(self):
        raise RuntimeError("a fault")

    monkeypatch.setattr(StackDeletion, "run", run)
    stack_operations.delete(stacks.backend, stack).join()
    assert stack.status == "DELETE_FAILED"
    assert stack.status_reason == "internal failure: see the log"
    assert "a fault" in caplog.text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([{"ParameterKey": "A", "ParameterValue": "new"}], {"A": "new"}),
        ([{"ParameterKey": "A", "UsePreviousValue": True}], {"A": "old"}),
        ([{"ParameterKey": "A", "UsePreviousValue": False, "ParameterValue": "new"}], {"A": "new"}),
        ([{"ParameterKey": "B", "UsePreviousValue": True}], {}),
        ([], {}),
    ],
)
def test_a_previous_value_is_the_text_that_was_given_or_the_default(given, expected):
    assert resolve_parameters(given, {"A": "old"}) == expected


def test_a_template_may_be_json_or_yaml():
    assert parse_template('{"Resources": {"A": {}}}') == parse_template("Resources: {A: {}}")


def test_a_stack_is_unchanged_when_template_parameters_and_tags_are(stacks):
    from local_sagemaker.cloudformation.stack_executor import StackRequest

    template = {"Resources": {"A": PARAMETER}}
    stack = stacks.deploy("values", template["Resources"], tags={"a": "b"})

    def request(**changes):
        return StackRequest(**{"body": "", "template": template, "parameters": {}, "tags": None, **changes})

    assert unchanged(stack, request())
    assert unchanged(stack, request(tags={"a": "b"}))
    assert not unchanged(stack, request(tags={}))
    assert not unchanged(stack, request(parameters={"A": "1"}))
    assert not unchanged(stack, request(template={"Resources": {}}))
    stack.status = "UPDATE_FAILED"
    assert not unchanged(stack, request())
