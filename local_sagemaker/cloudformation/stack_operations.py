"""Create, update and delete of whole stacks, each in a thread of its own, one at a time for each stack."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.cloudformation.models import Stack
from moto.cloudformation.utils import generate_stack_id

from local_sagemaker.cloudformation.stack_deletion import StackDeletion
from local_sagemaker.cloudformation.stack_errors import StackBusyError, TemplateError, TerminationProtectedError
from local_sagemaker.cloudformation.stack_events import stack_event
from local_sagemaker.cloudformation.stack_executor import StackDeployment, StackRequest
from local_sagemaker.cloudformation.stack_state import state_of
from local_sagemaker.cloudformation.stack_values import StackValues

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

# moto leaves two methods of its base class abstract, which only a type checker minds.
_STACK: Any = Stack


def new_stack(
    backend: Any,
    name: str,
    *,
    tags: Mapping[str, str] | None = None,
    notification_arns: list[str] | None = None,
    role_arn: str | None = None,
    termination_protection: bool = False,
) -> Any:
    """Make an empty stack, to which a first deployment gives its template.

    Raises
    ------
    moto.cloudformation.exceptions.AlreadyExistsException
        If a stack of that name exists.
    """
    if find_stack(backend, name) is not None:
        raise AlreadyExistsException(f"Stack [{name}] already exists")
    stack = _STACK(
        stack_id=generate_stack_id(name, backend.region_name, backend.account_id),
        name=name,
        template={},
        parameters={},
        account_id=backend.account_id,
        region_name=backend.region_name,
        notification_arns=notification_arns,
        tags=dict(tags or {}),
        role_arn=role_arn,
        cross_stack_resources=backend.exports,
        enable_termination_protection=termination_protection,
    )
    backend.stacks[stack.stack_id] = stack
    return stack


def find_stack(backend: Any, name_or_id: str) -> Any:
    """Give the stack of that name or id, or None; a deleted stack has only its id."""
    for stack in list(backend.stacks.values()):
        if name_or_id in {stack.name, stack.stack_id}:
            return stack
    return backend.deleted_stacks.get(name_or_id)


def parse_template(body: str) -> dict[str, Any]:
    """Parse a template, JSON or YAML.

    Raises
    ------
    TemplateError
        If it has no resources.
    """
    template = Stack.parse_template(body)
    if not isinstance(template, dict) or not template.get("Resources"):
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    return template


def deploy(backend: Any, stack: Any, request: StackRequest) -> threading.Thread:
    """Start a create or an update of a stack.

    Raises
    ------
    StackBusyError
        If something is being done to it already.
    """
    _refuse_if_busy(stack, "updated")
    return _start(stack, StackDeployment(backend, stack, request))


def delete(backend: Any, stack: Any) -> threading.Thread:
    """Start the deletion of a stack.

    Raises
    ------
    StackBusyError, TerminationProtectedError
        If something is being done to it, or it must not be deleted.
    """
    _refuse_if_busy(stack, "deleted")
    if stack.enable_termination_protection:
        raise TerminationProtectedError(
            f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    return _start(stack, StackDeletion(backend, stack))


def resolve_parameters(given: list[dict[str, Any]], previous: Mapping[str, Any]) -> dict[str, Any]:
    """Give parameter values by name; UsePreviousValue means the text that was given before, not what it led to.

    Parameters
    ----------
    given
        As in the API: ParameterKey with ParameterValue or UsePreviousValue.
    previous
        What the stack was given last.

    Example
    -------
    >>> resolve_parameters([{"ParameterKey": "Image", "UsePreviousValue": True}], {"Image": "/images/current"})
    {'Image': '/images/current'}
    """
    return {
        item["ParameterKey"]: previous[item["ParameterKey"]]
        if item.get("UsePreviousValue") and item["ParameterKey"] in previous
        else item["ParameterValue"]
        for item in given
        if "ParameterValue" in item or item["ParameterKey"] in previous
    }


def _refuse_if_busy(stack: Any, verb: str) -> None:
    if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
        raise StackBusyError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be {verb}.")


def _start(stack: Any, operation: StackDeployment | StackDeletion) -> threading.Thread:
    def work() -> None:
        try:
            operation.run()
        except Exception:
            # A fault of ours must not leave a stack in progress, and its client waiting, for ever.
            logger.exception("the operation on stack %s stopped", stack.name)
            stack_event(stack, stack.status.replace("_IN_PROGRESS", "_FAILED"), "internal failure: see the log")

    operation.begin()
    thread = threading.Thread(target=work, name=f"stack-{stack.name}", daemon=True)
    state_of(stack).thread = thread
    thread.start()
    return thread


def unchanged(stack: Any, request: StackRequest) -> bool:
    """Say whether a stack already is what a request asks for, so that there is nothing to do."""
    if stack.status.endswith("_FAILED"):
        return False
    tags = stack.tags if request.tags is None else request.tags
    same = stack.template_dict == request.template and stack.parameters == request.parameters and stack.tags == tags
    # A parameter of Systems Manager may say something else than it did, under the same name.
    return bool(same) and _resolved(stack, request) == stack.resource_map.resolved_parameters


def _resolved(stack: Any, request: StackRequest) -> dict[str, Any]:
    values: dict[str, Any] = StackValues(stack, request.template, request.parameters, {}).resolved_parameters
    return values


def validation_error(message: str) -> ValidationError:
    """Make the error that CloudFormation answers most mistakes with."""
    return ValidationError(message=message)
