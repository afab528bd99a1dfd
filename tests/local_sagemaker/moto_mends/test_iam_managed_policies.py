"""A managed policy of a stack can be changed and deleted."""

import json

from moto.iam.models import iam_backends

from local_sagemaker.app import ACCOUNT_ID

TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}


def resources(action, roles):
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    return {
        "A": role,
        "B": role,
        "Policy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": document, "Roles": [{"Ref": name} for name in roles]},
        },
    }


def test_its_document_and_its_attachments_change_and_it_goes(stacks, mended):
    backend = iam_backends[ACCOUNT_ID]["aws"]
    stack = stacks.deploy("grants", resources("s3:GetObject", ["A"]))
    policy = next(item for item in backend.managed_policies.values() if item.name.startswith("grants"))
    for number in range(6):
        stacks.deploy("grants", resources(f"s3:Get{number}", ["A", "B"] if number == 0 else ["B"]))
    default = next(version for version in policy.versions if version.is_default)
    action = json.loads(default.document)["Statement"][0]["Action"]
    holders = [role.name.split("-")[1] for role in backend.roles.values() if policy.arn in role.managed_policies]
    assert (action == "s3:Get5") is mended
    assert (holders == ["B"]) is mended
    stacks.delete(stack)
    assert (policy.arn not in backend.managed_policies) is mended
    assert (stack.status == "DELETE_COMPLETE") is mended
