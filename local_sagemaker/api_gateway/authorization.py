"""Who may call a method: the signer of the request, by the rights in IAM, or the holder of a key, by usage plans.

A signature with a key that IAM never gave out is taken as an administrator's, as everywhere (`access.signatures`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from moto.apigateway.models import apigateway_backends

from local_sagemaker.access.rights import caller
from local_sagemaker.access.signature_errors import EXPIRED, SignatureError
from local_sagemaker.access.signatures import verify
from local_sagemaker.access.signed_requests import SignedRequest
from local_sagemaker.api_gateway.refusals import RefusalError, misconfigured
from local_sagemaker.data_plane_errors import AccessDeniedError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SERVICE = "execute-api"
# Gateway responses by error; of every other, INVALID_SIGNATURE.
_KINDS = {EXPIRED: "EXPIRED_TOKEN"}


class KeyHolder(NamedTuple):
    """A key that came with a request, and its plan.

    Attributes
    ----------
    key_id
        Of the key.
    plan
        moto's usage plan.
    """

    key_id: str
    plan: Any


def authorize_signer(environ: Mapping[str, Any], arn: str, *, account_id: str, region: str) -> str | None:
    """Let the signer of a request pass, or refuse it.

    Parameters
    ----------
    environ
        The request.
    arn
        ``arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>``.
    account_id, region
        Of the API.

    Returns
    -------
    str or None
        ARN of the signer; None of an administrator.

    Raises
    ------
    RefusalError
        There is no signature, it is not right or another service's, or the signer lacks the right.
    """
    signed = SignedRequest.read(environ)
    if signed is None:
        raise RefusalError("MISSING_AUTHENTICATION_TOKEN")
    try:
        verify(signed, service=_SERVICE, region=region)
    except SignatureError as error:
        raise RefusalError(_KINDS.get(error.code, "INVALID_SIGNATURE"), str(error), error_type=error.code) from None
    principal = caller(signed.access_key_id, account_id=account_id, region=region)
    if principal is None:
        return None
    try:
        principal.authorize("execute-api:Invoke", arn)
    except AccessDeniedError as error:
        raise RefusalError("ACCESS_DENIED", error.statement) from None
    return principal.arn


def find_key(environ: Mapping[str, Any], *, api_id: str, stage_name: str, account_id: str, region: str) -> KeyHolder:
    """Find the key of a request among those of the usage plans of a stage.

    Raises
    ------
    RefusalError
        There is no key, or none that a plan of this stage has.
    """
    value = environ.get("HTTP_X_API_KEY")
    backend = apigateway_backends[account_id][region]
    keys = [key for key in list(backend.keys.values()) if key.value == value and key.enabled]
    wanted = {"apiId": api_id, "stage": stage_name}
    for key in keys:
        for plan in backend.get_usage_plans(key.id):
            if any(wanted.items() <= stage.items() for stage in plan.api_stages):
                return KeyHolder(key.id, plan)
    raise RefusalError("INVALID_API_KEY")


def check_type(method: Any) -> None:
    """Refuse what decides by other means than IAM and keys.

    Raises
    ------
    RefusalError
        The method has an authorizer.
    """
    if method.authorization_type not in {"AWS_IAM", "NONE"}:
        raise misconfigured(f"authorization by {method.authorization_type} is not emulated")
