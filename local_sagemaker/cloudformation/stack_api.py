"""The CloudFormation API over the executor: the actions of moto's CloudFormation responses that it takes over."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from moto.cloudformation import responses
from moto.cloudformation.models import Stack
from moto.core.responses import ActionResult, EmptyResult

from local_sagemaker.cloudformation import change_sets, stack_nested, stack_operations
from local_sagemaker.cloudformation.stack_errors import ChangeSetNotFoundError, TemplateError
from local_sagemaker.cloudformation.stack_executor import StackRequest
from local_sagemaker.cloudformation.stack_state import state_of
from local_sagemaker.cloudformation.stack_values import StackValues
from local_sagemaker.moto_mends.patching import patch


class StackActions(responses.CloudFormationResponse):
    """Actions on stacks and change sets; `install` puts each method in the place of moto's."""

    def create_stack(self) -> ActionResult:
        """Create a stack in the background."""
        backend = self.cloudformation_backend
        request = self._request({})
        stack = stack_operations.new_stack(
            backend,
            self._get_param("StackName"),
            tags=request.tags,
            notification_arns=self._get_param("NotificationARNs", []),
            role_arn=self._get_param("RoleARN"),
            termination_protection=self._get_bool_param("EnableTerminationProtection", False),
        )
        try:
            StackValues(stack, request.template, request.parameters, backend.exports)
        except Exception:
            del backend.stacks[stack.stack_id]
            raise
        stack_operations.deploy(backend, stack, request)
        return ActionResult({"StackId": stack.stack_id})

    def update_stack(self) -> ActionResult:
        """Update a stack in the background."""
        backend = self.cloudformation_backend
        stack = self._stack()
        request = self._request(stack.parameters, stack.template)
        if stack.status in {"ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"}:
            raise TemplateError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")
        if stack_operations.unchanged(stack, request):
            raise TemplateError("No updates are to be performed.")
        StackValues(stack, request.template, request.parameters, backend.exports)
        stack_operations.deploy(backend, stack, request)
        return ActionResult({"StackId": stack.stack_id})

    def delete_stack(self) -> EmptyResult:
        """Delete a stack in the background; one that does not exist is deleted already."""
        stack = stack_operations.find_stack(self.cloudformation_backend, self._get_param("StackName"))
        if stack is not None and stack.status != "DELETE_COMPLETE":
            stack_operations.delete(self.cloudformation_backend, stack)
        return EmptyResult()

    def create_change_set(self) -> ActionResult:
        """Make a change set."""
        backend = self.cloudformation_backend
        name = self._get_param("StackName")
        stack = stack_operations.find_stack(backend, name)
        request = self._request(stack.parameters if stack else {}, stack.template if stack else None)
        change_set = change_sets.create_change_set(
            backend,
            stack_name=name,
            name=self._get_param("ChangeSetName"),
            kind=self._get_param("ChangeSetType", "UPDATE"),
            request=request,
            description=self._get_param("Description"),
            notification_arns=self._get_param("NotificationARNs", []),
            role_arn=self._get_param("RoleARN"),
        )
        return ActionResult({"Id": change_set.change_set_id, "StackId": change_set.stack_id})

    def describe_change_set(self) -> ActionResult:
        """Describe a change set."""
        return ActionResult(self._change_set())

    def delete_change_set(self) -> EmptyResult:
        """Delete a change set; one that does not exist is deleted already."""
        try:
            change_set = self._change_set()
        except ChangeSetNotFoundError:
            return EmptyResult()
        del self.cloudformation_backend.change_sets[change_set.change_set_id]
        return EmptyResult()

    def execute_change_set(self) -> EmptyResult:
        """Do in the background what a change set says."""
        change_set = self._change_set()
        change_set.execute(self.cloudformation_backend, disable_rollback=self._get_bool_param("DisableRollback", False))
        return EmptyResult()

    def list_change_sets(self) -> ActionResult:
        """List the change sets of one stack."""
        stack = self._stack()
        every = list(self.cloudformation_backend.change_sets.values())
        return ActionResult({"Summaries": [item for item in every if item.stack_id == stack.stack_id]})

    def describe_stack_resource(self) -> ActionResult:
        """Describe one resource of a stack."""
        stack, logical_id = self._stack(), self._get_param("LogicalResourceId")
        resource = state_of(stack).resources.get(logical_id)
        if resource is None:
            raise TemplateError(f"Resource {logical_id} does not exist for stack {stack.name}")
        return ActionResult({"StackResourceDetail": _describe(stack, resource)})

    def describe_stack_resources(self) -> ActionResult:
        """Describe the resources of a stack that exist at present."""
        stack, logical_id = self._stack(), self._get_param("LogicalResourceId")
        resources = [item for item in _resources(stack) if logical_id in {None, item["LogicalResourceId"]}]
        return ActionResult({"StackResources": resources})

    def list_stack_resources(self) -> ActionResult:
        """List the resources of a stack that exist at present."""
        return ActionResult({"StackResourceSummaries": _resources(self._stack())})

    def _stack(self) -> Any:
        name = self._get_param("StackName")
        stack = stack_operations.find_stack(self.cloudformation_backend, name)
        if stack is None:
            raise TemplateError(f"Stack with id {name} does not exist")
        return stack

    def _change_set(self) -> Any:
        return change_sets.find_change_set(
            self.cloudformation_backend, self._get_param("ChangeSetName"), self._get_param("StackName")
        )

    def _request(self, previous_parameters: dict[str, Any], previous_body: str | None = None) -> StackRequest:
        body = self._get_param("TemplateBody")
        if self._get_param("TemplateURL"):
            body = self._get_stack_from_s3_url(self._get_param("TemplateURL"))
        elif not body and self._get_bool_param("UsePreviousTemplate", False):
            body = previous_body
        if not body:
            raise TemplateError("Either Template URL or Template Body must be specified.")
        tags = self._get_param("Tags")
        return StackRequest(
            body=body,
            template=stack_operations.parse_template(body),
            parameters=stack_operations.resolve_parameters(self._get_param("Parameters", []), previous_parameters),
            tags=None if tags is None else {item["Key"]: item["Value"] for item in tags},
            disable_rollback=self._get_bool_param("DisableRollback", False),
        )


def _resources(stack: Any) -> list[dict[str, Any]]:
    return [_describe(stack, resource) for resource in list(state_of(stack).resources.values())]


def _describe(stack: Any, resource: Any) -> dict[str, Any]:
    events = [event for event in list(stack.events) if event.logical_resource_id == resource.logical_id]
    last = events[-1] if events else None
    timestamp = last.timestamp if last else datetime.now(timezone.utc)
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type,
        "ResourceStatus": last.resource_status if last else stack.status,
        "ResourceStatusReason": last.resource_status_reason if last else None,
        "Timestamp": timestamp,
        "LastUpdatedTimestamp": timestamp,
    }


def install() -> None:
    """Put the executor in the place of moto's own CloudFormation; calling it again changes nothing."""
    for name, method in vars(StackActions).items():
        if callable(method):
            patch(responses.CloudFormationResponse, name, method)
    patch(Stack, "_create_resource_map", _create_resource_map)
    stack_nested.install()


def _create_resource_map(stack: Any) -> StackValues:
    return StackValues(stack, stack.template_dict, stack.parameters, stack.cross_stack_resources)
