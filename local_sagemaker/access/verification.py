"""Has the signature of each request verified before a service sees it.

S3 is left out: its bodies may come in signed chunks or unsigned, and its signatures in forms. So is what decides by
itself whether a signature is needed (`elsewhere`). A request that has none is refused where the service is known
to take only signed ones, and else left to the service.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import UNSIGNED_REQUESTS

from local_sagemaker.access.signature_errors import SignatureError
from local_sagemaker.access.signatures import missing_token, verify
from local_sagemaker.access.signed_requests import SignedRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Environ = Mapping[str, Any]
    Application = Callable[..., Iterable[bytes]]

_ENDPOINTS = re.compile(r"/endpoints/[^/]+/(?:invocations(?:-response-stream)?|async-invocations)")
_FUNCTIONS = re.compile(r"/2015-03-31/functions/.+/invocations/?")
_S3 = {"s3", "s3express"}


def verifying(app: Application, elsewhere: Iterable[Callable[[Environ], bool]] = ()) -> Application:
    """Put the verification of signatures before an application.

    Parameters
    ----------
    app
        The WSGI application that answers what is let through.
    elsewhere
        Each says whether it is itself that verifies a request; these are let through as they are.
    """
    rooms = tuple(elsewhere)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        signed = SignedRequest.read(environ)
        scope = "" if signed is None else signed.service
        service = _service(environ)
        if scope in _S3 or (service is None and any(takes(environ) for takes in rooms)):
            return app(environ, start_response)
        try:
            if signed is None:
                if service is not None:
                    raise missing_token()
            elif signed.access_key_id or service is not None:
                verify(signed, service=service or None)
        except SignatureError as error:
            refusal = error.answer(environ, service or scope)
            headers = {**refusal.headers, "Content-Length": str(len(refusal.body))}
            start_response(f"{refusal.status} {HTTPStatus(refusal.status).phrase}", list(headers.items()))
            return [refusal.body]
        return app(environ, start_response)

    return answer


def _service(environ: Environ) -> str | None:
    """Say for which service a request must be signed: an empty name for any, None where it need not be signed."""
    path = environ.get("PATH_INFO", "")
    if environ["REQUEST_METHOD"] == "POST":
        if _ENDPOINTS.fullmatch(path):
            return "sagemaker"
        if _FUNCTIONS.fullmatch(path):
            return "lambda"
    prefix = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")[0]
    if not prefix or prefix in UNSIGNED_REQUESTS:
        return None
    return "sagemaker" if prefix == "SageMaker" else ""
