"""Deletes resources of a stack, or the whole stack: in reverse order of creation, keeping what is to be retained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from local_sagemaker.cloudformation.stack_errors import TemplateError
from local_sagemaker.cloudformation.stack_events import failed_resources, handler_message, resource_event, stack_event
from local_sagemaker.cloudformation.stack_exports import replace_exports
from local_sagemaker.cloudformation.stack_resources import ResourceHandlers
from local_sagemaker.cloudformation.stack_state import state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.cloudformation.stack_resources import StackResource


@dataclass(frozen=True)
class Doomed:
    """A resource to delete.

    Parameters
    ----------
    resource
        Which.
    policy
        The attribute of its definition that may say ``Retain``: UpdateReplacePolicy for one that was replaced,
        DeletionPolicy for one that is no longer wanted. None deletes it in any case.
    """

    resource: StackResource
    policy: Literal["DeletionPolicy", "UpdateReplacePolicy"] | None = "DeletionPolicy"

    @property
    def retained(self) -> bool:
        """Say whether it stays, outside of the stack."""
        return self.policy is not None and self.resource.definition.get(self.policy) == "Retain"


class StackDeletion:
    """The end of a stack.

    Parameters
    ----------
    backend
        moto's CloudFormation backend of the stack's account and region.
    stack
        moto's stack.
    """

    def __init__(self, backend: Any, stack: Any) -> None:
        self._backend = backend
        self._stack = stack
        self._state = state_of(stack)

    def begin(self) -> None:
        """Set the stack's status, so that whoever asks from now on sees that work is under way."""
        stack_event(self._stack, "DELETE_IN_PROGRESS", "User Initiated")

    def run(self) -> bool:
        """Delete its resources, and say whether the stack is gone; what cannot be deleted stays in it."""
        stack, state = self._stack, self._state
        try:
            replace_exports(self._backend, stack, {})
        except TemplateError as error:
            stack_event(stack, "DELETE_FAILED", error.message)
            return False
        doomed = [*state.superseded, *(Doomed(resource) for resource in state.resources.values())]
        remaining = delete_resources(stack, ResourceHandlers(stack), doomed)
        state.superseded = []
        state.resources = {resource.logical_id: resource for resource in remaining}
        if remaining:
            stack_event(stack, "DELETE_FAILED", failed_resources("delete", list(state.resources)))
            return False
        stack_event(stack, "DELETE_COMPLETE")
        state.imports = set()
        for change_set in [item for item in self._backend.change_sets.values() if item.stack_id == stack.stack_id]:
            del self._backend.change_sets[change_set.change_set_id]
        self._backend.deleted_stacks[stack.stack_id] = stack
        self._backend.stacks.pop(stack.stack_id, None)
        return True


def delete_resources(stack: Any, handlers: ResourceHandlers, doomed: Sequence[Doomed]) -> list[StackResource]:
    """Delete resources, the last one first, and give those that could not be deleted, in the order given.

    Parameters
    ----------
    stack, handlers
        Whose resources they are.
    doomed
        In the order in which they were created.
    """
    remaining = []
    for item in reversed(doomed):
        resource = item.resource
        what = (stack, resource.logical_id, resource.type)
        if item.retained:
            resource_event(*what, "DELETE_SKIPPED", resource=resource)
            continue
        resource_event(*what, "DELETE_IN_PROGRESS", resource=resource)
        try:
            handlers.delete(resource)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this resource's reason
            remaining.append(resource)
            resource_event(*what, "DELETE_FAILED", reason=handler_message(error), resource=resource)
        else:
            resource_event(*what, "DELETE_COMPLETE", resource=resource)
    return remaining[::-1]
