"""A stack as a resource of another: AWS::CloudFormation::Stack, through the executor and in its parent's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.cloudformation.models import Stack, cloudformation_backends
from moto.cloudformation.utils import get_stack_from_s3_url
from moto.utilities.utils import get_partition

from local_sagemaker.cloudformation import stack_operations
from local_sagemaker.cloudformation.stack_deletion import StackDeletion
from local_sagemaker.cloudformation.stack_executor import StackDeployment, StackRequest
from local_sagemaker.moto_mends.patching import patch

if TYPE_CHECKING:
    from collections.abc import Mapping

_OUTPUT = "Outputs."


class NestedStackError(Exception):
    """A nested stack failed; its own events say more."""

    def __init__(self, stack: Any, verb: str) -> None:
        super().__init__(f"Embedded stack {stack.stack_id} was not successfully {verb}: {_reason(stack)}")


def install() -> None:
    """Put these in the place of moto's own; calling it again changes nothing."""
    patch(Stack, "create_from_cloudformation_json", classmethod(_create))
    patch(Stack, "update_from_cloudformation_json", classmethod(_update))
    patch(Stack, "delete_from_cloudformation_json", classmethod(_delete))
    patch(Stack, "physical_resource_id", property(lambda stack: stack.stack_id))
    patch(Stack, "get_cfn_attribute", _get_cfn_attribute)


def _create(
    cls: Any, /, name: str, definition: Mapping[str, Any], account_id: str, region_name: str, **details: Any
) -> Any:
    del cls, details
    backend = cloudformation_backends[account_id][region_name]
    request = _request(definition["Properties"], account_id, region_name)
    stack = stack_operations.new_stack(backend, name, tags=request.tags)
    if not _run(StackDeployment(backend, stack, request)):
        error = NestedStackError(stack, "created")
        _run(StackDeletion(backend, stack))
        raise error
    return stack


def _update(
    cls: Any,
    /,
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
) -> Any:
    del cls, new_resource_name
    stack = original_resource
    request = _request(cloudformation_json["Properties"], account_id, region_name)
    # After a failed update it has rolled itself back by the time its parent asks for that.
    if not stack_operations.unchanged(stack, request):
        backend = cloudformation_backends[account_id][region_name]
        if not _run(StackDeployment(backend, stack, request)):
            raise NestedStackError(stack, "updated")
    return stack


def _delete(cls: Any, /, physical_id: str, definition: Mapping[str, Any], account_id: str, region_name: str) -> None:
    del cls, definition
    backend = cloudformation_backends[account_id][region_name]
    stack = stack_operations.find_stack(backend, physical_id)
    if not _run(StackDeletion(backend, stack)):
        raise NestedStackError(stack, "deleted")


def _request(properties: Mapping[str, Any], account_id: str, region_name: str) -> StackRequest:
    body = get_stack_from_s3_url(properties["TemplateURL"], account_id, get_partition(region_name))
    return StackRequest(
        body=body,
        template=stack_operations.parse_template(body),
        parameters={
            name: ",".join(value) if isinstance(value, list) else str(value)
            for name, value in properties.get("Parameters", {}).items()
        },
        tags={tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])},
    )


def _run(operation: StackDeployment | StackDeletion) -> bool:
    operation.begin()
    return operation.run()


def _reason(stack: Any) -> str:
    failures = [event for event in stack.events if event.resource_status.endswith("_FAILED")]
    return str(failures[0].resource_status_reason) if failures else stack.status_reason


def _get_cfn_attribute(self: Any, attribute_name: str) -> Any:
    values = {output["OutputKey"]: output["OutputValue"] for output in self.outputs or []}
    try:
        return values[attribute_name.removeprefix(_OUTPUT)]
    except KeyError:
        raise UnformattedGetAttTemplateException from None
