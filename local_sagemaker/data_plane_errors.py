"""What can go wrong between a model in the control plane and a container that answers.

::

    DataPlaneError
    ├── AccessDeniedError      a role or user lacks a right
    ├── ModelDataError         the model artifact or the code is no readable archive
    │   └── MissingModelDataError  or is not there
    ├── UnsupportedModelError  AWS takes it, the local cloud does not run it
    ├── ContainerError         a container ended, or never answered /ping
    ├── InvocationTimeoutError a container did not answer an invocation in time
    └── UnreachableError       a container could not be asked, or broke the connection
"""

from __future__ import annotations


class DataPlaneError(Exception):
    """Base of every error of the data plane; its text is what the user reads as the failure reason."""


class AccessDeniedError(DataPlaneError):
    """No policy allows an action, or one denies it.

    Parameters
    ----------
    principal
        ARN of the assumed role or user.
    action
        IAM action, such as ``s3:GetObject``.
    resource
        ARN of the resource, or ``*``.
    denied
        Whether a policy denies the action explicitly.
    notes
        Conditions that could not be evaluated, a sentence each.
    """

    def __init__(
        self, principal: str, action: str, resource: str, *, denied: bool = False, notes: tuple[str, ...] = ()
    ) -> None:
        self.principal = principal
        self.action = action
        self.resource = resource
        self.denied = denied
        why = (
            "with an explicit deny in an identity-based policy"
            if denied
            else f"because no identity-based policy allows the {action} action"
        )
        self.statement = f'User: {principal} is not authorized to perform: {action} on resource: "{resource}" {why}'
        super().__init__("; ".join([f"AccessDenied: {self.statement}", *notes]))

    def during(self, doing: str) -> AccessDeniedError:
        """Put a sentence before the text that says what was being done; gives this error back.

        Parameters
        ----------
        doing
            Such as ``Could not access model data at s3://bucket/key.``
        """
        self.args = (f"{doing} {self}",)
        return self


class ModelDataError(DataPlaneError):
    """The model artifact or the code is no readable archive."""


class MissingModelDataError(ModelDataError):
    """The model artifact or the code is not there."""


class UnsupportedModelError(DataPlaneError):
    """AWS takes this model, the local cloud does not run it."""


class ContainerError(DataPlaneError):
    """A container ended, or did not answer /ping in time."""


class InvocationTimeoutError(DataPlaneError):
    """A container did not answer an invocation within the time limit."""


class UnreachableError(DataPlaneError):
    """A container could not be asked, or broke the connection off."""
