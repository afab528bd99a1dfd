"""A bucket of a stack keeps its versioning and its public access block, and is deleted only when it is empty."""

from typing import Any

from moto.s3.models import s3_backends

from local_sagemaker.app import ACCOUNT_ID

BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
VERSIONED = {"VersioningConfiguration": {"Status": "Enabled"}}


def bucket(**properties):
    return {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "store", **properties}}}


def test_versioning_and_public_access_block_are_set_and_changed(stacks, mended):
    stacks.deploy("store", bucket(**VERSIONED, PublicAccessBlockConfiguration=BLOCK))
    made: Any = s3_backends[ACCOUNT_ID]["aws"].get_bucket("store")
    assert (made.versioning_status == "Enabled") is mended
    block = made.public_access_block
    assert (block is not None) is mended
    if mended:
        assert (block.block_public_acls, block.restrict_public_buckets) == (True, False)
    stacks.deploy("store", bucket(Tags=[{"Key": "team", "Value": "churn"}]))
    assert (made.versioning_status == "Suspended") is mended
    assert made.public_access_block is None


def test_a_bucket_with_objects_is_not_deleted(stacks, mended):
    stack = stacks.deploy("store", bucket())
    s3_backends[ACCOUNT_ID]["aws"].put_object("store", "key", b"value")
    stacks.delete(stack)
    assert (stack.status == "DELETE_FAILED") is mended
