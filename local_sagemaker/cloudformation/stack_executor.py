"""Brings a stack from one template to the next as CloudFormation does: in dependency order, all or nothing.

The order: create, update and replace in dependency order; then, with the stack in use, delete what was replaced or is
gone from the template, in reverse. After a failure: put what was updated back, then delete what was made.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from moto.cloudformation.parsing import OutputMap

from local_sagemaker.cloudformation.stack_deletion import Doomed, delete_resources
from local_sagemaker.cloudformation.stack_errors import NameTakenError
from local_sagemaker.cloudformation.stack_events import (
    REPLACEMENT,
    failed_resources,
    handler_message,
    resource_event,
    stack_event,
)
from local_sagemaker.cloudformation.stack_exports import imported_names, replace_exports
from local_sagemaker.cloudformation.stack_resources import ResourceHandlers, StackResource
from local_sagemaker.cloudformation.stack_schemas import schema_of
from local_sagemaker.cloudformation.stack_state import state_of
from local_sagemaker.cloudformation.stack_templates import dependency_order
from local_sagemaker.cloudformation.stack_values import StackValues

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class StackRequest:
    """What a stack is asked to become.

    Parameters
    ----------
    body
        The template as it was sent.
    template
        The template, parsed.
    parameters
        Parameter values as given, by name.
    tags
        The stack's tags; None leaves them.
    disable_rollback
        Leave everything as it is after a failure (``cdk deploy --no-rollback``).
    """

    body: str
    template: dict[str, Any]
    parameters: dict[str, Any]
    tags: dict[str, str] | None = None
    disable_rollback: bool = False


@dataclass(frozen=True)
class _Step:
    """One thing that was done, so that it can be undone: made (no `before`), replaced, or updated in place."""

    before: StackResource | None
    after: StackResource | None
    in_place: bool = False


class _StepFailedError(Exception):
    pass


class StackDeployment:
    """One create or update of a stack.

    Parameters
    ----------
    backend
        moto's CloudFormation backend of the stack's account and region.
    stack
        moto's stack, as it is.
    request
        What it is to become.
    """

    def __init__(self, backend: Any, stack: Any, request: StackRequest) -> None:
        self._backend = backend
        self._stack = stack
        self._request = request
        self._state = state_of(stack)
        self._before = dict(self._state.resources)
        self._handlers = ResourceHandlers(stack)
        self._verb = "UPDATE" if stack.template_dict else "CREATE"
        self._steps: list[_Step] = []

    def begin(self) -> None:
        """Set the stack's status, so that whoever asks from now on sees that work is under way."""
        stack_event(self._stack, f"{self._verb}_IN_PROGRESS", "User Initiated")

    def run(self) -> bool:
        """Do it, and say whether the stack became what was asked for; after a failure it is as it was before."""
        try:
            values = self._values()
            resources = self._advance(values)
            self._publish(values)
        except Exception as error:  # noqa: BLE001 - a bad output or parameter fails the stack, not its thread
            self._fail(getattr(error, "message", None) or str(error))
            return False
        self._settle(values, resources)
        return True

    def _values(self) -> StackValues:
        models = {logical_id: resource.model for logical_id, resource in self._before.items()}
        request = self._request
        return StackValues(self._stack, request.template, request.parameters, self._backend.exports, models)

    def _advance(self, values: StackValues) -> dict[str, StackResource]:
        resources: dict[str, StackResource] = {}
        definitions = self._request.template["Resources"]
        for logical_id in dependency_order(definitions):
            if values.included(definitions[logical_id]):
                resources[logical_id] = self._step(logical_id, definitions[logical_id], values)
                # Whoever lists the stack's resources meanwhile sees it as far as it is.
                self._state.resources[logical_id] = resources[logical_id]
                values.put(logical_id, resources[logical_id].model)
        return resources

    def _step(self, logical_id: str, definition: Mapping[str, Any], values: StackValues) -> StackResource:
        current = self._before.get(logical_id)
        verb = "UPDATE" if current else "CREATE"
        try:
            properties = values.resolve(definition.get("Properties") or {})
            if current is None:
                return self._make(None, logical_id, definition, properties)
            if current.type != definition["Type"] or schema_of(current.type).replaced_by(
                current.properties, properties
            ):
                return self._make(current, logical_id, definition, properties)
            if properties != current.properties:
                return self._update(current, definition, properties)
            return replace(current, definition=definition)
        except Exception as error:
            logger.info("%s of stack %s failed", logical_id, self._stack.name, exc_info=error)
            self._event(logical_id, definition["Type"], f"{verb}_FAILED", handler_message(error), current)
            raise _StepFailedError(failed_resources(verb.lower(), [logical_id])) from error

    def _make(
        self,
        current: StackResource | None,
        logical_id: str,
        definition: Mapping[str, Any],
        properties: dict[str, Any],
    ) -> StackResource:
        """Make a resource, in place of `current` if there is one; that goes only when the whole stack stands."""
        verb = "UPDATE" if current else "CREATE"
        self._event(logical_id, definition["Type"], f"{verb}_IN_PROGRESS", REPLACEMENT if current else None, current)
        if current and current.type == definition["Type"] and current.has_given_name(properties):
            raise NameTakenError(logical_id, current.name)
        resource = self._handlers.create(logical_id, definition, properties)
        self._steps.append(_Step(current, resource))
        self._event(logical_id, resource.type, f"{verb}_COMPLETE", resource.note, resource)
        return resource

    def _update(
        self, current: StackResource, definition: Mapping[str, Any], properties: dict[str, Any]
    ) -> StackResource:
        self._event(current.logical_id, current.type, "UPDATE_IN_PROGRESS", None, current)
        self._steps.append(_Step(current, None, in_place=True))
        resource = self._handlers.update(current, definition, properties)
        self._steps[-1] = _Step(current, resource, in_place=True)
        self._event(current.logical_id, resource.type, "UPDATE_COMPLETE", resource.note, resource)
        return resource

    def _publish(self, values: StackValues) -> None:
        outputs = OutputMap(values, self._request.template, self._stack.stack_id)
        included = [output for output in self._request.template.get("Outputs", {}).values() if values.included(output)]
        for output in included:
            values.resolve(output["Value"])
        replace_exports(self._backend, self._stack, {export.name: export for export in outputs.exports})

    def _settle(self, values: StackValues, resources: dict[str, StackResource]) -> None:
        self._adopt(values)
        self._state.imports = imported_names(self._request.template, values)
        if self._verb == "UPDATE":
            stack_event(self._stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        self._state.resources = resources
        gone = [Doomed(resource) for logical_id, resource in self._before.items() if logical_id not in resources]
        delete_resources(
            self._stack, self._handlers, self._in_order([*self._state.superseded, *self._replaced(), *gone])
        )
        self._state.superseded = []
        stack_event(self._stack, f"{self._verb}_COMPLETE")

    def _adopt(self, values: StackValues) -> None:
        stack, request = self._stack, self._request
        stack.template, stack.template_dict = request.body, request.template
        stack.description = request.template.get("Description")
        stack.parameters, stack.resource_map = request.parameters, values
        stack.output_map = OutputMap(values, request.template, stack.stack_id)
        if request.tags is not None:
            stack.tags = request.tags

    def _replaced(self) -> list[Doomed]:
        return [Doomed(step.before, "UpdateReplacePolicy") for step in self._steps if step.before and not step.in_place]

    def _in_order(self, doomed: list[Doomed]) -> list[Doomed]:
        """Sort as they were created, so that in reverse nothing goes before what refers to it."""
        position = {logical_id: index for index, logical_id in enumerate(self._before)}
        return sorted(doomed, key=lambda item: position[item.resource.logical_id])

    def _fail(self, reason: str) -> None:
        if self._request.disable_rollback:
            # The next update starts from what stands, and tidies up when it succeeds.
            self._state.superseded += self._replaced()
            self._stack.template, self._stack.template_dict = self._request.body, self._request.template
            stack_event(self._stack, f"{self._verb}_FAILED", reason)
        elif self._verb == "CREATE":
            self._roll_back_create(reason)
        else:
            self._roll_back_update(reason)

    def _roll_back_create(self, reason: str) -> None:
        stack_event(self._stack, "ROLLBACK_IN_PROGRESS", f"{reason} Rollback requested by user.")
        made = [Doomed(step.after) for step in self._steps if step.after]
        remaining = delete_resources(self._stack, self._handlers, made)
        self._state.resources = {resource.logical_id: resource for resource in remaining}
        self._stack.template = self._request.body
        stack_event(self._stack, "ROLLBACK_FAILED" if remaining else "ROLLBACK_COMPLETE")

    def _roll_back_update(self, reason: str) -> None:
        stack_event(self._stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
        failed = [step.before.logical_id for step in self._steps if step.before and not self._put_back(step)]
        self._state.resources = self._before
        if failed:
            stack_event(self._stack, "UPDATE_ROLLBACK_FAILED", failed_resources("update", failed))
            return
        stack_event(self._stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        made = [Doomed(step.after, None) for step in self._steps if step.after and not step.in_place]
        delete_resources(self._stack, self._handlers, made)
        stack_event(self._stack, "UPDATE_ROLLBACK_COMPLETE")

    def _put_back(self, step: _Step) -> bool:
        resource = step.before
        assert resource is not None  # noqa: S101 - only steps with a `before` get here
        what = (resource.logical_id, resource.type)
        if step.in_place:
            self._event(*what, "UPDATE_IN_PROGRESS", None, resource)
            try:
                resource = self._handlers.update(step.after or resource, resource.definition, resource.properties)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this resource's reason
                self._event(*what, "UPDATE_FAILED", handler_message(error), resource)
                return False
        self._before[resource.logical_id] = resource
        self._stack.resource_map.put(resource.logical_id, resource.model)
        self._event(*what, "UPDATE_COMPLETE", None, resource)
        return True

    def _event(
        self, logical_id: str, resource_type: str, status: str, reason: str | None, resource: StackResource | None
    ) -> None:
        resource_event(self._stack, logical_id, resource_type, status, reason=reason, resource=resource)
