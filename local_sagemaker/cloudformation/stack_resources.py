"""One resource of a stack: how moto creates, updates and deletes it."""

from __future__ import annotations

import copy
import inspect
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from moto.cloudformation import parsing

from local_sagemaker.cloudformation.custom_resources import FunctionBacked, is_custom, why_not_run
from local_sagemaker.cloudformation.placeholders import INERT_TYPES, Placeholder
from local_sagemaker.cloudformation.stack_schemas import schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

# What services answer when a resource is gone already; CloudFormation counts its deletion as done then.
_GONE = re.compile(r"NoSuch|NotFound|not found|could not find|does not exist|cannot be found", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class StackResource:
    """What is known of a resource that exists.

    Parameters
    ----------
    logical_id, type
        As in the template.
    name
        The name it was created with, given or generated; its physical id may be an ARN instead.
    properties
        Its properties, intrinsic functions resolved.
    definition
        Its entry in the template, for DeletionPolicy and UpdateReplacePolicy.
    model
        moto's resource, or a placeholder.
    note
        What the user should know, such as that nothing stands behind a placeholder.
    """

    logical_id: str
    type: str
    name: str
    properties: dict[str, Any]
    definition: Mapping[str, Any]
    model: Any
    note: str | None = None

    @property
    def physical_id(self) -> str:
        """What Ref gives."""
        return str(getattr(self.model, "physical_resource_id", None) or self.name)

    def has_given_name(self, properties: Mapping[str, Any]) -> bool:
        """Say whether these properties name a resource of this type, and just as this one is named."""
        name_property = parsing.resource_name_property_from_type(self.type)
        return bool(name_property) and properties.get(str(name_property)) == self.name


class ResourceHandlers:
    """Creates, updates and deletes resources of one stack through moto's resource classes.

    ``create_from_cloudformation_json``, ``update_from_cloudformation_json`` and ``delete_from_cloudformation_json``
    of those classes may block for as long as they need: they run in the stack's own thread, without a lock. What
    they raise becomes the reason of the resource's event. A create that raises must leave nothing behind; an update
    that raises is called again with the properties of before.

    Parameters
    ----------
    stack
        moto's stack; its id, name, account and region count.
    """

    def __init__(self, stack: Any) -> None:
        self._stack = stack
        self._where = (stack.account_id, stack.region_name)

    def create(self, logical_id: str, definition: Mapping[str, Any], properties: dict[str, Any]) -> StackResource:
        """Make a resource under the name that its properties give, or a generated one."""
        resource_type = definition["Type"]
        name = self._name(logical_id, resource_type, properties)
        resource = StackResource(
            logical_id=logical_id,
            type=resource_type,
            name=name,
            properties=properties,
            definition=definition,
            model=None,
            note=self._note(resource_type, properties),
        )
        resource_class = self._class_for(resource_type, properties)
        if resource_class is None:
            model = Placeholder(name, resource_type, properties, *self._where)
            if resource.note:
                logger.warning("%s (%s in stack %s)", resource.note, logical_id, self._stack.name)
        else:
            model = resource_class.create_from_cloudformation_json(
                name,
                _json(resource, properties),
                *self._where,
                LogicalId=logical_id,
                StackId=self._stack.stack_id,
                ResourceType=resource_type,
            )
        return _with_model(resource, model)

    def update(
        self, resource: StackResource, definition: Mapping[str, Any], properties: dict[str, Any]
    ) -> StackResource:
        """Change a resource in place: its name stays."""
        resource_class = _class_of(resource)
        model, note = resource.model, self._note(resource.type, properties)
        if resource_class is None:
            model.properties = properties
        elif _implements(resource_class, "update_from_cloudformation_json"):
            updated = resource_class.update_from_cloudformation_json(
                original_resource=model,
                new_resource_name=resource.name,
                cloudformation_json=_json(resource, properties),
                account_id=self._where[0],
                region_name=self._where[1],
            )
            model = model if updated is None else updated
        else:
            note = f"{resource.type} cannot be updated locally: the resource stays as it was created"
            logger.warning("%s (%s in stack %s)", note, resource.logical_id, self._stack.name)
        return _with_model(replace(resource, properties=properties, definition=definition, note=note), model)

    def delete(self, resource: StackResource) -> None:
        """Delete a resource; one that is gone already counts as deleted."""
        resource_class = _class_of(resource)
        if resource_class is None:
            return
        try:
            self._delete(resource_class, resource)
        except Exception as error:
            if not _GONE.search(f"{type(error).__name__} {getattr(error, 'code', '')} {error}"):
                raise

    def _delete(self, resource_class: Any, resource: StackResource) -> None:
        if _implements(resource_class, "delete_from_cloudformation_json"):
            resource_class.delete_from_cloudformation_json(
                resource.physical_id, _json(resource, resource.properties), *self._where
            )
        elif _takes_account_and_region(getattr(resource.model, "delete", None)):
            resource.model.delete(*self._where)
        else:
            logger.warning(
                "%s cannot be deleted locally: %s of stack %s stays", resource.type, resource.name, self._stack.name
            )

    def _class_for(self, resource_type: str, properties: Mapping[str, Any]) -> Any:
        """Choose what makes a resource; None where only a placeholder will do."""
        known = parsing.get_model_map().get(resource_type)
        if known is None and is_custom(resource_type) and why_not_run(properties, *self._where) is None:
            return FunctionBacked
        return known

    def _note(self, resource_type: str, properties: Mapping[str, Any]) -> str | None:
        if resource_type in INERT_TYPES or self._class_for(resource_type, properties) is not None:
            return None
        because = f" ({why_not_run(properties, *self._where)})" if is_custom(resource_type) else ""
        return f"{resource_type} is not emulated locally{because}: a placeholder stands in for it"

    def _name(self, logical_id: str, resource_type: str, properties: Mapping[str, Any]) -> str:
        name_property = parsing.resource_name_property_from_type(resource_type)
        if name_property and name_property in properties:
            return str(properties[name_property])
        name: str = parsing.generate_resource_name(resource_type, self._stack.name, logical_id)
        longest = schema_of(resource_type).property_schema(name_property).get("maxLength") if name_property else None
        if longest and len(name) > longest:
            suffix = name[-13:]
            name = name[: longest - len(suffix)].rstrip("-") + suffix
        return name


def _class_of(resource: StackResource) -> Any:
    """What made a resource; None where a placeholder stands in for it."""
    if isinstance(resource.model, Placeholder):
        return None
    return FunctionBacked if isinstance(resource.model, FunctionBacked) else parsing.get_model_map()[resource.type]


def _json(resource: StackResource, properties: dict[str, Any]) -> dict[str, Any]:
    """What moto's classes are given: with the name, which some look for there even if it is a generated one."""
    properties = copy.deepcopy(properties)
    name_property = parsing.resource_name_property_from_type(resource.type)
    if name_property and schema_of(resource.type).property_schema(name_property):
        properties[name_property] = resource.name
    return {"Type": resource.type, "Properties": properties}


def _implements(resource_class: Any, method: str) -> bool:
    function = getattr(resource_class, method, None)
    return function is not None and not hasattr(function, "__isabstractmethod__")


def _takes_account_and_region(delete: Any) -> bool:
    return delete is not None and len(inspect.signature(delete).parameters) == 2


def _with_model(resource: StackResource, model: Any) -> StackResource:
    model.cf_resource_type = resource.type
    model.logical_resource_id = resource.logical_id
    return replace(resource, model=model)
