"""A role of a stack has its managed policies, and an update changes all of it."""

import json

from moto.iam.models import iam_backends

from local_sagemaker.app import ACCOUNT_ID

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"


def trust(service):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }


def document(action):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def role(service="sagemaker.amazonaws.com", managed=(), inline=None, **more):
    properties = {
        "RoleName": "reader",
        "AssumeRolePolicyDocument": trust(service),
        "ManagedPolicyArns": list(managed),
        "Policies": [
            {"PolicyName": name, "PolicyDocument": document(action)} for name, action in (inline or {}).items()
        ],
        **more,
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def reader():
    return iam_backends[ACCOUNT_ID]["aws"].get_role("reader")


def test_the_managed_policies_are_attached_and_the_inline_ones_are_text(stacks, mended):
    stack = stacks.deploy("roles", {"Role": role(managed=[READ_ONLY], inline={"Read": "s3:GetObject"})})
    assert (list(reader().managed_policies) == [READ_ONLY]) is mended
    assert isinstance(reader().policies["Read"], str) is mended
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"


def test_an_update_changes_all_of_it_and_leaves_policies_of_others(stacks, mended):
    attached = {
        "Type": "AWS::IAM::Policy",
        "Properties": {"PolicyName": "Other", "PolicyDocument": document("s3:ListBucket"), "Roles": [{"Ref": "Role"}]},
    }
    first = role(managed=[READ_ONLY], inline={"Read": "s3:GetObject", "Old": "s3:PutObject"}, Description="one")
    stacks.deploy("roles", {"Role": first, "Other": attached})
    second = role(
        "lambda.amazonaws.com",
        managed=[FULL_ACCESS],
        inline={"Read": "s3:GetObjectVersion"},
        Description="two",
        MaxSessionDuration=7200,
        Tags=[{"Key": "team", "Value": "churn"}],
    )
    stacks.deploy("roles", {"Role": second, "Other": attached})
    assert reader().description == "two"
    assert (json.loads(reader().assume_role_policy_document) == trust("lambda.amazonaws.com")) is mended
    assert (reader().max_session_duration == 7200) is mended
    assert (list(reader().managed_policies) == [FULL_ACCESS]) is mended
    assert (reader().policies.keys() == {"Other", "Read"}) is mended
    assert (reader().tags == [{"Key": "team", "Value": "churn"}]) is mended


def test_a_role_whose_policies_are_refused_is_not_left_behind(stacks, mended):
    stack = stacks.deploy("roles", {"Role": role(managed=["arn:aws:iam::aws:policy/NoSuchPolicy"])})
    assert (stack.status == "ROLLBACK_COMPLETE") is mended
    assert (not iam_backends[ACCOUNT_ID]["aws"].roles) is mended


def test_a_managed_policy_that_somebody_detached_does_not_keep_the_role(stacks, mended):
    stack = stacks.deploy("roles", {"Role": role(managed=[READ_ONLY])})
    if mended:
        iam_backends[ACCOUNT_ID]["aws"].detach_role_policy(READ_ONLY, "reader")
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"


def test_a_trust_policy_may_be_text(stacks, mended):
    text = role(AssumeRolePolicyDocument=json.dumps(trust("sagemaker.amazonaws.com")))
    stacks.deploy("roles", {"Role": text})
    stacks.deploy("roles", {"Role": role(AssumeRolePolicyDocument=json.dumps(trust("lambda.amazonaws.com")))})
    assert ("lambda" in reader().assume_role_policy_document) is mended
