"""Fn::GetStackOutput gives an output of another stack."""

import pytest

from local_sagemaker.cloudformation.stack_state import state_of


def parameter(value):
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


def reference(stack_name="producer", output_name="Shared", **region):
    return {"Fn::GetStackOutput": {"StackName": stack_name, "OutputName": output_name, **region}}


@pytest.mark.parametrize("region", [{}, {"Region": {"Ref": "AWS::Region"}}])
def test_an_output_of_another_stack_is_found(stacks, mended, region):
    stacks.deploy("producer", {"A": parameter("one")}, Outputs={"Other": {"Value": "2"}, "Shared": {"Value": "one"}})
    consumer = stacks.deploy("consumer", {"B": parameter({"Fn::Join": ["", [reference(**region), "!"]]})})
    resource = state_of(consumer).resources.get("B")
    assert (resource is not None and resource.model.value == "one!") is mended


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ({"stack_name": "nowhere"}, "Stack nowhere does not exist in us-east-1; deploy it first"),
        ({"output_name": "Lost"}, "Output Lost does not exist in stack producer; deploy that stack first"),
    ],
)
def test_what_does_not_exist_is_named(stacks, mended, missing, message):
    stacks.deploy("producer", {"A": parameter("one")}, Outputs={"Shared": {"Value": "one"}})
    consumer = stacks.deploy("consumer", {"B": parameter(reference(**missing))})
    reasons = " ".join(event.resource_status_reason or "" for event in consumer.events)
    assert (message in reasons) is mended
