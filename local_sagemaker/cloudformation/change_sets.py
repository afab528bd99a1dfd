"""CloudFormation's stack and change-set operations, answered by the executor instead of by moto's own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.cloudformation.models import Change, ChangeSet
from moto.cloudformation.utils import generate_changeset_id, validate_create_change_set

from local_sagemaker.cloudformation import stack_operations
from local_sagemaker.cloudformation.stack_errors import ChangeSetNotFoundError
from local_sagemaker.cloudformation.stack_events import stack_event
from local_sagemaker.cloudformation.stack_schemas import schema_of
from local_sagemaker.cloudformation.stack_state import state_of
from local_sagemaker.cloudformation.stack_values import StackValues

if TYPE_CHECKING:
    from local_sagemaker.cloudformation.stack_executor import StackRequest

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


class StackChangeSet(ChangeSet):
    """A change set that knows which resources it would replace.

    Parameters
    ----------
    stack
        moto's stack.
    name, kind
        The change set's name; CREATE or UPDATE.
    request
        What the stack is to become.
    """

    def __init__(self, stack: Any, name: str, kind: str, request: StackRequest, description: Any) -> None:
        self._request = request
        super().__init__(
            change_set_type=kind,
            change_set_id=generate_changeset_id(name, stack.region_name, stack.account_id),
            change_set_name=name,
            stack=stack,
            template=request.body,
            parameters=request.parameters,
            description=description,
            tags=request.tags,
        )
        if kind == "UPDATE" and stack_operations.unchanged(stack, request):
            self.status, self.execution_status, self.status_reason = "FAILED", "UNAVAILABLE", NO_CHANGES
        else:
            self.status, self.execution_status = "CREATE_COMPLETE", "AVAILABLE"

    def diff(self) -> list[Any]:
        """List what would be added, modified and removed."""
        before, after = state_of(self.stack).resources, self._request.template["Resources"]
        added = [_change("Add", name, after[name]["Type"]) for name in after if name not in before]
        modified = [
            _change("Modify", name, after[name]["Type"], before[name])
            for name in after
            if name in before and after[name] != before[name].definition
        ]
        removed = [_change("Remove", name, before[name].type, before[name]) for name in before if name not in after]
        for change in modified:
            definition = after[change.logical_resource_id]
            change.replacement = _replacement(before[change.logical_resource_id].definition, definition)
        return [*added, *modified, *removed]

    def execute(self, backend: Any, *, disable_rollback: bool) -> None:
        """Start what this change set says."""
        if self.execution_status != "AVAILABLE":
            raise stack_operations.validation_error(
                f"ChangeSet [{self.change_set_id}] cannot be executed in its current status of [{self.status}]"
            )
        stack_operations.deploy(backend, self.stack, replace(self._request, disable_rollback=disable_rollback))
        self.execution_status = "EXECUTE_COMPLETE"


def _change(action: str, logical_id: str, resource_type: str, resource: Any = None) -> Any:
    change: Any = Change(action, logical_id, resource_type)
    change.physical_resource_id = resource.physical_id if resource else None
    return change


def _replacement(before: Any, after: Any) -> str:
    if before["Type"] != after["Type"]:
        return "True"
    changed = schema_of(after["Type"]).replaced_by(before.get("Properties", {}), after.get("Properties", {}))
    return "True" if changed else "False"


def find_change_set(backend: Any, name_or_id: str, stack_name: str | None = None) -> Any:
    """Give a change set by its id, or by its name and its stack's name or id.

    Raises
    ------
    ChangeSetNotFoundError
        If there is none, in the words on which the CDK command line relies.
    """
    for change_set in list(backend.change_sets.values()):
        if change_set.change_set_id == name_or_id or (
            change_set.change_set_name == name_or_id
            and stack_name in {None, change_set.stack_name, change_set.stack_id}
        ):
            return change_set
    raise ChangeSetNotFoundError(f"ChangeSet [{name_or_id}] does not exist")


def create_change_set(
    backend: Any, *, stack_name: str, name: str, kind: str, request: StackRequest, **details: Any
) -> StackChangeSet:
    """Make a change set; of kind CREATE, its stack, too.

    Parameters
    ----------
    backend
        moto's CloudFormation backend of the account and region.
    stack_name, name, kind
        The stack's name or id, the change set's name, CREATE or UPDATE.
    request
        What the stack is to become.
    details
        ``description``, ``notification_arns``, ``role_arn``.

    Raises
    ------
    moto.cloudformation.exceptions.ValidationError
        If an update has no stack, a create has one already, or the template or its parameters cannot be used.
    """
    validate_create_change_set(name)
    stack = stack_operations.find_stack(backend, stack_name)
    if kind == "UPDATE" and (stack is None or stack.status == "REVIEW_IN_PROGRESS"):
        raise stack_operations.validation_error(f"Stack [{stack_name}] does not exist")
    if kind == "CREATE" and stack is not None and stack.status != "REVIEW_IN_PROGRESS":
        raise stack_operations.validation_error(
            f"Stack [{stack.name}] already exists and cannot be created again with the changeSet [{name}]."
        )
    description = details.pop("description", None)
    if stack is None:
        stack = stack_operations.new_stack(backend, stack_name, tags=request.tags, **details)
        stack_event(stack, "REVIEW_IN_PROGRESS", "User Initiated")
    StackValues(stack, request.template, request.parameters, backend.exports)
    change_set = StackChangeSet(stack, name, kind, request, description)
    backend.change_sets[change_set.change_set_id] = change_set
    return change_set
