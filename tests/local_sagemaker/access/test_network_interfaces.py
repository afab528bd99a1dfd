"""A model in a VPC takes the rights to look at the network and to make interfaces in it."""

import pytest

from local_sagemaker.access.network_interfaces import authorize_network_interfaces
from local_sagemaker.data_plane_errors import AccessDeniedError
from tests.local_sagemaker.cloud import ACCOUNT
from tests.local_sagemaker.recorder import Recorder

VPC = {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
ACTIONS = (
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeVpcs",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
)


@pytest.mark.parametrize("action", ACTIONS)
def test_each_right_is_needed(action):
    with pytest.raises(AccessDeniedError, match=action):
        authorize_network_interfaces(Recorder(action), VPC, account_id=ACCOUNT)


def test_an_interface_is_made_in_each_subnet_and_group():
    role = Recorder()
    authorize_network_interfaces(role, VPC, account_id=ACCOUNT)
    ec2 = f"arn:aws:ec2:us-east-1:{ACCOUNT}"
    made = [resource for action, resource in role.asked if action == "ec2:CreateNetworkInterface"]
    assert made == [
        f"{ec2}:network-interface/eni-0123456789abcdef0",
        f"{ec2}:subnet/subnet-1",
        f"{ec2}:security-group/sg-1",
    ]
    assert {action for action, _ in role.asked} == set(ACTIONS)
