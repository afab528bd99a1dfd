"""References between resources, and the order that follows from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.cloudformation.stack_errors import TemplateError
from local_sagemaker.cloudformation.stack_templates import dependency_order, references


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"Ref": "Role"}, ["Role"]),
        ({"Fn::GetAtt": ["Role", "Arn"]}, ["Role"]),
        ({"Fn::GetAtt": "Role.Arn"}, ["Role"]),
        ({"Fn::Sub": "${Role.Arn}/${AWS::Region}/${!Literal}/${Bucket}"}, ["Role", "AWS::Region", "Bucket"]),
        ({"Fn::Sub": ["${Name}-${Bucket}", {"Name": {"Ref": "Role"}}]}, ["Bucket", "Role"]),
        ({"DependsOn": "Role"}, ["Role"]),
        ({"DependsOn": ["Role", "Bucket"]}, ["Role", "Bucket"]),
        ({"Fn::Join": ["", [{"Ref": "Role"}, "x", 1]]}, ["Role"]),
        ("Role", []),
    ],
)
def test_every_way_to_refer_to_a_resource_is_seen(part, expected):
    assert list(references(part)) == expected


def test_a_resource_comes_after_all_that_it_refers_to():
    resources = {
        "Endpoint": {"Properties": {"Config": {"Fn::GetAtt": ["Config", "Name"]}}, "DependsOn": ["Policy"]},
        "Config": {"Properties": {"Model": {"Ref": "Model"}}},
        "Policy": {"Properties": {"Roles": [{"Ref": "Role"}]}},
        "Model": {"Properties": {"Role": {"Fn::Sub": "${Role.Arn}"}, "Image": {"Ref": "ImageParameter"}}},
        "Role": {},
    }
    assert dependency_order(resources) == ["Role", "Model", "Config", "Policy", "Endpoint"]


def test_resources_that_refer_to_each_other_are_refused_by_name():
    resources = {"A": {"Ref": "B"}, "B": {"Ref": "C"}, "C": {"Ref": "B"}}
    with pytest.raises(TemplateError, match=r"Circular dependency between resources: \[B, C\]"):
        dependency_order(resources)


@given(st.lists(st.integers(0, 30), max_size=30))
def test_any_template_without_a_circle_has_an_order(targets):
    resources = {f"R{index}": {"Ref": f"R{target}"} if target < index else {} for index, target in enumerate(targets)}
    order = dependency_order(resources)
    assert sorted(order) == sorted(resources)
    for logical_id, definition in resources.items():
        for reference in references(definition):
            assert order.index(reference) < order.index(logical_id)
