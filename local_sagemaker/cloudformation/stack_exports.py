"""Exports of one stack that other stacks import, and what may not be done to them meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.cloudformation.stack_errors import TemplateError
from local_sagemaker.cloudformation.stack_state import state_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_sagemaker.cloudformation.stack_values import StackValues


def imported_names(template: Any, values: StackValues) -> set[str]:
    """Name every export that a template imports with Fn::ImportValue."""
    return {str(values.resolve(argument)) for argument in _import_arguments(template)}


def _import_arguments(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, argument in value.items():
            if key == "Fn::ImportValue":
                yield argument
            else:
                yield from _import_arguments(argument)
    elif isinstance(value, list):
        for item in value:
            yield from _import_arguments(item)


def replace_exports(backend: Any, stack: Any, exports: Mapping[str, Any]) -> None:
    """Publish a stack's exports in place of those that it had.

    Parameters
    ----------
    backend
        moto's CloudFormation backend of the stack's account and region.
    stack
        The exporting stack.
    exports
        moto's exports by name; empty for a stack that is being deleted.

    Raises
    ------
    TemplateError
        If a name belongs to another stack, or an export that another stack imports would change or go.
    """
    for name, export in exports.items():
        owner = backend.exports.get(name)
        if owner is not None and owner.exporting_stack_id != stack.stack_id:
            raise TemplateError(f"Export with name {name} is already exported by stack {_name(backend, owner)}.")
        if owner is not None and owner.value != export.value:
            _refuse_if_imported(backend, stack, name, "update")
    former = [name for name, export in backend.exports.items() if export.exporting_stack_id == stack.stack_id]
    for name in former:
        if name not in exports:
            _refuse_if_imported(backend, stack, name, "delete")
    for name in former:
        del backend.exports[name]
    backend.exports.update(exports)


def _name(backend: Any, export: Any) -> str:
    return str(backend.stacks[export.exporting_stack_id].name)


def _refuse_if_imported(backend: Any, stack: Any, name: str, verb: str) -> None:
    importers = [
        other.name for other in list(backend.stacks.values()) if other is not stack and name in state_of(other).imports
    ]
    if importers:
        raise TemplateError(f"Cannot {verb} export {name} as it is in use by {', '.join(importers)}.")
