"""What can go wrong while a stack is deployed.

CloudFormationError (moto's: the API answers it with its code)
├── TemplateError                the template or its parameters cannot be used; ValidationError
├── StackBusyError               another operation on the stack is under way; ValidationError
├── TerminationProtectedError    the stack may not be deleted; ValidationError
└── ChangeSetNotFoundError       no change set of that name or id
NameTakenError                   a resource with a name of its own must be replaced, which takes a new name
"""

from __future__ import annotations

from moto.cloudformation.exceptions import CloudFormationError


class TemplateError(CloudFormationError):
    """The template or its parameters cannot be used."""

    code = "ValidationError"


class StackBusyError(CloudFormationError):
    """Another operation on the stack is under way."""

    code = "ValidationError"


class TerminationProtectedError(CloudFormationError):
    """The stack may not be deleted."""

    code = "ValidationError"


class ChangeSetNotFoundError(CloudFormationError):
    """No change set of that name or id."""

    code = "ChangeSetNotFound"


class NameTakenError(Exception):
    """A resource with a name of its own must be replaced; the new one is made first, so it needs a new name."""

    def __init__(self, logical_id: str, name: str) -> None:
        super().__init__(
            f"CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            f"Rename {name} ({logical_id}) and update the stack again."
        )
