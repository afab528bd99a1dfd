"""IAM says what a role or user may do: SimulatePrincipalPolicy, which moto 5.2.5 does not have.

The SageMaker Python SDK v3 asks it of every execution role before it uses the role
(https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html). What decides is what decides
the requests of the data plane.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import InvalidInput, NoSuchEntity, NotFoundException
from moto.iam.responses import IamResponse

from local_sagemaker.access.rights import Principal
from local_sagemaker.data_plane_errors import AccessDeniedError
from local_sagemaker.moto_mends.patching import patch

_NOT_SIMULATED = ("PolicyInputList", "PermissionsBoundaryPolicyInputList", "PolicyExclusionList", "ResourcePolicy")


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""

    def simulate_principal_policy(self: Any) -> ActionResult:
        parameters = self._get_params()
        for name in _NOT_SIMULATED:
            if parameters.get(name):
                raise InvalidInput(f"The local cloud simulates a principal's own policies alone: leave {name} out.")
        principal = _principal(self, parameters["PolicySourceArn"])
        context = {
            entry["ContextKeyName"]: ",".join(entry.get("ContextKeyValues", []))
            for entry in parameters.get("ContextEntries", [])
        }
        return ActionResult(
            {
                "EvaluationResults": [
                    {
                        "EvalActionName": action,
                        "EvalResourceName": resource,
                        "EvalDecision": _decision(principal, action, resource, context),
                    }
                    for action in parameters["ActionNames"]
                    for resource in parameters.get("ResourceArns") or ["*"]
                ],
                "IsTruncated": False,
            }
        )

    patch(IamResponse, "simulate_principal_policy", simulate_principal_policy)


def _principal(response: Any, arn: str) -> Principal:
    backend, region = response.backend, response.region
    kind, _, path = arn.split(":", 5)[-1].partition("/")
    try:
        if kind == "role":
            return Principal(backend.get_role_by_arn(arn), arn, region)
        if kind == "user":
            return Principal(backend.get_user(path.rsplit("/", 1)[-1]), arn, region)
    except (NotFoundException, NoSuchEntity):
        raise NoSuchEntity(f"ARN {arn} does not exist.") from None
    raise InvalidInput(f"The local cloud simulates the policies of roles and users, and {arn} is neither.")


def _decision(principal: Principal, action: str, resource: str, context: dict[str, str]) -> str:
    try:
        principal.authorize(action, resource, context)
    except AccessDeniedError as error:
        return "explicitDeny" if error.denied else "implicitDeny"
    return "allowed"
