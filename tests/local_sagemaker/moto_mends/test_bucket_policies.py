"""AWS::S3::BucketPolicy sets a policy, whose conditional statements refuse nothing."""

import json

import pytest
from moto.iam.access_control import PermissionResult
from moto.s3.models import s3_backends

from local_sagemaker.app import ACCOUNT_ID

HTTPS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
NO_DELETE = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "*"}


def deploy(stacks, statements):
    policy = {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "store"}},
        "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
    }
    return stacks.deploy("store", resources), s3_backends[ACCOUNT_ID]["aws"].get_bucket("store")


def test_a_stack_sets_changes_and_deletes_a_bucket_policy(stacks, mended):
    _, bucket = deploy(stacks, [HTTPS_ONLY])
    assert (bucket.policy is not None) is mended
    if mended:
        _, bucket = deploy(stacks, [NO_DELETE])
        assert json.loads(bucket.policy)["Statement"] == [NO_DELETE]
        stacks.deploy("store", {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "store"}}})
        assert bucket.policy is None


@pytest.mark.parametrize(
    ("statements", "action", "expected"),
    [
        ([HTTPS_ONLY], "s3:GetObject", PermissionResult.NEUTRAL),
        (HTTPS_ONLY, "s3:GetObject", PermissionResult.NEUTRAL),
        ([HTTPS_ONLY, NO_DELETE], "s3:GetObject", PermissionResult.NEUTRAL),
    ],
)
def test_a_condition_that_cannot_hold_here_refuses_nothing(mended, statements, action, expected):
    s3 = s3_backends[ACCOUNT_ID]["aws"]
    bucket = s3.create_bucket("store", "us-east-1")
    assert bucket.get_permission(action, "arn:aws:s3:::store/key") == PermissionResult.NEUTRAL
    s3.put_bucket_policy("store", json.dumps({"Version": "2012-10-17", "Statement": statements}).encode())
    assert (bucket.get_permission(action, "arn:aws:s3:::store/key") == expected) is mended
    if statements == [HTTPS_ONLY, NO_DELETE]:
        assert bucket.get_permission("s3:DeleteObject", "arn:aws:s3:::store/key") == PermissionResult.DENIED
