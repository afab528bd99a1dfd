"""Requests to function URLs: from HTTP to the handler and back."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any

from local_sagemaker.access.rights import caller
from local_sagemaker.access.signature_errors import SignatureError
from local_sagemaker.access.signatures import verify
from local_sagemaker.access.signed_requests import SignedRequest
from local_sagemaker.data_plane_errors import AccessDeniedError
from local_sagemaker.functions.answers import Answer, LambdaError, read_body
from local_sagemaker.functions.invocations import call
from local_sagemaker.functions.requests import authorize, policy_allows
from local_sagemaker.functions.url_configs import PATH_PREFIX, find_url
from local_sagemaker.functions.url_events import url_answer, url_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.functions.outcomes import Outcome
    from local_sagemaker.functions.service import FunctionService
    from local_sagemaker.functions.url_configs import LocalUrl

    Environ = Mapping[str, Any]

_PATH = re.compile(rf"{PATH_PREFIX}([a-z0-9]{{32}})(/.*)?", re.DOTALL)
_HOST = re.compile(r"([a-z0-9]{32})\.lambda-url\.[a-z0-9-]+\.on\.aws(:\d+)?", re.IGNORECASE)


class UrlRequests:
    """Answers at the URLs of functions: below ``/lambda-url/<id>``, or by the name of the host that AWS gives them.

    Parameters
    ----------
    service
        Calls functions.
    account_id
        Account of every function.
    """

    def __init__(self, service: FunctionService, account_id: str) -> None:
        self._service = service
        self._account_id = account_id

    @staticmethod
    def takes(environ: Environ) -> bool:
        """Say whether a request is one of these; an S3 bucket may well have such a name."""
        if _target(environ) is None:
            return False
        signed = SignedRequest.read(environ)
        return signed is None or signed.service != "s3"

    def answer(self, environ: Environ) -> Answer:
        """Answer a request that `takes` has let through.

        Raises
        ------
        LambdaError
        """
        target = _target(environ)
        if target is None:
            raise AssertionError("only what takes() lets through comes here")
        url = find_url(target[0], self._account_id)
        if url is None:
            raise LambdaError(404, None, "Not Found")
        identity = _let_in(url, environ)
        request_id = str(uuid.uuid4())
        event = url_event(
            environ,
            read_body(environ),
            url_id=url.id,
            path=target[1] or "/",
            domain=url.domain,
            request_id=request_id,
            caller=identity,
        )
        outcome = self._call(url, event, request_id)
        try:
            return _broken() if outcome.failed else url_answer(outcome.payload)
        except (ValueError, TypeError, OverflowError):
            return _broken()

    def _call(self, url: LocalUrl, event: dict[str, Any], request_id: str) -> Outcome:
        try:
            return call(self._service, url.function, json.dumps(event).encode(), request_id)
        except LambdaError as error:
            # What the function's role lacks is no fault of the caller's, whose own rights are enough.
            raise LambdaError(502, None, str(error)) if error.status == 403 else error from None


def _target(environ: Environ) -> tuple[str, str] | None:
    """Give the id of the URL, and the path below it."""
    path = environ.get("PATH_INFO", "")
    if found := _PATH.fullmatch(path):
        return found[1], found[2] or ""
    host = _HOST.fullmatch(environ.get("HTTP_HOST", ""))
    return None if host is None else (host[1].lower(), path)


def _let_in(url: LocalUrl, environ: Environ) -> dict[str, Any]:
    """Refuse who may not call; gives what the event says of who may."""
    via_url = {"lambda:FunctionUrlAuthType": url.auth_type, "lambda:InvokedViaFunctionUrl": "true"}
    actions = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
    if url.auth_type == "NONE":
        if not all(policy_allows(url.function, action, via_url) for action in actions):
            raise _forbidden()
        return {}
    signed = SignedRequest.read(environ)
    if signed is None:
        raise _forbidden()
    try:
        verify(signed, service="lambda", region=url.function.region)
    except SignatureError as error:
        # Not Lambda itself says so, which spells it otherwise.
        raise LambdaError(403, error.code, str(error), message=str(error)) from None
    try:
        for action in actions:
            authorize(url.function, signed.access_key_id, action, via_url)
    except AccessDeniedError:
        raise _forbidden() from None
    account_id = url.function.account_id
    principal = caller(signed.access_key_id, account_id=account_id, region=signed.region)
    return {
        "accessKey": signed.access_key_id,
        "accountId": account_id,
        "callerId": signed.access_key_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:aws:iam::{account_id}:root" if principal is None else principal.arn,
        "userId": signed.access_key_id,
    }


def _forbidden() -> LambdaError:
    return LambdaError(403, "AccessDeniedException", "Forbidden")


def _broken() -> Answer:
    # The reason is in the function's log.
    return Answer(502, [("Content-Type", "application/json")], b"Internal Server Error")
