"""A managed policy of a stack can be changed and deleted.

moto 5.2.5's ``ManagedPolicy`` (moto/iam/models.py) has neither an update nor a delete for CloudFormation. AWS makes the
new document the policy's default version, moves its attachments, and detaches and deletes it with the stack.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import ManagedPolicy, iam_backends
from moto.utilities.utils import get_partition

from local_sagemaker.moto_mends.patching import patch

_MOST_VERSIONS = 5
_HOLDERS = ("Roles", "Users", "Groups")


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(ManagedPolicy, "update_from_cloudformation_json", classmethod(_update))
    patch(ManagedPolicy, "delete_from_cloudformation_json", classmethod(_delete))


def _update(
    cls: Any,
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Any,
    account_id: str,
    region_name: str,
) -> Any:
    del cls, new_resource_name
    backend = iam_backends[account_id][get_partition(region_name)]
    properties = cloudformation_json["Properties"]
    policy = original_resource
    if len(policy.versions) == _MOST_VERSIONS:
        oldest = next(version for version in policy.versions if not version.is_default)
        backend.delete_policy_version(policy.arn, oldest.version_id)
    backend.create_policy_version(policy.arn, json.dumps(properties["PolicyDocument"]), set_as_default=True)
    for kind, holders in _holders(backend).items():
        wanted = properties.get(kind, [])
        for holder in holders:
            attached = policy.arn in holder.managed_policies
            if attached and holder.name not in wanted:
                policy.detach_from(holder)
            elif not attached and holder.name in wanted:
                policy.attach_to(holder)
    return policy


def _delete(cls: Any, /, physical_id: str, definition: Any, account_id: str, region_name: str) -> None:
    del cls, definition
    backend = iam_backends[account_id][get_partition(region_name)]
    policy = backend.get_policy(physical_id)
    for holders in _holders(backend).values():
        for holder in holders:
            if physical_id in holder.managed_policies:
                policy.detach_from(holder)
    backend.delete_policy(physical_id)


def _holders(backend: Any) -> dict[str, list[Any]]:
    collections = (backend.roles, backend.users, backend.groups)
    return {kind: list(holders.values()) for kind, holders in zip(_HOLDERS, collections, strict=True)}
