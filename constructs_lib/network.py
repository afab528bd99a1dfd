"""Where a model's containers lie in a VPC: subnets, security groups, and the connections of both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Stack
from aws_cdk import aws_sagemaker as sagemaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct


class ModelNetwork:
    """The network interfaces of a model's containers.

    SageMaker gives them no public address, so from a public subnet they reach no more than from an isolated one: what
    the VPC has endpoints for.

    Attributes
    ----------
    config
        What CloudFormation takes as VpcConfig.
    connections
        The security groups, to allow traffic from and to.
    has_internet
        Whether every subnet leads to the internet, as far as this app knows.
    """

    def __init__(
        self,
        scope: Construct,
        vpc: ec2.IVpc,
        subnets: ec2.SubnetSelection | None,
        security_groups: Sequence[ec2.ISecurityGroup] | None,
    ) -> None:
        # It takes long to import, and who gives a VPC has imported it.
        from aws_cdk import aws_ec2 as ec2

        groups = list(security_groups or [ec2.SecurityGroup(scope, "SecurityGroup", vpc=vpc)])
        chosen = chosen_subnets(vpc, subnets)
        self.connections = ec2.Connections(security_groups=groups)
        self.config = sagemaker.CfnModel.VpcConfigProperty(
            subnets=chosen.subnet_ids, security_group_ids=[group.security_group_id for group in groups]
        )
        ends = dead_ends(vpc, chosen)
        self.has_internet = not ends
        if ends and not has_vpc_endpoint(vpc, "s3"):
            Annotations.of(scope).add_warning_v2(
                "constructs_lib:no-way-to-s3",
                f"no NAT gateway serves the subnets {', '.join(ends)}, so SageMaker reaches S3 only "
                "through an endpoint of the VPC; choose subnets of type PRIVATE_WITH_EGRESS, or make one first: "
                "vpc.add_gateway_endpoint('S3', service=ec2.GatewayVpcEndpointAwsService.S3)",
            )


def chosen_subnets(vpc: ec2.IVpc, selection: ec2.SubnetSelection | None) -> ec2.SelectedSubnets:
    """Give the subnets that a selection means; None: the private ones, as the CDK has it."""
    if selection is None:
        return vpc.select_subnets()
    return vpc.select_subnets(
        availability_zones=selection.availability_zones,
        one_per_az=selection.one_per_az,
        subnet_filters=selection.subnet_filters,
        subnet_group_name=selection.subnet_group_name,
        subnets=selection.subnets,
        subnet_type=selection.subnet_type,
    )


def dead_ends(vpc: ec2.IVpc, chosen: ec2.SelectedSubnets) -> list[str]:
    """Give the paths of the chosen subnets from which a network interface without a public address reaches nothing.

    None is fine, and all that is known of subnets which are looked up only after this synthesis.
    """
    if chosen.is_pending_lookup:
        return []
    unreached = {subnet.node.path for subnet in [*vpc.isolated_subnets, *vpc.public_subnets]}
    return sorted(unreached & {subnet.node.path for subnet in chosen.subnets})


def has_vpc_endpoint(vpc: ec2.IVpc, service: str) -> bool:
    """Say whether this app makes an endpoint of the VPC for a service of AWS, such as ``s3``."""
    from aws_cdk import aws_ec2 as ec2

    # com.amazonaws.<region>.s3, with a region that may be a token.
    end = re.compile(rf"\.{re.escape(service)}\W*$")
    return any(
        end.search(str(Stack.of(construct).resolve(construct.service_name))) is not None
        for construct in vpc.node.find_all()
        if isinstance(construct, ec2.CfnVPCEndpoint)
    )
