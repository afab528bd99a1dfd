import pytest
from aws_cdk import aws_ec2 as ec2

from constructs_lib.internet import warn_of_installation, warn_of_isolation
from constructs_lib.network import ModelNetwork


def warnings(stack):
    return [entry.data for entry in stack.node.metadata if entry.type == "aws:cdk:warning"]


@pytest.fixture
def isolated(stack):
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    return ModelNetwork(stack, vpc, None, None)


def test_a_script_that_calls_services_is_named_with_what_it_imports(stack, tmp_path):
    script = tmp_path / "hooks.py"
    script.write_text("import os, boto3.session\ndef model_fn(d):\n  from requests import get\n", encoding="utf-8")
    warn_of_isolation(stack, script)
    (warning,) = warnings(stack)
    assert warning.startswith("hooks.py imports boto3, requests, and with network_isolation no call leaves")


def test_a_script_that_calls_nothing_is_fine(stack, tmp_path):
    script = tmp_path / "hooks.py"
    script.write_text("from . import requests\nfrom urllib.parse import quote\nimport numpy\n", encoding="utf-8")
    warn_of_isolation(stack, script)
    warn_of_isolation(stack, None)
    assert warnings(stack) == []


def test_a_shell_script_is_not_read(stack, tmp_path):
    script = tmp_path / "train.sh"
    script.write_text("import boto3", encoding="utf-8")
    warn_of_isolation(stack, script)
    assert warnings(stack) == []


def test_packages_in_subnets_without_a_nat_gateway(stack, isolated):
    warn_of_installation(stack, ["emoji==2.0"], isolated, {})
    (warning,) = warnings(stack)
    assert warning.startswith("pip is to install emoji==2.0, but no NAT gateway serves the subnets")


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "PIP_FIND_LINKS"])
def test_an_index_of_ones_own_may_lie_in_the_vpc(stack, isolated, name):
    warn_of_installation(stack, ["emoji==2.0"], isolated, {name: "https://packages.example"})
    assert warnings(stack) == []


def test_no_packages_or_no_vpc_or_a_way_out_is_fine(stack, isolated):
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-0123456789abcdef0")
    leading_out = ModelNetwork(stack, ec2.Vpc(stack, "Other", max_azs=1), None, [group])
    warn_of_installation(stack, [], isolated, {})
    warn_of_installation(stack, ["emoji==2.0"], None, {})
    warn_of_installation(stack, ["emoji==2.0"], leading_out, {})
    assert warnings(stack) == []
