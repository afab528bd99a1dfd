"""What a change set says it would do."""

import pytest

from local_sagemaker.cloudformation import change_sets
from local_sagemaker.cloudformation.change_sets import create_change_set, find_change_set
from local_sagemaker.cloudformation.stack_errors import ChangeSetNotFoundError
from local_sagemaker.cloudformation.stack_executor import StackRequest


def parameter(name):
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1", "Name": name}}


def request(resources):
    return StackRequest(body="{}", template={"Resources": resources}, parameters={})


def make(backend, kind, resources, name="change"):
    return create_change_set(backend, stack_name="values", name=name, kind=kind, request=request(resources))


def test_it_tells_what_is_added_modified_replaced_and_removed(stacks):
    before = {
        "Same": parameter("same"),
        "Tagged": parameter("tagged"),
        "Renamed": parameter("one"),
        "Retyped": parameter("x"),
        "Gone": parameter("gone"),
    }
    stacks.deploy("values", before)
    after = {
        "Same": parameter("same"),
        "Tagged": {**parameter("tagged"), "DependsOn": "Same"},
        "Renamed": parameter("two"),
        "Retyped": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "New": parameter("new"),
    }
    changes = make(stacks.backend, "UPDATE", after).changes
    told = [(change.action, change.logical_resource_id, getattr(change, "replacement", None)) for change in changes]
    assert told == [
        ("Add", "New", None),
        ("Modify", "Tagged", "False"),
        ("Modify", "Renamed", "True"),
        ("Modify", "Retyped", "True"),
        ("Remove", "Gone", None),
    ]
    assert changes[2].physical_resource_id == "one"


def test_it_is_found_by_id_and_by_name_with_its_stack(stacks):
    change_set = make(stacks.backend, "CREATE", {"A": parameter("a")})
    for arguments in (
        (change_set.change_set_id,),
        ("change",),
        ("change", "values"),
        ("change", change_set.stack_id),
        (change_set.change_set_id, "values"),
    ):
        assert find_change_set(stacks.backend, *arguments) is change_set
    with pytest.raises(ChangeSetNotFoundError, match=r"ChangeSet \[change\] does not exist"):
        find_change_set(stacks.backend, "change", "other")


def test_it_goes_with_its_stack_so_that_the_next_stack_of_that_name_has_its_own(stacks):
    first = make(stacks.backend, "CREATE", {"A": parameter("a")})
    stacks.delete(first.stack)
    with pytest.raises(ChangeSetNotFoundError):
        find_change_set(stacks.backend, "change", "values")
    second = make(stacks.backend, "CREATE", {"A": parameter("a")})
    assert find_change_set(stacks.backend, "change", "values") is second


def test_a_second_change_set_of_a_stack_under_review_has_the_same_stack(stacks):
    first = make(stacks.backend, "CREATE", {"A": parameter("a")})
    second = make(stacks.backend, "CREATE", {"A": parameter("b")}, name="second")
    assert first.stack is second.stack
    assert len(stacks.backend.stacks) == 1


def test_the_words_for_nothing_to_do_are_those_the_cdk_looks_for():
    assert change_sets.NO_CHANGES.startswith("The submitted information didn't contain changes.")
