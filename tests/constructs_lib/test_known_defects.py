"""What the CDK's own alpha module for SageMaker gets wrong, each with what we do.

Seen in @aws-cdk/aws-sagemaker-alpha: `initialVariantWeight || 1.0`, `minCapacity || 1`, one scalable target for all
variants, artifacts bound to the first stack, ml.t2.medium by default, AmazonSageMakerFullAccess.
"""

import json

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    AsyncInference,
    InstanceVariant,
    ModelData,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
)

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"


@pytest.fixture
def data(model_dir):
    return ModelData.from_directory(model_dir)


@pytest.fixture
def model(stack, data):
    return SklearnModel(stack, "Model", model_data=data)


def test_weight_0_is_0(stack, model):
    variants = [InstanceVariant(model=model, name="Live"), InstanceVariant(model=model, name="Dark", weight=0)]
    SklearnEndpointConfig(stack, "Config", variants=variants)
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::EndpointConfig",
        {"ProductionVariants": Match.array_with([Match.object_like({"InitialVariantWeight": 0})])},
    )


def test_min_capacity_0_is_0(stack, model):
    variants = [InstanceVariant(model=model)]
    config = SklearnEndpointConfig(stack, "Config", variants=variants, async_inference=AsyncInference())
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config)
    endpoint.variant().auto_scale_instance_count(min_capacity=0, max_capacity=1)
    Template.from_stack(stack).has_resource_properties(TARGET, {"MinCapacity": 0, "MaxCapacity": 1})


def test_two_variants_scale_each_by_itself(stack, model):
    variants = [InstanceVariant(model=model, name=name) for name in ("A", "B")]
    config = SklearnEndpointConfig(stack, "Config", variants=variants)
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config, endpoint_name="churn")
    for name in ("A", "B"):
        scaling = endpoint.variant(name).auto_scale_instance_count(max_capacity=2)
        scaling.scale_on_invocations("Load", invocations_per_instance=600)
    targets = Template.from_stack(stack).find_resources(TARGET).values()
    assert sorted(target["Properties"]["ResourceId"] for target in targets) == [
        "endpoint/churn/variant/A",
        "endpoint/churn/variant/B",
    ]


def test_two_stacks_share_one_model_data(make_stack, data):
    first = make_stack(region="eu-west-1")
    second = cdk.Stack(cdk.App.of(first), "Second", env=cdk.Environment(account="210987654321", region="us-east-1"))
    for stack in (first, second):
        SklearnEndpoint(stack, "Endpoint", model=SklearnModel(stack, "Model", model_data=data))
    for stack, place in ((first, "123456789012-eu-west-1"), (second, "210987654321-us-east-1")):
        template = json.dumps(Template.from_stack(stack).to_json())
        assert f"cdk-hnb659fds-assets-{place}" in template
        assert "Fn::GetStackOutput" not in template
        assert "Fn::ImportValue" not in template


def test_the_default_instance_can_scale(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    endpoint.variant().auto_scale_instance_count(max_capacity=2)
    Template.from_stack(stack).resource_count_is(TARGET, 1)


def test_the_role_has_no_managed_policy(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model)
    template = Template.from_stack(stack)
    template.has_resource_properties("AWS::IAM::Role", {"ManagedPolicyArns": Match.absent()})
    assert "FullAccess" not in json.dumps(template.to_json())
