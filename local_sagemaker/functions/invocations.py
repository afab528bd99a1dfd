"""InvokeFunction in its three forms: waited for, left to itself, and a dry run.

Shapes: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from local_sagemaker.access.signed_requests import SignedRequest
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError
from local_sagemaker.functions.answers import Answer, LambdaError, read_body, too_large
from local_sagemaker.functions.outcomes import FunctionError, FunctionGoneError, TooManyCallsError
from local_sagemaker.functions.requests import authorize
from local_sagemaker.functions.running import function_named, obstacle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.functions.outcomes import Outcome
    from local_sagemaker.functions.service import FunctionService

    Environ = Mapping[str, Any]

# Bytes of the event of a call that nobody waits for.
MAX_LATER_BYTES = 1024 * 1024
_PATH = re.compile(r"/2015-03-31/functions/(.+)/invocations/?")
_OTHER_PATHS = re.compile(
    r"/2014-11-13/functions/.+/invoke-async/?|/2021-11-15/functions/.+/response-streaming-invocations/?"
)


class FunctionInvocations:
    """Answers InvokeFunction.

    Parameters
    ----------
    service
        Calls functions.
    account_id
        Account of every caller.
    """

    def __init__(self, service: FunctionService, account_id: str) -> None:
        self._service = service
        self._account_id = account_id

    @staticmethod
    def takes(environ: Environ) -> bool:
        """Say whether a request is one of these."""
        path = environ.get("PATH_INFO", "")
        return environ["REQUEST_METHOD"] == "POST" and bool(_PATH.fullmatch(path) or _OTHER_PATHS.fullmatch(path))

    def answer(self, environ: Environ) -> Answer:
        """Answer a request that `takes` has let through.

        Raises
        ------
        LambdaError
        """
        body = read_body(environ)
        path = _PATH.fullmatch(environ["PATH_INFO"])
        if path is None:
            raise LambdaError(
                400,
                "InvalidParameterValueException",
                "the local cloud calls functions by InvokeFunction and at their URLs only: it neither streams answers "
                "nor has the deprecated InvokeAsync",
            )
        signed = SignedRequest.read(environ)
        if signed is None:
            raise LambdaError(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        qualifier = parse_qs(environ.get("QUERY_STRING", "")).get("Qualifier", [None])[0]
        function = function_named(path[1], qualifier, self._account_id, signed.region)
        _authorize(function, signed.access_key_id)
        kind = environ.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse")
        request_id = str(uuid.uuid4())
        event = _checked(body, MAX_LATER_BYTES if kind == "Event" else None)
        refuse_what_cannot_run(function)
        if kind == "DryRun":
            return Answer(204, [], b"")
        if kind == "Event":
            self._service.call_later(function, event, request_id)
            return Answer(202, [], b"")
        if kind != "RequestResponse":
            raise LambdaError(
                400,
                "InvalidParameterValueException",
                f"{kind!r} is no invocation type; give RequestResponse, Event or DryRun",
            )
        outcome = call(self._service, function, event, request_id)
        headers = [("Content-Type", "application/json"), ("X-Amz-Executed-Version", str(function.version))]
        if outcome.failed:
            headers.append(("X-Amz-Function-Error", "Unhandled"))
        if environ.get("HTTP_X_AMZ_LOG_TYPE") == "Tail":
            headers.append(("X-Amz-Log-Result", base64.b64encode(outcome.log_tail).decode()))
        return Answer(200, headers, outcome.payload)


def call(service: FunctionService, function: Any, event: bytes, request_id: str) -> Outcome:
    """Call a function for somebody who waits.

    Raises
    ------
    LambdaError
        It cannot be called.
    """
    refuse_what_cannot_run(function)
    try:
        return service.call(function, event, request_id)
    except TooManyCallsError as error:
        raise LambdaError(429, "TooManyRequestsException", str(error), Reason=error.reason, Type="User") from None
    except FunctionGoneError:
        message = f"Function not found: {function.function_arn}"
        raise LambdaError(404, "ResourceNotFoundException", message, Type="User") from None
    except FunctionError as error:
        raise LambdaError(400, "InvalidZipFileException", str(error), Type="User") from None
    except DataPlaneError as error:
        raise LambdaError(403, "AccessDeniedException", str(error), Type="User") from None


def refuse_what_cannot_run(function: Any) -> None:
    """Refuse to call a function that cannot be run here.

    Raises
    ------
    LambdaError
        With the reason.
    """
    if why := obstacle(function):
        raise LambdaError(400, "InvalidParameterValueException", f"{function.function_name} cannot be called: {why}")


def _authorize(function: Any, access_key_id: str) -> None:
    try:
        authorize(function, access_key_id, "lambda:InvokeFunction")
    except AccessDeniedError as error:
        raise LambdaError(403, "AccessDeniedException", error.statement) from None


def _checked(body: bytes, most: int | None) -> bytes:
    if most is not None and len(body) > most:
        raise too_large(most)
    try:
        json.loads(body or b"{}")
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise LambdaError(400, "InvalidRequestContentException", message, Type="User") from None
    return body or b"{}"
