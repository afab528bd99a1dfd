"""A role of a stack has its managed policies, and an update changes all of it.

moto 5.2.5's ``Role.create_from_cloudformation_json`` (moto/iam/models.py) overlooks ManagedPolicyArns and keeps inline
policies as objects where the API expects text; its update takes the description alone. CloudFormation applies every
property, and leaves alone what AWS::IAM::Policy and AWS::IAM::ManagedPolicy resources attach.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    create = original(Role, "create_from_cloudformation_json").__func__
    delete = original(Role, "delete_from_cloudformation_json").__func__

    def create_from_cloudformation_json(cls: Any, /, name: str, definition: Any, *where: str, **details: Any) -> Any:
        properties = definition["Properties"]
        role = create(cls, name, {**definition, "Properties": {**properties, "Policies": []}}, *where, **details)
        role.template_policies, role.template_managed_policies = [], []
        try:
            _apply_policies(role, properties, *where)
        except Exception:
            delete(cls, name, definition, *where)
            raise
        return role

    def delete_from_cloudformation_json(cls: Any, /, name: str, definition: Any, *where: str) -> None:
        backend = _backend(*where)
        role = backend.get_role(name)
        for arn in role.template_managed_policies:
            if arn in role.managed_policies:
                backend.detach_role_policy(arn, name)
        delete(cls, name, definition, *where)

    patch(Role, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json))
    patch(Role, "update_from_cloudformation_json", classmethod(_update))
    patch(Role, "delete_from_cloudformation_json", classmethod(delete_from_cloudformation_json))


def _update(
    cls: Any,
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Any,
    account_id: str,
    region_name: str,
) -> Any:
    del cls, new_resource_name
    backend = _backend(account_id, region_name)
    properties, role = cloudformation_json["Properties"], original_resource
    backend.update_assume_role_policy(role.name, _text(properties["AssumeRolePolicyDocument"]))
    backend.update_role(role.name, properties.get("Description", ""), properties.get("MaxSessionDuration", 3600))
    backend.put_role_permissions_boundary(role.name, properties.get("PermissionsBoundary", ""))
    role.tags = list(properties.get("Tags", []))
    _apply_policies(role, properties, account_id, region_name)
    return role


def _apply_policies(role: Any, properties: dict[str, Any], account_id: str, region_name: str) -> None:
    backend = _backend(account_id, region_name)
    inline = {item["PolicyName"]: _text(item["PolicyDocument"]) for item in properties.get("Policies", [])}
    for name in role.template_policies:
        if name not in inline:
            backend.delete_role_policy(role.name, name)
    for name, document in inline.items():
        backend.put_role_policy(role.name, name, document)
    role.template_policies = list(inline)
    arns = properties.get("ManagedPolicyArns", [])
    for arn in role.template_managed_policies:
        if arn not in arns:
            backend.detach_role_policy(arn, role.name)
    for arn in arns:
        backend.attach_role_policy(arn, role.name)
    role.template_managed_policies = list(arns)


def _backend(account_id: str, region_name: str) -> Any:
    return iam_backends[account_id][get_partition(region_name)]


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)
