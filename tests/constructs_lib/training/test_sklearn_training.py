import json

import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import (
    ConfigurationError,
    SklearnTraining,
)
from tests.constructs_lib.training.synthesized import statements


def test_more_data_can_be_allowed(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.allow_inputs("s3://other/week-1/")
    assert ":s3:::other/week-1/*" in json.dumps(list(statements(stack, "TrainingRole")))
    with pytest.raises(ConfigurationError, match="s3_data 'week-2'"):
        training.allow_inputs("week-2")


def test_your_own_bucket_and_role_are_used(stack, script):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "mine")
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/mine")
    training = SklearnTraining(
        stack, "Training", entry_point=script, output_bucket=bucket, output_prefix="jobs/", role=role
    )
    assert training.output_path == "s3://mine/jobs/"
    Template.from_stack(stack).resource_count_is("AWS::S3::Bucket", 0)
    Annotations.from_stack(stack).has_warning("/Churn/Training", Match.string_like_regexp("nothing is added to an im"))


def test_the_client_finds_the_state_machine_by_an_output(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script)
    outputs = Template.from_stack(stack).find_outputs("*")
    (name,) = outputs
    assert name.startswith("TrainingTrainingStateMachineArn")
    assert outputs[name]["Value"] == stack.resolve(training.state_machine_arn)


def test_several_instances_are_warned_of(stack, script):
    SklearnTraining(stack, "Training", entry_point=script, instance_count=2)
    Annotations.from_stack(stack).has_warning("/Churn/Training", Match.string_like_regexp("instance_count is 2"))


def test_what_needs_the_internet_and_has_none_is_warned_of(stack, script):
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    (script.parent / "requirements.txt").write_text("emoji", encoding="utf-8")
    SklearnTraining(stack, "Training", entry_point=script.name, source_dir=script.parent, vpc=vpc)
    warning = Match.string_like_regexp("pip is to install requirements.txt, but no NAT gateway")
    Annotations.from_stack(stack).has_warning("/Churn/Training", warning)


def test_a_script_that_calls_services_from_an_isolated_container_is_warned_of(stack, script):
    script.write_text("import boto3", encoding="utf-8")
    SklearnTraining(stack, "Training", entry_point=script, network_isolation=True)
    Annotations.from_stack(stack).has_warning("/Churn/Training", Match.string_like_regexp("train.py imports boto3"))
