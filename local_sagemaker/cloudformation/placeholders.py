"""Stand-ins for resources that the local cloud does not emulate, so that a stack which holds them deploys."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from local_sagemaker.cloudformation.stack_schemas import schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping

# These do nothing on AWS either, so nobody needs to hear that they do nothing here.
INERT_TYPES = frozenset(
    {"AWS::CDK::Metadata", "AWS::CloudFormation::WaitCondition", "AWS::CloudFormation::WaitConditionHandle"}
)

_EMPTY: dict[str, Any] = {"boolean": False, "integer": 0, "number": 0, "array": [], "object": {}}


class Placeholder:
    """A resource in name only: a plausible physical id, plausible attributes, no behaviour.

    Parameters
    ----------
    name
        What CloudFormation would call a resource that has no name of its own.
    resource_type
        Such as ``AWS::ApplicationAutoScaling::ScalableTarget`` or ``Custom::Anything``.
    properties
        The resource's properties, intrinsic functions resolved.
    account_id, region_name
        Where it would lie.
    """

    def __init__(
        self, name: str, resource_type: str, properties: Mapping[str, Any], account_id: str, region_name: str
    ) -> None:
        self.name = name
        self.cf_resource_type = resource_type
        self.logical_resource_id = ""
        self.properties = properties
        self._account_id = account_id
        self._region_name = region_name
        self._uuid = str(uuid.uuid4())

    @property
    def arn(self) -> str:
        """An ARN of the usual form, such as ``arn:aws:backup:us-east-1:123456789012:backup-plan/NAME``."""
        _, service, kind = (self.cf_resource_type + "::::").split("::")[:3]
        kind = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind or service).lower()
        partition = get_partition(self._region_name)
        return f"arn:{partition}:{service.lower()}:{self._region_name}:{self._account_id}:{kind}/{self._label}"

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives: the schema's primary identifier, where that is one property, else a generated name."""
        identifier = schema_of(self.cf_resource_type).primary_identifier
        if len(identifier) != 1:
            return self._label
        name = identifier[0][-1]
        if name.endswith("Arn"):
            return self.arn
        return str(self.properties.get(name, self._label))

    @property
    def _label(self) -> str:
        """The name that its user gave it, or the generated one."""
        given = [value for key, value in self.properties.items() if key.endswith("Name") and isinstance(value, str)]
        return given[0] if len(given) == 1 else self.name

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """Give an attribute as Fn::GetAtt does, of the JSON type that the schema names."""
        if attribute_name in self.properties:
            return self.properties[attribute_name]
        if attribute_name.endswith("Arn"):
            return self.arn
        kind = schema_of(self.cf_resource_type).property_schema(attribute_name).get("type", "string")
        if kind in _EMPTY:
            return _EMPTY[kind]
        return self._uuid if attribute_name == "Id" else f"{self._label}-{attribute_name}"
