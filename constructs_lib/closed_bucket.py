"""A bucket that the library makes itself: encrypted, closed to the public, reached over TLS only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct


def closed_bucket(
    scope: Construct,
    construct_id: str,
    *,
    encryption_key: kms.IKey | None,
    versioned: bool = False,
    kept: Duration | None = None,
) -> s3.Bucket:
    """Make a bucket, which stays when the stack is deleted.

    Parameters
    ----------
    scope, construct_id
        Of the bucket.
    encryption_key
        Encrypts it; None: S3's own keys.
    versioned
        Whether old versions of objects are kept.
    kept
        How long objects are kept; None: for ever.
    """
    rules = None
    if kept is not None:
        rules = [s3.LifecycleRule(expiration=kept, abort_incomplete_multipart_upload_after=Duration.days(1))]
    return s3.Bucket(
        scope,
        construct_id,
        encryption=s3.BucketEncryption.S3_MANAGED if encryption_key is None else s3.BucketEncryption.KMS,
        encryption_key=encryption_key,
        bucket_key_enabled=None if encryption_key is None else True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=versioned or None,
        lifecycle_rules=rules,
    )
