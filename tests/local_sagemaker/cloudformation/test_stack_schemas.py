"""What the resource schemas say about replacement and names."""

import pytest

from local_sagemaker.cloudformation.stack_schemas import ResourceSchema, schema_of


@pytest.mark.parametrize(
    ("resource_type", "before", "after", "expected"),
    [
        ("AWS::SageMaker::Endpoint", {"EndpointName": "a"}, {"EndpointName": "b"}, ["EndpointName"]),
        ("AWS::SageMaker::Endpoint", {"EndpointConfigName": "a"}, {"EndpointConfigName": "b"}, []),
        (
            "AWS::SageMaker::EndpointConfig",
            {"ProductionVariants": [{"InitialInstanceCount": 1}]},
            {"ProductionVariants": [{"InitialInstanceCount": 2}]},
            ["ProductionVariants"],
        ),
        ("AWS::SageMaker::EndpointConfig", {"Tags": []}, {"Tags": [{"Key": "a", "Value": "b"}]}, []),
        ("AWS::SageMaker::Model", {}, {"EnableNetworkIsolation": True}, ["EnableNetworkIsolation"]),
        ("AWS::IAM::Role", {"RoleName": "a", "Path": "/"}, {"RoleName": "b", "Path": "/x/"}, ["Path", "RoleName"]),
        ("AWS::IAM::Policy", {"PolicyName": "a"}, {"PolicyName": "b"}, []),
        ("AWS::Never::Heard", {"Name": "a"}, {"Name": "b"}, []),
    ],
)
def test_only_create_only_properties_replace_a_resource(resource_type, before, after, expected):
    assert schema_of(resource_type).replaced_by(before, after) == expected


def test_create_only_properties_below_the_top_and_in_lists_count():
    schema = ResourceSchema({"createOnlyProperties": ["/properties/Disk/Key", "/properties/Parts/*/Id"]})
    before = {"Disk": {"Key": "a", "Size": 1}, "Parts": [{"Id": 1, "Note": "x"}, "odd"]}
    assert schema.replaced_by(before, {"Disk": {"Key": "a", "Size": 2}, "Parts": [{"Id": 1}, "odd"]}) == []
    assert schema.replaced_by(before, {"Disk": {"Key": "b"}, "Parts": [{"Id": 2}]}) == ["Disk/Key", "Parts/*/Id"]
    assert schema.replaced_by(before, {"Disk": "gone"}) == ["Disk/Key", "Parts/*/Id"]


def test_a_property_schema_follows_its_reference():
    schema = ResourceSchema(
        {"properties": {"Name": {"$ref": "#/definitions/Name"}}, "definitions": {"Name": {"maxLength": 5}}}
    )
    assert schema.property_schema("Name") == {"maxLength": 5}
    assert schema.property_schema("Other") == {}


def test_a_type_without_a_schema_is_known_as_such():
    assert schema_of("AWS::IAM::Role").known
    assert not schema_of("AWS::Never::Heard").known
