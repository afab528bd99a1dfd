"""The rights that a model in a VPC takes: SageMaker makes its network interfaces as the execution role.

Rule: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html (CreateModel, VPC). No network is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.access.rights import Principal

_DESCRIBE = ("NetworkInterfaces", "Vpcs", "DhcpOptions", "Subnets", "SecurityGroups")
_ON_AN_INTERFACE = (
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
)


def authorize_network_interfaces(role: Principal, vpc_config: Mapping[str, Any], *, account_id: str) -> None:
    """Ask for every right that a model with a VpcConfig takes.

    Parameters
    ----------
    role
        Execution role.
    vpc_config
        ``Subnets`` and ``SecurityGroupIds``.
    account_id
        Of the endpoint.

    Raises
    ------
    AccessDeniedError
        A right is missing.
    """
    ec2 = f"arn:{get_partition(role.region)}:ec2:{role.region}:{account_id}"
    interface = f"{ec2}:network-interface/eni-0123456789abcdef0"
    for what in _DESCRIBE:
        role.authorize(f"ec2:Describe{what}", "*")
    role.authorize("ec2:CreateNetworkInterface", interface)
    for subnet in vpc_config.get("Subnets", []):
        role.authorize("ec2:CreateNetworkInterface", f"{ec2}:subnet/{subnet}")
    for group in vpc_config.get("SecurityGroupIds", []):
        role.authorize("ec2:CreateNetworkInterface", f"{ec2}:security-group/{group}")
    for action in _ON_AN_INTERFACE:
        role.authorize(action, interface)
