"""A key of a stack has its policy as text, is rotated as asked, and can be changed.

moto 5.2.5's ``Key.create_from_cloudformation_json`` (moto/kms/models.py) needs a KeyPolicy and keeps it as an object,
which GetKeyPolicy cannot give; there is no update. AWS takes a key without a policy, and changes it in place.
"""

from __future__ import annotations

import json
from typing import Any

from moto.kms.models import Key, kms_backends

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    create = original(Key, "create_from_cloudformation_json").__func__

    def create_from_cloudformation_json(cls: Any, /, name: str, definition: Any, *where: str, **details: Any) -> Any:
        properties = {**definition["Properties"]}
        properties["KeyPolicy"] = _text(properties.get("KeyPolicy"))
        return create(cls, name, {**definition, "Properties": properties}, *where, **details)

    patch(Key, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json))
    patch(Key, "update_from_cloudformation_json", classmethod(_update))


def _update(
    cls: Any,
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Any,
    account_id: str,
    region_name: str,
) -> Any:
    del cls, new_resource_name
    properties, key = cloudformation_json["Properties"], original_resource
    key.policy = _text(properties.get("KeyPolicy")) or key.generate_default_policy()
    key.description = properties.get("Description", "")
    key.key_rotation_status = properties.get("EnableKeyRotation", False)
    key.enabled = properties.get("Enabled", True)
    kms_backends[account_id][region_name].tag_resource(
        key.id, {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
    )
    return key


def _text(policy: Any) -> str | None:
    return json.dumps(policy) if isinstance(policy, dict) else policy
