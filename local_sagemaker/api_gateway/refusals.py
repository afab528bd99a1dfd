"""What API Gateway answers by itself: its gateway responses, with their statuses, error types and default messages.

Rule: "Gateway response types for API Gateway" in its developer guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(NamedTuple):
    """A type of gateway response.

    Attributes
    ----------
    status
        By default.
    error_type
        Header ``x-amzn-ErrorType``.
    message
        By default.
    """

    status: int
    error_type: str
    message: str


KINDS = {
    "ACCESS_DENIED": Kind(403, "AccessDeniedException", "Access denied"),
    "API_CONFIGURATION_ERROR": Kind(500, "InternalServerErrorException", "Internal server error"),
    "BAD_REQUEST_BODY": Kind(400, "BadRequestException", "Invalid request body"),
    "BAD_REQUEST_PARAMETERS": Kind(400, "BadRequestException", "Missing required request parameters"),
    "EXPIRED_TOKEN": Kind(403, "ExpiredTokenException", "The security token included in the request is expired"),
    "INTEGRATION_FAILURE": Kind(504, "InternalServerErrorException", "Network error communicating with endpoint"),
    "INTEGRATION_TIMEOUT": Kind(504, "InternalServerErrorException", "Endpoint request timed out"),
    "INVALID_API_KEY": Kind(403, "ForbiddenException", "Forbidden"),
    "INVALID_SIGNATURE": Kind(403, "InvalidSignatureException", "The signature is not valid"),
    "MISSING_AUTHENTICATION_TOKEN": Kind(403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    "QUOTA_EXCEEDED": Kind(429, "LimitExceededException", "Limit Exceeded"),
    "REQUEST_TOO_LARGE": Kind(413, "RequestTooLargeException", "HTTP content length exceeded 10485760 bytes."),
    "THROTTLED": Kind(429, "TooManyRequestsException", "Too Many Requests"),
    "UNSUPPORTED_MEDIA_TYPE": Kind(415, "BadRequestException", "Unsupported Media Type"),
}
_DEFAULT_BODY = '{"message":$context.error.messageString}'
_JSON = "application/json"
_VARIABLE = re.compile(r"\$(?:context|stageVariables)(?:\.\w+)+")


class RefusalError(Exception):
    """A request that API Gateway answers by itself.

    Parameters
    ----------
    kind
        Type of the gateway response.
    message
        What is told; default: as the kind says.
    details
        What is wrong with the body.
    log
        What the execution log is told; None: nothing.
    error_type
        What the header ``x-amzn-ErrorType`` says; default: as the kind says.
    """

    def __init__(
        self,
        kind: str,
        message: str | None = None,
        *,
        details: str = "",
        log: str | None = None,
        error_type: str | None = None,
    ) -> None:
        super().__init__(message or KINDS[kind].message)
        self.kind = kind
        self.message = message or KINDS[kind].message
        self.details = details
        self.log = log
        self.error_type = error_type or KINDS[kind].error_type

    @property
    def status(self) -> int:
        """The status by default."""
        return KINDS[self.kind].status


def misconfigured(log: str) -> RefusalError:
    """Make what a caller is told of an API that is not set up as it needs: nothing; the log says more."""
    return RefusalError("API_CONFIGURATION_ERROR", log=log)


def gateway_response(
    refusal: RefusalError, responses: Mapping[str, Any], known: Mapping[str, str], parameters: Mapping[str, str]
) -> Any:
    """Say how a refusal is answered.

    Parameters
    ----------
    refusal
        The refusal.
    responses
        moto's gateway responses of the API, by type.
    known
        Values of variables, by their names with ``$``.
    parameters
        Headers and query of the request, by ``method.request.header.<name in lower case>`` and the like.

    Returns
    -------
    tuple of int, dict, str
        Status, headers and body.
    """
    own = responses.get(refusal.kind) or responses.get(f"DEFAULT_{refusal.status // 100}XX")
    status = int((own and own.status_code) or refusal.status)
    template = ((own and own.response_templates) or {}).get(_JSON) or _DEFAULT_BODY
    headers = {"Content-Type": _JSON, "x-amzn-ErrorType": refusal.error_type}
    for target, source in ((own and own.response_parameters) or {}).items():
        place, _, name = source.rpartition(".")
        text = source[1:-1] if source.startswith("'") else known.get(f"${source}")
        value = parameters.get(f"{place}.{name.lower()}") if text is None else text
        if value is not None:
            headers[target.removeprefix("gatewayresponse.header.")] = value
    return status, headers, substituted(template, known, absent="")


def substituted(template: str, known: Mapping[str, str], *, absent: str) -> str:
    """Put values in the place of variables, which is all that gateway responses and access logs can.

    Parameters
    ----------
    template
        A text.
    known
        Values by the variables' names with ``$``.
    absent
        What stands for the others.

    Example
    -------
    >>> substituted("$context.status $context.stage.", {"$context.status": "200"}, absent="-")
    '200 -.'
    """
    return _VARIABLE.sub(lambda match: known.get(match[0], absent), template)
