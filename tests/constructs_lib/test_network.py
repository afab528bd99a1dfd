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


def warnings(stack):
    return [entry.data for entry in stack.node.metadata if entry.type == "aws:cdk:warning"]


def test_private_subnets_with_a_nat_gateway_lead_to_the_internet(stack, vpc):
    assert ModelNetwork(stack, vpc, None, None).has_internet
    assert warnings(stack) == []


@pytest.mark.parametrize("kind", [ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_ISOLATED])
def test_subnets_without_a_nat_gateway_need_an_endpoint_for_s3(stack, kind):
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    vpc.add_gateway_endpoint("Tables", service=ec2.GatewayVpcEndpointAwsService.DYNAMODB)
    network = ModelNetwork(stack, vpc, ec2.SubnetSelection(subnet_type=kind), None)
    assert not network.has_internet
    (warning,) = warnings(stack)
    name = "publicSubnet1" if kind is ec2.SubnetType.PUBLIC else "isolatedSubnet1"
    assert f"no NAT gateway serves the subnets Churn/Vpc/{name}".lower() in warning.lower()
    assert "[ack: constructs_lib:no-way-to-s3]" in warning


@pytest.mark.parametrize("kind", ["gateway", "interface"])
def test_an_endpoint_for_s3_is_all_that_sagemaker_needs(stack, kind):
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    if kind == "gateway":
        vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    else:
        vpc.add_interface_endpoint("S3", service=ec2.InterfaceVpcEndpointAwsService.S3)
    assert not ModelNetwork(stack, vpc, None, None).has_internet
    assert warnings(stack) == []


def test_a_vpc_that_was_not_looked_up_yet_says_nothing(make_stack):
    stack = make_stack(region="eu-west-1")
    vpc = ec2.Vpc.from_lookup(stack, "Vpc", vpc_id="vpc-0123456789abcdef0")
    public = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
    assert ModelNetwork(stack, vpc, public, None).has_internet
    assert warnings(stack) == []


def test_a_database_lets_the_containers_in_by_their_connections(stack, vpc):
    network = ModelNetwork(stack, vpc, None, None)
    database = ec2.Connections(
        security_groups=[ec2.SecurityGroup(stack, "Database", vpc=vpc)], default_port=ec2.Port.tcp(5432)
    )
    database.allow_default_port_from(network.connections)
    group = stack.resolve(network.config)["securityGroupIds"][0]
    Template.from_stack(stack).has_resource_properties(
        "AWS::EC2::SecurityGroupIngress", {"FromPort": 5432, "SourceSecurityGroupId": group}
    )
