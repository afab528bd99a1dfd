"""What AWS answers a request whose signature it does not take: by error, in the form of the service's protocol.

Codes and statuses: https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html and
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html.

==============================  ===================================  =================================
protocol                        form                                 status
==============================  ===================================  =================================
JSON (SageMaker, Logs)          ``{"__type": code, "message": ...}`` 400
REST in JSON (runtime, Lambda)  header ``x-amzn-ErrorType``          403
query (IAM, STS)                ``<ErrorResponse>``, codes of its    403; 400 of an incomplete signature
                                own
==============================  ===================================  =================================
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING = "MissingAuthenticationTokenException"
INCOMPLETE = "IncompleteSignatureException"
UNKNOWN_KEY = "UnrecognizedClientException"
INVALID = "InvalidSignatureException"
EXPIRED = "ExpiredTokenException"

_QUERY_CODES = {
    MISSING: "MissingAuthenticationToken",
    INCOMPLETE: "IncompleteSignature",
    UNKNOWN_KEY: "InvalidClientTokenId",
    INVALID: "SignatureDoesNotMatch",
    EXPIRED: "ExpiredToken",
}
_IN_XML = {"cloudfront", "route53"}


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class SignatureError(Exception):
    """A request whose signature is not taken.

    Parameters
    ----------
    code
        As services with JSON call it.
    message
        Text.
    hint
        What the services that tell more put after it.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message + hint)
        self.code = code
        self.message = message
        self.hint = hint

    def answer(self, environ: Mapping[str, Any], service: str) -> Answer:
        """Give it as an HTTP answer.

        Parameters
        ----------
        environ
            The request, which shows the protocol.
        service
            Whose it is, as signatures name services.
        """
        content_type = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
        request_id = str(uuid.uuid4())
        if content_type == "application/x-www-form-urlencoded" or service in _IN_XML:
            error = (
                f"<Type>Sender</Type><Code>{_QUERY_CODES[self.code]}</Code><Message>{escape(self.message)}</Message>"
            )
            document = f"<ErrorResponse><Error>{error}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
            headers = {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}
            return Answer(400 if self.code == INCOMPLETE else 403, headers, document.encode())
        headers = {"x-amzn-RequestId": request_id}
        if "HTTP_X_AMZ_TARGET" in environ:
            headers["Content-Type"] = content_type or "application/x-amz-json-1.1"
            return Answer(400, headers, json.dumps({"__type": self.code, "message": str(self)}).encode())
        headers |= {"Content-Type": "application/json", "x-amzn-ErrorType": self.code}
        return Answer(403, headers, json.dumps({"message": str(self)}).encode())
