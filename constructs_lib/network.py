"""Where a model's containers lie in a VPC: subnets, security groups, and the connections of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_sagemaker as sagemaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct


class ModelNetwork:
    """The network interfaces of a model's containers.

    Attributes
    ----------
    config
        What CloudFormation takes as VpcConfig.
    connections
        The security groups, to allow traffic from and to.
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
