"""What the library makes belongs to somebody: it carries the stack's tags, and data outlives the stack, closed."""

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template

from tests.constructs_lib.scenarios import SCENARIOS, Scenario
from tests.constructs_lib.test_templates import every_scenario

# CloudFormation takes no tags for these.
WITHOUT_TAGS = {
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::Route",
    "AWS::IAM::Policy",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::WAFv2::WebACLAssociation",
    "Custom::SklearnSmokeTest",
}


@every_scenario
def test_tags_of_the_stack_reach_everything_that_takes_some(stack, model_dir, scenario: Scenario):
    cdk.Tags.of(stack).add("team", "churn")
    scenario(stack, model_dir)
    for name, resource in Template.from_stack(stack).to_json()["Resources"].items():
        if resource["Type"] in WITHOUT_TAGS:
            continue
        tags = resource["Properties"].get("Tags")
        found = tags.items() if isinstance(tags, dict) else [(tag["Key"], tag["Value"]) for tag in tags or ()]
        assert ("team", "churn") in found, f"{name} ({resource['Type']}) has tags {tags}"


@every_scenario
def test_buckets_are_retained_encrypted_closed_and_reached_over_tls_only(stack, model_dir, scenario: Scenario):
    scenario(stack, model_dir)
    template = Template.from_stack(stack)
    for name, bucket in template.find_resources("AWS::S3::Bucket").items():
        assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain"), name
        properties = bucket["Properties"]
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in {"AES256", "aws:kms"}, name
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}, name
        denied = {"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        template.has_resource_properties(
            "AWS::S3::BucketPolicy",
            {
                "Bucket": {"Ref": name},
                "PolicyDocument": {"Statement": Match.array_with([Match.object_like(denied)])},
            },
        )


def test_some_scenarios_make_buckets(make_stack, model_dir):
    made = []
    for scenario in SCENARIOS:
        stack = make_stack()
        scenario(stack, model_dir)
        if Template.from_stack(stack).find_resources("AWS::S3::Bucket"):
            made.append(scenario.__name__)
    assert {"asynchronous", "captured_data", "many_models", "training_and_a_rollout", "a_transform"} <= set(made)


@pytest.mark.parametrize(
    "kind", ["AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Endpoint"]
)
def test_what_serves_goes_with_its_stack(stack, model_dir, kind):
    SCENARIOS[0](stack, model_dir)
    for resource in Template.from_stack(stack).find_resources(f"AWS::SageMaker::{kind}").values():
        assert "DeletionPolicy" not in resource
