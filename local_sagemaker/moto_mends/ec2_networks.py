"""The parts of a VPC go with their stack, so that the VPC itself can.

moto 5.2.5's CloudFormation has no delete for route tables, routes, associations, gateways, addresses, endpoints and
flow logs (moto/ec2/models/), and then refuses to delete a VPC with route tables in it. CloudFormation deletes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation import parsing
from moto.ec2.models import ec2_backends

from local_sagemaker.moto_mends.patching import patch

if TYPE_CHECKING:
    from collections.abc import Callable


def _delete_route(backend: Any, physical_id: str, properties: dict[str, Any]) -> None:
    del physical_id
    backend.delete_route(
        properties["RouteTableId"],
        properties.get("DestinationCidrBlock"),
        properties.get("DestinationIpv6CidrBlock"),
        properties.get("DestinationPrefixListId"),
    )


def _disassociate(backend: Any, physical_id: str, properties: dict[str, Any]) -> None:
    del physical_id
    associations = backend.get_route_table(properties["RouteTableId"])._associations
    for identifier in [key for key, subnet in associations.items() if subnet == properties["SubnetId"]]:
        backend.disassociate_route_table(identifier)


def _detach(backend: Any, physical_id: str, properties: dict[str, Any]) -> None:
    del physical_id
    if "InternetGatewayId" in properties:
        backend.detach_internet_gateway(properties["InternetGatewayId"], properties["VpcId"])


_DELETIONS: dict[str, Callable[[Any, str, dict[str, Any]], Any]] = {
    "AWS::EC2::EIP": lambda backend, physical_id, _: backend.release_address(physical_id),
    "AWS::EC2::FlowLog": lambda backend, physical_id, _: backend.delete_flow_logs([physical_id]),
    "AWS::EC2::InternetGateway": lambda backend, physical_id, _: backend.delete_internet_gateway(physical_id),
    "AWS::EC2::NatGateway": lambda backend, physical_id, _: backend.delete_nat_gateway(physical_id),
    "AWS::EC2::Route": _delete_route,
    "AWS::EC2::RouteTable": lambda backend, physical_id, _: backend.delete_route_table(physical_id),
    "AWS::EC2::SubnetRouteTableAssociation": _disassociate,
    "AWS::EC2::VPCEndpoint": lambda backend, physical_id, _: backend.delete_vpc_endpoints([physical_id]),
    "AWS::EC2::VPCGatewayAttachment": _detach,
}


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    for resource_type, deletion in _DELETIONS.items():
        resource_class = parsing.get_model_map()[resource_type]
        patch(resource_class, "delete_from_cloudformation_json", classmethod(_from_cloudformation(deletion)))


def _from_cloudformation(deletion: Callable[[Any, str, dict[str, Any]], Any]) -> Any:
    def delete(cls: Any, physical_id: str, definition: Any, account_id: str, region_name: str) -> None:
        del cls
        deletion(ec2_backends[account_id][region_name], physical_id, definition["Properties"])

    return delete
