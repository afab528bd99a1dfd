"""State machines as Step Functions keeps them: definitions and roles checked, revisions, names taken once.

moto's backend takes a second machine of a name for the first, whatever its definition, asks nothing of the role, and
knows no revisions. Rules: CreateStateMachine, UpdateStateMachine and DeleteStateMachine in the API reference.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.core.exceptions import AWSError
from moto.stepfunctions.exceptions import StateMachineDoesNotExist
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse
from moto.utilities.utils import get_partition

from local_sagemaker.moto_mends.patching import original, patch
from local_sagemaker.state_machines import executions, task_clients
from local_sagemaker.state_machines.definitions import check_definition, job_rules
from local_sagemaker.state_machines.task_rights import event_rights

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

FIRST_REVISION = "INITIAL"


class MachineExistsError(AWSError):
    """There is a state machine of this name already, and it is another."""

    TYPE = "StateMachineAlreadyExists"
    STATUS = 400


class RoleRefusedError(AWSError):
    """The role cannot be a state machine's."""

    TYPE = "AccessDeniedException"
    STATUS = 400


def apply() -> None:
    """Put these operations in the place of moto's."""
    create = original(StepFunctionsParserBackend, "create_state_machine")
    update = original(StepFunctionsParserBackend, "update_state_machine")
    delete = _inherited("delete_state_machine")
    describe = original(StepFunctionResponse, "_describe_state_machine")

    def create_state_machine(self: Any, name: str, definition: str, roleArn: str, **options: Any) -> Any:  # noqa: N803
        self._validate_name(name)
        self._validate_role_arn(roleArn)
        options.setdefault("sm_type", "STANDARD")
        arn = f"arn:{get_partition(self.region_name)}:states:{self.region_name}:{self.account_id}:stateMachine:{name}"
        _check(self, arn, definition, roleArn)
        try:
            existing = self.describe_state_machine(arn)
        except StateMachineDoesNotExist:
            machine = create(self, name, definition, roleArn, **options)
            machine.sm_type = machine.type
            return machine
        if (existing.definition, existing.type) != (definition, options["sm_type"] or "STANDARD"):
            raise MachineExistsError(f"State Machine Already Exists: '{arn}'")
        return existing

    def update_state_machine(
        self: Any, arn: str, definition: str | None = None, role_arn: str | None = None, **options: Any
    ) -> Any:
        machine = self.describe_state_machine(arn)
        _check(self, arn, definition or machine.definition, role_arn or machine.roleArn)
        update(self, arn, definition, role_arn, **options)
        machine.revision_id = str(uuid.uuid4())
        return machine

    def delete_state_machine(self: Any, arn: str) -> None:
        for machine in self.state_machines:
            if machine.arn == arn:
                executions.stop_those_of(machine)
                self.tagger.delete_all_tags_for_resource(arn)
        delete(self, arn)

    def describe_state_machine(self: Any, state_machine_arn: str) -> ActionResult:
        result = describe(self, state_machine_arn)
        machine = self.stepfunction_backend.describe_state_machine(state_machine_arn)
        if revision(machine) != FIRST_REVISION:
            result.result["revisionId"] = revision(machine)
        described: ActionResult = result
        return described

    patch(StepFunctionsParserBackend, "create_state_machine", create_state_machine)
    patch(StepFunctionsParserBackend, "update_state_machine", update_state_machine)
    patch(StepFunctionsParserBackend, "delete_state_machine", delete_state_machine)
    patch(StepFunctionResponse, "_describe_state_machine", describe_state_machine)


def revision(machine: Any) -> str:
    """Give the identifier of a machine's revision: another after each update."""
    return str(getattr(machine, "revision_id", FIRST_REVISION))


def _inherited(name: str) -> Any:
    return getattr(StepFunctionsParserBackend.__mro__[1], name)


def _check(backend: Any, arn: str, definition: str, role_arn: str) -> None:
    parsed = check_definition(definition)
    try:
        session = task_clients.assume(task_clients.TaskRole(role_arn, arn), backend.region_name)
    except ClientError:
        raise RoleRefusedError(
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume "
            f"the provided role: {role_arn}"
        ) from None
    where = (backend.region_name, backend.account_id)
    rights = [right for rule in job_rules(parsed) for right in event_rights(rule, *where)]
    try:
        task_clients.authorize(session, rights, "CreateStateMachine")
    except ClientError as error:
        raise RoleRefusedError(
            f"'{role_arn}' is not authorized to create managed-rule: {error.response['Error']['Message']}"
        ) from None
