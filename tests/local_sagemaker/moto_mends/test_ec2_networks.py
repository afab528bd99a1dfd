"""The parts of a VPC go with their stack."""

from moto.ec2.models import ec2_backends

from local_sagemaker.app import ACCOUNT_ID

VPC = {"Ref": "Vpc"}


def ec2(kind, *depends_on, **properties):
    return {"Type": f"AWS::EC2::{kind}", "Properties": properties, "DependsOn": list(depends_on)}


RESOURCES = {
    "Vpc": ec2("VPC", CidrBlock="10.0.0.0/16"),
    "Subnet": ec2("Subnet", VpcId=VPC, CidrBlock="10.0.0.0/24", AvailabilityZone="us-east-1a"),
    "Table": ec2("RouteTable", VpcId=VPC),
    "Association": ec2("SubnetRouteTableAssociation", RouteTableId={"Ref": "Table"}, SubnetId={"Ref": "Subnet"}),
    "Gateway": ec2("InternetGateway"),
    "Attachment": ec2("VPCGatewayAttachment", VpcId=VPC, InternetGatewayId={"Ref": "Gateway"}),
    "Route": ec2(
        "Route",
        "Attachment",
        RouteTableId={"Ref": "Table"},
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId={"Ref": "Gateway"},
    ),
    "Address": ec2("EIP", Domain="vpc"),
    "Nat": ec2("NatGateway", AllocationId={"Fn::GetAtt": ["Address", "AllocationId"]}, SubnetId={"Ref": "Subnet"}),
    "Endpoint": ec2(
        "VPCEndpoint",
        VpcId=VPC,
        ServiceName="com.amazonaws.us-east-1.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[{"Ref": "Table"}],
    ),
}


def test_a_network_is_deleted_with_its_stack(stacks, mended):
    backend = ec2_backends[ACCOUNT_ID]["us-east-1"]
    before = set(backend.vpcs)
    stack = stacks.deploy("net", RESOURCES)
    assert stack.status == "CREATE_COMPLETE"
    stacks.delete(stack)
    assert (stack.status == "DELETE_COMPLETE") is mended
    assert (set(backend.vpcs) == before) is mended
    assert (not backend.internet_gateways) is mended
    assert (not backend.addresses) is mended


def test_a_vpn_gateway_is_left_to_moto(stacks, mended):
    resources = {
        "Vpc": RESOURCES["Vpc"],
        "Vpn": ec2("VPNGateway", Type="ipsec.1"),
        "Attachment": ec2("VPCGatewayAttachment", VpcId=VPC, VpnGatewayId={"Ref": "Vpn"}),
    }
    stack = stacks.deploy("net", resources)
    stacks.delete(stack)
    assert ("Attachment", "DELETE_COMPLETE") in [
        (event.logical_resource_id, event.resource_status) for event in stack.events
    ]


def test_a_flow_log_is_deleted_with_its_stack(stacks, mended):
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "flows"}}
    flow_log = ec2(
        "FlowLog",
        ResourceId=VPC,
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination={"Fn::GetAtt": ["Bucket", "Arn"]},
    )
    stack = stacks.deploy("net", {"Vpc": RESOURCES["Vpc"], "Bucket": bucket, "Log": flow_log})
    stacks.delete(stack)
    assert (not ec2_backends[ACCOUNT_ID]["us-east-1"].flow_logs) is mended
