import json

import pytest
from aws_cdk.assertions import Template

from constructs_lib import ModelData, ModelDataError, SklearnModel


def test_a_parameter_is_read_at_each_deployment_and_everything_below_the_prefix_may_be_read(stack):
    data = ModelData.from_parameter("/churn/model-data", artifacts="s3://out/training/", sklearn_version="1.9.0")
    SklearnModel(stack, "Model", model_data=data)
    template = Template.from_stack(stack)
    (parameter,) = [
        name
        for name, one in template.find_parameters("*").items()
        if one["Type"] == "AWS::SSM::Parameter::Value<String>" and one["Default"] == "/churn/model-data"
    ]
    template.has_resource_properties(
        "AWS::SageMaker::Model", {"PrimaryContainer": {"ModelDataUrl": {"Ref": parameter}}}
    )
    assert ":s3:::out/training/*" in json.dumps(template.find_resources("AWS::IAM::Policy"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parameter_name": "a b", "artifacts": "s3://b/p/"}, "parameter 'a b' is not a name"),
        ({"parameter_name": "/a", "artifacts": "b/p"}, "artifacts 'b/p' is not an address"),
        (
            {"parameter_name": "/a", "artifacts": "s3://b/p/", "sklearn_version": "new"},
            "sklearn_version 'new' is not a version",
        ),
    ],
)
def test_what_is_given_wrong_is_named(options, message):
    with pytest.raises(ModelDataError, match=message):
        ModelData.from_parameter(**options)
