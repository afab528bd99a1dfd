import json

import numpy as np
import pytest
from aws_cdk import Duration
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import (
    AsyncInference,
    ConfigurationError,
    InstanceVariant,
    ModelData,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
    SklearnMultiModel,
    SmokeTest,
)
from constructs_lib.smoke_test_function.index import differences


@pytest.fixture
def model(stack, model_dir):
    return SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))


def refusal(stack, config, smoke_test):
    with pytest.raises(ConfigurationError) as error:
        SklearnEndpoint(stack, f"Endpoint{len(stack.node.children)}", config=config, smoke_test=smoke_test)
    return str(error.value)


def test_there_is_no_function_unless_it_is_asked_for(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model)
    Template.from_stack(stack).resource_count_is("AWS::Lambda::Function", 0)


def test_every_change_of_the_configuration_asks_every_variant_again(stack, model):
    variants = [InstanceVariant(model=model, name=name) for name in ("A", "B")]
    config = SklearnEndpointConfig(stack, "Config", variants=variants)
    test = SmokeTest(rows=np.array([[0.0], [1.0]]), expected=[0, 1], method="predict", timeout=Duration.seconds(30))
    SklearnEndpoint(stack, "Endpoint", config=config, endpoint_name="churn", smoke_test=test)
    template = Template.from_stack(stack)
    template.has_resource(
        "Custom::SklearnSmokeTest",
        {
            "Properties": {
                "ServiceToken": Match.any_value(),
                "ServiceTimeout": "90",
                "EndpointName": "churn",
                "EndpointConfigName": stack.resolve(config.endpoint_config_name),
                "Variants": '["A", "B"]',
                "Rows": "[[0.0], [1.0]]",
                "Expected": "[0, 1]",
                "Tolerance": "1e-06",
                "CustomAttributes": "method=predict",
                "TargetModel": Match.absent(),
            },
            "DependsOn": Match.array_with([Match.string_like_regexp("^EndpointResource|^Endpoint[0-9A-F]{8}$")]),
        },
    )
    template.has_resource_properties(
        "AWS::Lambda::Function", {"Handler": "index.handler", "Timeout": 30, "MemorySize": 256}
    )


def test_the_function_may_look_at_its_endpoint_and_call_it_and_nothing_else(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model, smoke_test=SmokeTest(rows=[[0.0]]))
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (statements,) = [
        one["Properties"]["PolicyDocument"]["Statement"]
        for one in policies
        if one["Properties"]["PolicyName"].startswith("Test-")
    ]
    endpoint, own_stack, logs = statements
    assert endpoint["Action"] == ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"]
    # Known before the endpoint is made, so that the rights are there long before they are used.
    assert json.dumps(endpoint["Resource"]).count("Ref") == 3
    assert ":endpoint/" in json.dumps(endpoint["Resource"])
    assert (own_stack["Action"], own_stack["Resource"]) == (
        ["cloudformation:DescribeStacks"],
        [{"Ref": "AWS::StackId"}],
    )
    assert all(action.startswith("logs:") for action in logs["Action"])
    assert "/aws/lambda/" in json.dumps(logs["Resource"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows": []}, "has rows []; give at least one row"),
        ({"rows": [[]]}, "has rows [[]]; give at least one row, each a list of features"),
        ({"rows": [0.0, 1.0]}, "give at least one row, each a list of features"),
        ({"rows": [[0.0], [1.0, 2.0]]}, "has rows of [1, 2] features; give the same number in each"),
        ({"rows": [[0.0]], "expected": 0}, "expects 0 for 1 rows; give a list with one value or list for each"),
        ({"rows": ((0.0,),), "expected": (0, 1)}, "expects [0, 1] for 1 rows"),
        ({"rows": [[0.0]], "tolerance": float("inf")}, "has tolerance inf; give 0 or more"),
        ({"rows": [[float("nan")]]}, "has rows that JSON cannot carry"),
        ({"rows": [[object()]]}, "has rows that JSON cannot carry"),
        (
            {"rows": [[0.0], [1.0]], "expected": [0]},
            "expects [0] for 2 rows; give a list",
        ),
        ({"rows": [[0.0]], "tolerance": -1}, "has tolerance -1; give 0 or more"),
        ({"rows": [[0.0]], "method": "guess"}, "has method 'guess'; choose one of predict"),
        ({"rows": [[0.0]], "timeout": Duration.hours(1)}, "has timeout 3600 s; give 10 to 840 s"),
        ({"rows": [[0.0]] * 9000}, "characters; give 20,000 at most"),
        ({"rows": [[0.0]], "target_model": "one.tar.gz"}, "and the endpoint has one model; leave it out"),
    ],
)
def test_a_test_that_cannot_pass_is_refused(stack, model, options, message):
    config = SklearnEndpointConfig(stack, "Config", variants=[InstanceVariant(model=model)])
    assert message in refusal(stack, config, SmokeTest(**options))


def test_it_goes_with_the_kind_of_endpoint(stack, model):
    variants = [InstanceVariant(model=model)]
    config = SklearnEndpointConfig(stack, "Async", variants=variants, async_inference=AsyncInference())
    assert "which an asynchronous endpoint does not give" in refusal(stack, config, SmokeTest(rows=[[0.0]]))
    many = [InstanceVariant(model=SklearnMultiModel(stack, "Models"))]
    config = SklearnEndpointConfig(stack, "Many", variants=many)
    assert "names none of the endpoint's many models; give target_model" in refusal(
        stack, config, SmokeTest(rows=[[0.0]])
    )
    named = SmokeTest(rows=[[0.0]], target_model="one.tar.gz")
    SklearnEndpoint(stack, "Endpoint", config=config, smoke_test=named)
    Template.from_stack(stack).has_resource_properties("Custom::SklearnSmokeTest", {"TargetModel": "one.tar.gz"})
    warning = Match.string_like_regexp("the first deployment cannot pass, since the bucket is empty then")
    Annotations.from_stack(stack).has_warning("*", warning)


@pytest.mark.parametrize(
    ("answer", "expected", "found"),
    [
        ([1, 0], [1, 0], []),
        ([0.1 + 0.2], [0.3], []),
        ([[0.2, 0.8]], [[0.2, 0.8]], []),
        ([None], [None], []),
        (["yes"], ["no"], ['[0] is "yes" where "no" is expected']),
        ([1, 0], [1], ["has 2 values where 1 are expected"]),
        ([[0.2, 0.8]], [[0.2, 0.7]], ["[0][1] is 0.8 where 0.7 is expected"]),
        ([1], 1, ["is [1] where 1 is expected"]),
    ],
)
def test_answers_are_compared_value_by_value(answer, expected, found):
    assert differences(answer, expected, 1e-6) == found
