"""DescribeStacks gives a parameter's text, what it led to, and no secret."""

from moto.ssm.models import ssm_backends

from local_sagemaker.app import ACCOUNT_ID

SLOTS = {
    "Image": {"Type": "AWS::SSM::Parameter::Value<String>"},
    "Images": {"Type": "AWS::SSM::Parameter::Value<List<String>>", "Default": "/images"},
    "Secret": {"Type": "String", "NoEcho": True},
    "Count": {"Type": "Number", "Default": 3},
}
EXPECTED = [
    {"ParameterKey": "Image", "ParameterValue": "/images", "ResolvedValue": "a,b"},
    {"ParameterKey": "Images", "ParameterValue": "/images", "ResolvedValue": "a,b"},
    {"ParameterKey": "Secret", "ParameterValue": "****"},
    {"ParameterKey": "Count", "ParameterValue": "3"},
]


def test_a_parameter_is_given_as_it_was(stacks, mended):
    ssm_backends[ACCOUNT_ID]["us-east-1"].put_parameter(
        "/images", "", "a,b", "String", "", "", True, [], "text", "Standard", ""
    )
    resource = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Image"}}}
    stack = stacks.deploy("values", {"A": resource}, Parameters=SLOTS, parameters={"Image": "/images", "Secret": "x"})
    assert (stack.parameter_list == EXPECTED) is mended
