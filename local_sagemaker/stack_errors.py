"""What can go wrong while a stack is deployed.

CloudFormationError (moto's: the API answers it with its code)
├── TemplateError           the template or its parameters cannot be used; ValidationError
├── StackBusyError               another operation on the stack is under way; ValidationError
├── TerminationProtectedError    the stack may not be deleted; ValidationError
└── ChangeSetNotFoundError       no change set of that name or id
NameTakenError                   a resource with a name of its own must be replaced, which takes a new name
ResourceFailedError              a resource exists, but is not usable
"""

from __future__ import annotations

from typing import Any

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


class ResourceFailedError(Exception):
    """A resource exists, but is not usable: its creation failed after it had begun.

    Raise it from ``create_from_cloudformation_json`` so that the rollback deletes the half-made resource, as
    CloudFormation does with a resource whose physical id it knows. The text becomes the reason of the event.

    Parameters
    ----------
    reason
        Why, in the service's words.
    resource
        The moto resource that was made, as ``create_from_cloudformation_json`` would have returned it.
    """

    def __init__(self, reason: str, resource: Any) -> None:
        super().__init__(reason)
        self.resource = resource
