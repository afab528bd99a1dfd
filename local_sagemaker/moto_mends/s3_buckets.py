"""A bucket of a stack keeps its versioning and its public access block, and is deleted only when it is empty.

moto 5.2.5's ``FakeBucket.create_from_cloudformation_json`` (moto/s3/models.py) reads encryption and tags alone, and its
``S3Backend.delete_bucket`` does nothing, without a word, for a bucket with objects in it. CloudFormation applies the
properties, and fails with BucketNotEmpty.
"""

from __future__ import annotations

from typing import Any

from moto.s3.exceptions import BucketNotEmpty
from moto.s3.models import FakeBucket, PublicAccessBlock, s3_backends
from moto.utilities.utils import get_partition

from local_sagemaker.moto_mends.patching import original, patch

_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    create = original(FakeBucket, "create_from_cloudformation_json").__func__
    update = original(FakeBucket, "update_from_cloudformation_json").__func__
    delete = original(FakeBucket, "delete_from_cloudformation_json").__func__

    def create_from_cloudformation_json(cls: Any, /, name: str, definition: Any, *where: str, **details: Any) -> Any:
        return _configure(create(cls, name, definition, *where, **details), definition["Properties"])

    def update_from_cloudformation_json(cls: Any, /, *, cloudformation_json: Any, **details: Any) -> Any:
        bucket = update(cls, cloudformation_json=cloudformation_json, **details)
        return _configure(bucket, cloudformation_json["Properties"])

    def delete_from_cloudformation_json(cls: Any, /, name: str, definition: Any, account_id: str, region: str) -> None:
        if s3_backends[account_id][get_partition(region)].get_bucket(name).keys:
            raise BucketNotEmpty(bucket_name=name)
        delete(cls, name, definition, account_id, region)

    for method in (create_from_cloudformation_json, update_from_cloudformation_json, delete_from_cloudformation_json):
        patch(FakeBucket, method.__name__, classmethod(method))


def _configure(bucket: Any, properties: dict[str, Any]) -> Any:
    versioning = properties.get("VersioningConfiguration")
    # Versioning cannot be taken off a bucket, only suspended.
    if versioning or bucket.versioning_status:
        bucket.versioning_status = (versioning or {}).get("Status", "Suspended")
    block = properties.get("PublicAccessBlockConfiguration")
    bucket.public_access_block = block and PublicAccessBlock(*(str(block.get(name, False)).lower() for name in _BLOCKS))
    return bucket
