"""What CloudFormation's resource schemas say about a type: which changes replace it, its names and attributes.

The schemas are those that cfn-lint ships, so no list of types stands here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSING = object()


class ResourceSchema:
    """The schema of one resource type; of an unknown type, an empty one.

    Parameters
    ----------
    schema
        A resource provider schema: ``createOnlyProperties``, ``readOnlyProperties``, ``primaryIdentifier`` hold
        JSON pointers such as ``/properties/EndpointName``.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self.known = bool(schema)

    @property
    def create_only(self) -> list[tuple[str, ...]]:
        """Paths of the properties that no update can change, such as ``("EndpointName",)``."""
        return [_path(pointer) for pointer in self._schema.get("createOnlyProperties", [])]

    @property
    def primary_identifier(self) -> list[tuple[str, ...]]:
        """Paths of the properties that name a resource, which is what Ref gives for most types."""
        return [_path(pointer) for pointer in self._schema.get("primaryIdentifier", [])]

    def replaced_by(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
        """Name the create-only properties that differ: with any, the resource must be replaced.

        Parameters
        ----------
        before, after
            The resource's properties, intrinsic functions resolved.

        Example
        -------
        >>> schema_of("AWS::IAM::Role").replaced_by({"RoleName": "a"}, {"RoleName": "b", "Description": "new"})
        ['RoleName']
        """
        changed = [path for path in self.create_only if _values(before, path) != _values(after, path)]
        return sorted("/".join(path) for path in changed)

    def property_schema(self, name: str) -> Mapping[str, Any]:
        """Give the schema of one top-level property or attribute, its ``$ref`` followed; empty if there is none."""
        schema: Mapping[str, Any] = self._schema.get("properties", {}).get(name, {})
        reference = schema.get("$ref")
        return self._schema["definitions"].get(reference.rsplit("/", 1)[-1], {}) if reference else schema


def _path(pointer: str) -> tuple[str, ...]:
    return tuple(part for part in pointer.split("/")[1:] if part != "properties")


def _values(value: Any, path: tuple[str, ...]) -> Any:
    """Follow a path; ``*`` stands for every item of a list."""
    for index, part in enumerate(path):
        if part == "*":
            items = value if isinstance(value, list) else []
            return [_values(item, path[index + 1 :]) for item in items]
        value = value.get(part, _MISSING) if isinstance(value, dict) else _MISSING
    return value


@cache
def schema_of(resource_type: str) -> ResourceSchema:
    """Read the schema of a resource type, such as ``AWS::SageMaker::Endpoint``."""
    # Importing cfn-lint takes a second, which a server that nobody deploys to should not pay.
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

    try:
        return ResourceSchema(PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema)
    except ResourceNotFoundError:
        return ResourceSchema({})
