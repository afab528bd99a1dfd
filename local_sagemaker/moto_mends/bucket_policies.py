"""AWS::S3::BucketPolicy sets the policy of its bucket, and its conditional statements refuse nothing here.

moto 5.2.5 has bucket policies, but no CloudFormation resource for them, and ``FakeBucket.get_permission``
(moto/s3/models.py) overlooks conditions: the usual "deny unless SecureTransport" would refuse every request. On AWS it
refuses plain HTTP, which is all that the local cloud speaks. So statements with a condition are kept, not enforced.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, s3_backends
from moto.utilities.utils import get_partition

from local_sagemaker.moto_mends.patching import EmulatedResource, patch, register


class BucketPolicy(EmulatedResource):
    """The policy of a bucket."""

    resource_type = "AWS::S3::BucketPolicy"

    @classmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> BucketPolicy:
        """Set the policy."""
        del name
        document = json.dumps(properties["PolicyDocument"]).encode()
        s3_backends[account_id][get_partition(region_name)].put_bucket_policy(properties["Bucket"], document)
        return cls(properties["Bucket"])

    @classmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Take the policy off its bucket."""
        del properties
        s3_backends[account_id][get_partition(region_name)].delete_bucket_policy(physical_id)


def _get_permission(self: FakeBucket, action: str, resource: str) -> Any:
    if self.policy is None:
        return PermissionResult.NEUTRAL
    document = json.loads(self.policy)
    statements = document["Statement"]
    unconditional = [item for item in _as_list(statements) if "Condition" not in item]
    if not unconditional:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps({**document, "Statement": unconditional})).is_action_permitted(action, resource)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    register(BucketPolicy)
    patch(FakeBucket, "get_permission", _get_permission)
