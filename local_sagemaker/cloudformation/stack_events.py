"""The events of a stack, in CloudFormation's words: what the CDK command line shows while it waits."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from moto.cloudformation.models import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.cloudformation.stack_resources import StackResource

_MILLISECOND = timedelta(milliseconds=1)

REPLACEMENT = "Requested update requires the creation of a new physical resource; hence creating one."


def stack_event(stack: Any, status: str, reason: str | None = None) -> None:
    """Set a stack's status and tell it: every change of the status is an event."""
    stack.status = status
    stack.status_reason = reason
    event = _append(stack, stack.name, "AWS::CloudFormation::Stack", status, reason, stack.stack_id)
    event.sendToSns(stack.account_id, stack.region_name, stack.notification_arns)


def resource_event(
    stack: Any,
    logical_id: str,
    resource_type: str,
    status: str,
    *,
    reason: str | None = None,
    resource: StackResource | None = None,
) -> None:
    """Add one event of one resource; its physical id is that of `resource`, if that exists yet."""
    _append(stack, logical_id, resource_type, status, reason, resource.physical_id if resource else "")


def _append(
    stack: Any, logical_id: str, resource_type: str, status: str, reason: str | None, physical_id: str
) -> Event:
    event = Event(
        stack_id=stack.stack_id,
        stack_name=stack.name,
        logical_resource_id=logical_id,
        physical_resource_id=physical_id,
        resource_type=resource_type,
        resource_status=status,
        resource_status_reason=reason,
        resource_properties=None,
    )
    # Clients read whole milliseconds and sort by them: two events in one would change places.
    event.timestamp = event.timestamp.replace(microsecond=event.timestamp.microsecond // 1000 * 1000)
    if stack.events:
        event.timestamp = max(event.timestamp, stack.events[-1].timestamp + _MILLISECOND)
    stack.events.append(event)
    return event


def handler_message(error: BaseException) -> str:
    """Word an exception as CloudFormation words a handler's failure, with the token and a code.

    Example
    -------
    >>> handler_message(RuntimeError("no such key"))  # doctest: +ELLIPSIS
    'Resource handler returned message: "no such key" (RequestToken: ..., HandlerErrorCode: GeneralServiceException)'
    """
    text = getattr(error, "message", None) or str(error) or type(error).__name__
    code = getattr(error, "code", None)
    if "exist" in text and "already" in text:
        handler_code = "AlreadyExists"
    else:
        handler_code = "InvalidRequest" if isinstance(code, str) else "GeneralServiceException"
    return (
        f'Resource handler returned message: "{text}" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: {handler_code})'
    )


def failed_resources(verb: str, logical_ids: Sequence[str]) -> str:
    """Say which resources failed, as in ``The following resource(s) failed to create: [A, B].``."""
    return f"The following resource(s) failed to {verb}: [{', '.join(logical_ids)}]."
