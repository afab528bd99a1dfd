"""A log group of a stack can be changed: its retention, and its key; and its ARN stands for its streams.

moto 5.2.5's ``LogGroup`` (moto/logs/models.py) has no update for CloudFormation, and looks for the key under a name
that no template uses. AWS changes both in place. AWS's Fn::GetAtt of the ARN ends in ``:*``, moto's does not.
"""

from __future__ import annotations

from typing import Any

from moto.logs.models import LogGroup

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    create = original(LogGroup, "create_from_cloudformation_json").__func__

    def create_from_cloudformation_json(cls: Any, /, name: str, definition: Any, *where: str, **details: Any) -> Any:
        return _configure(create(cls, name, definition, *where, **details), definition["Properties"])

    def update_from_cloudformation_json(
        cls: Any, /, *, original_resource: Any, cloudformation_json: Any, **details: Any
    ) -> Any:
        del cls, details
        return _configure(original_resource, cloudformation_json["Properties"])

    attribute = original(LogGroup, "get_cfn_attribute")

    def get_cfn_attribute(self: LogGroup, attribute_name: str) -> str:
        return f"{attribute(self, attribute_name)}:*"

    patch(LogGroup, "get_cfn_attribute", get_cfn_attribute)
    patch(LogGroup, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json))
    patch(LogGroup, "update_from_cloudformation_json", classmethod(update_from_cloudformation_json))


def _configure(group: Any, properties: dict[str, Any]) -> Any:
    group.retention_in_days = properties.get("RetentionInDays")
    group.kms_key_id = properties.get("KmsKeyId")
    return group
