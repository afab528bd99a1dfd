"""A key of a stack has its policy as text, and can be changed."""

import json

import pytest
from moto.kms.models import kms_backends

from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.cloudformation.stack_state import state_of

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
}


def key(**properties):
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": POLICY, **properties}}


def test_the_policy_is_text(stacks, mended):
    stack = stacks.deploy("keys", {"Key": key(EnableKeyRotation=True)})
    made = state_of(stack).resources["Key"].model
    assert (made.policy == json.dumps(POLICY)) is mended
    assert made.key_rotation_status is True


def test_an_update_changes_it_in_place_and_its_alias_follows(stacks, mended):
    alias = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/churn", "TargetKeyId": {"Ref": "Key"}}}
    stack = stacks.deploy("keys", {"Key": key(Description="one"), "Alias": alias})
    before = state_of(stack).resources["Key"].physical_id
    stacks.deploy("keys", {"Key": key(Description="two", EnableKeyRotation=True, Enabled=False), "Alias": alias})
    made = state_of(stack).resources["Key"].model
    assert state_of(stack).resources["Key"].physical_id == before
    assert (made.description == "two") is mended
    assert (made.key_rotation_status is True) is mended
    assert (made.enabled is False) is mended
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"
    assert before not in kms_backends[ACCOUNT_ID]["us-east-1"].keys


@pytest.mark.parametrize("policy", [None, json.dumps(POLICY)])
def test_a_key_may_do_without_a_policy_or_have_it_as_text(stacks, mended, policy):
    properties = {"KeyPolicy": policy} if policy else {}
    stack = stacks.deploy("keys", {"Key": {"Type": "AWS::KMS::Key", "Properties": properties}})
    stacks.deploy("keys", {"Key": {"Type": "AWS::KMS::Key", "Properties": {**properties, "Description": "two"}}})
    assert (stack.status == "UPDATE_COMPLETE") is (mended or policy is not None)
    if mended:
        assert "kms:*" in state_of(stack).resources["Key"].model.policy
