"""Where a model's containers lie in a VPC: subnets, security groups, and the connections of both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Stack
from aws_cdk import aws_sagemaker as sagemaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct, IConstruct


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
        selection = subnets or ec2.SubnetSelection()
        chosen = vpc.select_subnets(
            availability_zones=selection.availability_zones,
            one_per_az=selection.one_per_az,
            subnet_filters=selection.subnet_filters,
            subnet_group_name=selection.subnet_group_name,
            subnets=selection.subnets,
            subnet_type=selection.subnet_type,
        )
        self.connections = ec2.Connections(security_groups=groups)
        self.config = sagemaker.CfnModel.VpcConfigProperty(
            subnets=chosen.subnet_ids, security_group_ids=[group.security_group_id for group in groups]
        )
        unreached = [*vpc.isolated_subnets, *vpc.public_subnets]
        dead_ends = {subnet.node.path for subnet in unreached} & {subnet.node.path for subnet in chosen.subnets}
        self.has_internet = not dead_ends or bool(chosen.is_pending_lookup)
        if not self.has_internet and not any(map(_is_s3_endpoint, vpc.node.find_all())):
            Annotations.of(scope).add_warning_v2(
                "constructs_lib:no-way-to-s3",
                f"no NAT gateway serves the subnets {', '.join(sorted(dead_ends))}, so SageMaker reaches S3 only "
                "through an endpoint of the VPC; choose subnets of type PRIVATE_WITH_EGRESS, or make one first: "
                "vpc.add_gateway_endpoint('S3', service=ec2.GatewayVpcEndpointAwsService.S3)",
            )


def _is_s3_endpoint(construct: IConstruct) -> bool:
    from aws_cdk import aws_ec2 as ec2

    if not isinstance(construct, ec2.CfnVPCEndpoint):
        return False
    # com.amazonaws.<region>.s3, with a region that may be a token.
    return re.search(r"\.s3\W*$", str(Stack.of(construct).resolve(construct.service_name))) is not None
