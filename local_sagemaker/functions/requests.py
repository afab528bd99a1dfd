"""Whether a caller may have a function: by the rights of the caller, and by the function's policy.

Rules: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.access.policies import Request, evaluate
from local_sagemaker.access.rights import caller
from local_sagemaker.data_plane_errors import AccessDeniedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_sagemaker.access.rights import Principal


def authorize(function: Any, access_key_id: str, action: str, context: Mapping[str, str] | None = None) -> None:
    """Let a signed request pass, or refuse it.

    Parameters
    ----------
    function
        moto's function.
    access_key_id
        Who signs.
    action
        Such as ``lambda:InvokeFunction``.
    context
        Condition keys of this request.

    Raises
    ------
    AccessDeniedError
        Neither the caller's policies allow it nor the function's own, or one denies it.
    """
    principal = caller(access_key_id, account_id=function.account_id, region=function.region)
    if principal is None:
        return
    try:
        principal.authorize(action, function.function_arn, context)
    except AccessDeniedError as error:
        if error.denied or not policy_allows(function, action, context or {}, principal):
            raise


def policy_allows(function: Any, action: str, context: Mapping[str, str], principal: Principal | None = None) -> bool:
    """Say whether a function's own policy allows something.

    Parameters
    ----------
    function, action, context
        As for `authorize`.
    principal
        Who asks; None: anybody.
    """
    names = {"*"} if principal is None else {"*", *principal.names}
    documents = [{"Statement": list(_statements(function, names))}]
    return evaluate(documents, Request(action, function.function_arn, context)).allowed


def _statements(function: Any, names: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the statements for a caller; what moto leaves beside the condition becomes one."""
    for statement in function.policy.statements:
        given = statement.get("Principal")
        if (given.get("AWS") if isinstance(given, dict) else given) in names:
            condition = dict(statement.get("Condition") or {})
            if auth_type := statement.get("FunctionUrlAuthType"):
                condition["StringEquals"] = {"lambda:FunctionUrlAuthType": auth_type}
            if (via := statement.get("InvokedViaFunctionUrl")) is not None:
                condition["Bool"] = {"lambda:InvokedViaFunctionUrl": str(via).lower()}
            yield {**statement, "Condition": condition, "Resource": function.function_arn}
