"""Custom::S3AutoDeleteObjects empties its bucket when it is deleted, as ``auto_delete_objects=True`` of the CDK asks.

moto 5.2.5 runs the function behind a custom resource in Docker (moto/cloudformation/custom_model.py), which the local
cloud does without. On AWS that function (aws-cdk-lib, custom-resource-handlers/aws-s3/auto-delete-objects-handler)
deletes every version of every object; without it, the bucket could not be deleted.
"""

from __future__ import annotations

from typing import Any

from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from local_sagemaker.moto_mends.patching import EmulatedResource, register


class AutoDeleteObjects(EmulatedResource):
    """The custom resource that empties a bucket."""

    resource_type = "Custom::S3AutoDeleteObjects"

    @classmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> AutoDeleteObjects:
        """Do nothing yet."""
        del properties, account_id, region_name
        return cls(name)

    @classmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Empty the bucket."""
        del physical_id
        bucket = s3_backends[account_id][get_partition(region_name)].get_bucket(properties["BucketName"])
        bucket.keys.clear()


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    register(AutoDeleteObjects)
