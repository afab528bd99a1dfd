import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Match, Template

from constructs_lib.network import ModelNetwork


@pytest.fixture
def vpc(stack):
    return ec2.Vpc(stack, "Vpc", max_azs=2)


def test_the_containers_lie_in_private_subnets_with_a_security_group_of_their_own(stack, vpc):
    network = ModelNetwork(stack, vpc, None, None)
    assert len(network.config["subnets"] if isinstance(network.config, dict) else network.config.subnets) == 2
    Template.from_stack(stack).resource_count_is("AWS::EC2::SecurityGroup", 1)


def test_subnets_and_security_groups_can_be_chosen(stack, vpc):
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    public = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC, one_per_az=True)
    network = ModelNetwork(stack, vpc, public, [group])
    config = stack.resolve(network.config)
    assert [subnet["Ref"].startswith("VpcPublic") for subnet in config["subnets"]] == [True, True]
    assert config["securityGroupIds"] == [stack.resolve(group.security_group_id)]


def test_connections_open_the_security_group(stack, vpc):
    network = ModelNetwork(stack, vpc, None, None)
    network.connections.allow_from(ec2.Peer.ipv4("10.0.0.0/8"), ec2.Port.tcp(443))
    Template.from_stack(stack).has_resource_properties(
        "AWS::EC2::SecurityGroup", {"SecurityGroupIngress": [Match.object_like({"CidrIp": "10.0.0.0/8"})]}
    )
