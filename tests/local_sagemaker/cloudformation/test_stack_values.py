"""What intrinsic functions resolve to."""

import pytest
from moto.cloudformation.exceptions import MissingParameterError
from moto.ssm.models import ssm_backends

from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.cloudformation import stack_operations
from local_sagemaker.cloudformation.stack_errors import TemplateError
from local_sagemaker.cloudformation.stack_values import StackValues


@pytest.fixture
def values_of(cloudformation_backend):
    stack = stack_operations.new_stack(cloudformation_backend, "values")

    def make(template=None, parameters=None, resources=None):
        return StackValues(stack, {"Resources": {}, **(template or {})}, parameters or {}, {}, resources)

    return make


def put_parameter(name, value):
    ssm_backends[ACCOUNT_ID]["us-east-1"].put_parameter(
        name, "", value, "String", "", "", True, [], "text", "Standard", ""
    )


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"},
            "123456789012.dkr.ecr.us-east-1.amazonaws.com",
        ),
        ({"Fn::Sub": "arn:${AWS::Partition}:s3:::${!Literal}"}, "arn:aws:s3:::${Literal}"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Count"]}, 3),
        ({"Ref": "AWS::NotificationARNs"}, []),
        (
            {"A": {"Ref": "AWS::NoValue"}, "B": [1, {"Ref": "AWS::NoValue"}, {"C": {"Ref": "AWS::NoValue"}}]},
            {"B": [1, {}]},
        ),
        ({"Fn::If": ["Yes", "a", {"Ref": "AWS::NoValue"}]}, "a"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Ref": "Skipped"}, None),
    ],
)
def test_intrinsic_functions_resolve_as_in_cloudformation(values_of, part, expected):
    template = {
        "Mappings": {"Sizes": {"us-east-1": {"Count": 3}}},
        "Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "No": {"Fn::Not": [{"Condition": "Yes"}]}},
        "Resources": {"Skipped": {"Type": "AWS::SSM::Parameter", "Condition": "No"}},
    }
    assert values_of(template).resolve(part) == expected


def test_resolving_leaves_the_template_as_it_is(values_of):
    template = {"Mappings": {"Sizes": {"us-east-1": {"Count": 3}}}}
    values = values_of(template)
    part = {"A": [{"Ref": "AWS::Region"}]}
    values.resolve(part)
    values["Sizes"]["us-east-1"]["Count"] = 4
    assert part == {"A": [{"Ref": "AWS::Region"}]}
    assert template["Mappings"]["Sizes"]["us-east-1"]["Count"] == 3


def test_looking_at_a_resource_never_creates_it(values_of):
    template = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {}}}}
    assert list(values_of(template)) == []
    assert list(values_of(template, resources={"Role": object()})) == ["Role"]


def test_a_reference_to_nothing_is_refused_by_name(values_of):
    with pytest.raises(TemplateError, match=r"Unresolved resource dependencies \[Nowhere\]"):
        values_of().resolve({"Ref": "Nowhere"})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("AWS::SSM::Parameter::Value<String>", "a,b"),
        ("AWS::SSM::Parameter::Value<List<String>>", ["a", "b"]),
        ("AWS::SSM::Parameter::Name", "/images/current"),
    ],
)
def test_an_ssm_parameter_is_looked_up_by_its_path(values_of, kind, expected):
    put_parameter("/images/current", "a,b")
    slot = {"Parameters": {"Image": {"Type": kind}}}
    assert values_of(slot, {"Image": "/images/current"}).resolve({"Ref": "Image"}) == expected


def test_an_ssm_parameter_that_does_not_exist_is_refused_by_path(values_of):
    slot = {"Parameters": {"Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/none"}}}
    with pytest.raises(TemplateError, match=r"Unable to fetch parameters \[/none\] from parameter store"):
        values_of(slot)


def test_a_parameter_without_a_value_is_refused_by_name(values_of):
    with pytest.raises(MissingParameterError, match="Missing parameter Image"):
        values_of({"Parameters": {"Image": {"Type": "String"}}})
