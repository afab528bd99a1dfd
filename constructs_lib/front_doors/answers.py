"""What a REST API answers: SageMaker's errors as the container's own, and API Gateway's refusals in the same form.

SageMaker answers what the container refused with 424 and a JSON object that holds the container's status and body
(API_runtime_InvokeEndpoint in the SageMaker reference). The templates are Velocity's, as API Gateway runs them on an
answer; those of API Gateway's refusals know variables only ("Gateway responses" in its developer guide).
"""

from __future__ import annotations

import json
from typing import NamedTuple


class AnswerRule(NamedTuple):
    """What becomes of one status of SageMaker's.

    Attributes
    ----------
    pattern
        Regular expression for SageMaker's status; None for every other.
    status
        What is answered, where the template does not say otherwise.
    template
        The body; None: as it came.
    """

    pattern: str | None
    status: str
    template: str | None


def _error(error_type: str, message: str) -> str:
    return f'{{"error": {{"type": {json.dumps(error_type)}, "message": "{message}", "row": null, "column": null}}}}'


# Of SageMaker's own answers the SDKs read both names.
_MESSAGE = (
    "#set($message = $input.path('$.message'))#if(\"$!message\" == '')#set($message = $input.path('$.Message'))#end"
)
_AS_JSON = '$util.escapeJavaScript($message).replaceAll("\\\\\'","\'")'
_NO_ENDPOINT = _error("ServiceUnavailable", "The model's endpoint is not in service.")
_THROTTLED = _error("ThrottlingException", "The model has too many requests at once; try again later.")
_UNAVAILABLE = _error("ServiceUnavailable", "The model is not available; try again later.")
_FAILED = _error("BadGateway", "The model gave no answer.")
_TIMED_OUT = _error("GatewayTimeout", "The model did not answer in time.")
_TOO_LARGE = _error("RequestTooLarge", "The model takes requests of 6 MB, and of 4 MB where it is serverless.")


def _override(status: int | str) -> str:
    return f"#set($context.responseOverride.status = {status})"


_MODEL_ERROR = "".join(
    [
        "#set($status = $input.path('$.OriginalStatusCode'))#set($message = $input.path('$.OriginalMessage'))",
        f"#if(\"$!message\" == '' && $status != 0){_override(502)}{_FAILED}",
        # So SageMaker says that the container took longer than it waits.
        f"#elseif($status == 0){_override(504)}{_TIMED_OUT}",
        f"#{{else}}{_override('$status')}",
        # A container without this library's runtime may answer in HTML.
        f"#if($message.startsWith('{{'))${{message}}#{{else}}{_error('ModelError', _AS_JSON)}#end#end",
    ]
)
_REFUSED = "".join(
    [
        _MESSAGE,
        f"#if($message.contains('Rate exceeded')){_override(429)}{_THROTTLED}",
        f"#elseif($message.matches('Endpoint .* not found.*')){_override(503)}{_NO_ENDPOINT}",
        f"#{{else}}{_error('ValidationError', _AS_JSON)}#end",
    ]
)

ANSWER_RULES = (
    AnswerRule("200", "200", None),
    AnswerRule("400", "400", _REFUSED),
    AnswerRule("413", "413", _TOO_LARGE),
    AnswerRule("424", "424", _MODEL_ERROR),
    AnswerRule("429", "429", _THROTTLED),
    AnswerRule("503", "503", _UNAVAILABLE),
    AnswerRule(None, "502", _FAILED),
)

REQUEST_HEADERS = (
    "Accept",
    "Content-Type",
    "X-Amzn-SageMaker-Custom-Attributes",
    "X-Amzn-SageMaker-Inference-Id",
    "X-Amzn-SageMaker-Target-Model",
    "X-Amzn-SageMaker-Target-Variant",
)
"""What SageMaker is told of a request's headers."""

RESPONSE_HEADERS = ("Content-Type", "X-Amzn-SageMaker-Custom-Attributes", "x-Amzn-Invoked-Production-Variant")
"""What the caller is told of SageMaker's."""

_REFUSAL = (
    '{"error": {"type": "$context.error.responseType", "message": $context.error.messageString, "row": null, '
    '"column": null}}'
)
REFUSALS = {
    "BAD_REQUEST_BODY": (
        '{"error": {"type": "$context.error.responseType", "message": "$context.error.validationErrorString", '
        '"row": null, "column": null}}'
    ),
    "DEFAULT_4XX": _REFUSAL,
    "DEFAULT_5XX": _REFUSAL,
}
"""By the type of API Gateway's refusal, its body; the status stays API Gateway's."""
