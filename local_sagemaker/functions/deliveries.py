"""Calls of functions by other services of the local cloud: SNS, SQS, S3, EventBridge, streams and the like.

moto's services have the event ready and call ``LambdaFunction.invoke``, which would run the function in Docker. Who
waits for the end and who does not: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html.
"""

from __future__ import annotations

import json
import logging
import uuid
from typing import TYPE_CHECKING, Any

from local_sagemaker.functions.answers import LambdaError
from local_sagemaker.functions.invocations import call, refuse_what_cannot_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from local_sagemaker.functions.service import FunctionService

# What their records say of themselves, SNS's with a capital letter.
_NOT_WAITING = ("aws:sns", "aws:s3")

logger = logging.getLogger(__name__)


def invoke_through(service: FunctionService) -> Callable[[Any, str, Any, MutableMapping[str, Any]], bytes]:
    """Make what stands in the place of ``LambdaFunction.invoke``.

    A failure is logged and noted in the response headers, which SQS looks at; it is not the sender's.

    Parameters
    ----------
    service
        Calls functions.
    """

    def invoke(self: Any, body: str, request_headers: Any, response_headers: MutableMapping[str, Any]) -> bytes:
        del request_headers
        event = body.encode()
        request_id = str(uuid.uuid4())
        try:
            if not _waits(json.loads(event)):
                refuse_what_cannot_run(self)
                service.call_later(self, event, request_id)
                return b""
            outcome = call(service, self, event, request_id)
        except LambdaError as error:
            reason = str(error)
        else:
            if not outcome.failed:
                return outcome.payload
            reason = outcome.payload.decode()
        response_headers["x-amz-function-error"] = "Unhandled"
        logger.warning("a call of %s by another service failed: %s", self.function_name, reason)
        return b""

    return invoke


def _waits(event: Mapping[str, Any]) -> bool:
    """Say whether who sends an event waits for the end: SNS, S3, EventBridge and subscriptions to logs do not."""
    if "detail-type" in event or "awslogs" in event:
        return False
    records = event.get("Records") or [{}]
    return (records[0].get("EventSource") or records[0].get("eventSource")) not in _NOT_WAITING
