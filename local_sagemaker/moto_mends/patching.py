"""Puts functions of ours in the place of moto's, and resource types of ours beside them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

_MISSING = object()
_ORIGINALS: dict[tuple[Any, str], Any] = {}
_REGISTERED: dict[str, tuple[Any, Any]] = {}


def patch(owner: Any, name: str, replacement: Any) -> None:
    """Set an attribute of a class or module of moto's.

    Parameters
    ----------
    owner
        The class or module.
    name
        The attribute.
    replacement
        What stands there from now on.
    """
    original(owner, name)
    setattr(owner, name, replacement)


def original(owner: Any, name: str) -> Any:
    """Give what moto itself has at an attribute, so that a wrapper is not wrapped again.

    Parameters
    ----------
    owner, name
        As for `patch`. A class method comes as it stands in the class: with ``__func__``.
    """
    return _ORIGINALS.setdefault((owner, name), vars(owner).get(name, _MISSING))


def unpatch_all() -> None:
    """Make moto what it is by itself: the tests show so what each mend is for."""
    for (owner, name), value in _ORIGINALS.items():
        if value is not _MISSING:
            setattr(owner, name, value)
        elif name in vars(owner):
            delattr(owner, name)
    for resource_type, known in _REGISTERED.items():
        for types, value in zip(_type_maps(), known, strict=True):
            types.pop(resource_type, None)
            if value is not _MISSING:
                types[resource_type] = value


class EmulatedResource(ABC):
    """A resource type that moto's service has, but not moto's CloudFormation; a subclass says how it is made.

    Parameters
    ----------
    physical_resource_id
        What Ref gives.
    attributes
        What Fn::GetAtt gives, by attribute.
    """

    resource_type: ClassVar[str]
    name_property: ClassVar[str] = ""

    def __init__(self, physical_resource_id: str, attributes: dict[str, Any] | None = None) -> None:
        self.physical_resource_id = physical_resource_id
        self._attributes = attributes or {}

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """Give an attribute as Fn::GetAtt does."""
        try:
            return self._attributes[attribute_name]
        except KeyError:
            raise UnformattedGetAttTemplateException from None

    @classmethod
    def create_from_cloudformation_json(
        cls, name: str, definition: dict[str, Any], account_id: str, region_name: str, **details: Any
    ) -> EmulatedResource:
        """Make the resource; what moto calls."""
        del details
        return cls.put(name, definition["Properties"], account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: EmulatedResource,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> EmulatedResource:
        """Change the resource; what moto calls."""
        del original_resource
        return cls.put(new_resource_name, cloudformation_json["Properties"], account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(
        cls, physical_id: str, definition: dict[str, Any], account_id: str, region_name: str
    ) -> None:
        """Delete the resource; what moto calls."""
        cls.remove(physical_id, definition["Properties"], account_id, region_name)

    @classmethod
    @abstractmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> EmulatedResource:
        """Make the resource what its properties say, new or not."""

    @classmethod
    @abstractmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Delete the resource."""


def register(resource_class: type[EmulatedResource]) -> None:
    """Make a resource type known to moto's CloudFormation, or put it in the place of moto's own."""
    resource_type = resource_class.resource_type
    models, names = _type_maps()
    _REGISTERED.setdefault(resource_type, (models.get(resource_type, _MISSING), names.get(resource_type, _MISSING)))
    models[resource_type] = resource_class
    names[resource_type] = resource_class.name_property


def _type_maps() -> tuple[dict[str, Any], dict[str, Any]]:
    models: dict[str, Any] = parsing.get_model_map()
    names: dict[str, Any] = parsing.get_name_type_map()
    return models, names
