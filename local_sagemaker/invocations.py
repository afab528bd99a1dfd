"""InvokeEndpoint: from a signed HTTP request to the container that answers it, and back in AWS's words.

It stands in front of moto as a WSGI application of its own, because a prediction is the one request whose time
counts. Shapes and headers: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from local_sagemaker.container_client import ContainerResponse, NotConnectedError
from local_sagemaker.data_plane_errors import (
    AccessDeniedError,
    DataPlaneError,
    InvocationTimeoutError,
    UnreachableError,
)
from local_sagemaker.deployments import INVOCATION_TIMEOUT
from local_sagemaker.endpoint_identity import EndpointIdentity
from local_sagemaker.rights import caller
from local_sagemaker.routing import Lease, NoSuchVariantError, NoTrafficError, Router

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local_sagemaker.invocation_metrics import InvocationMetrics

    Environ = Mapping[str, Any]
    StartResponse = Callable[[str, list[tuple[str, str]]], Any]

# Bytes: the largest body of InvokeEndpoint.
MAX_BODY_BYTES = 6 * 1024 * 1024
_PATH = re.compile(r"/endpoints/([^/]+)/invocations")
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/sagemaker/")
_CHUNK_BYTES = 1 << 20
# Seconds.
_RECONNECT_PAUSE = 0.005
# What the container is told beside the body; hop-by-hop and signature headers stay here.
_PASSED_ON = {
    "CONTENT_TYPE": "Content-Type",
    "HTTP_ACCEPT": "Accept",
    "HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES": "X-Amzn-SageMaker-Custom-Attributes",
    "HTTP_X_AMZN_SAGEMAKER_TARGET_MODEL": "X-Amzn-SageMaker-Target-Model",
    "HTTP_X_AMZN_SAGEMAKER_INFERENCE_ID": "X-Amzn-SageMaker-Inference-Id",
    "HTTP_X_AMZN_SAGEMAKER_SESSION_ID": "X-Amzn-SageMaker-Session-Id",
}
_PASSED_BACK = {
    "x-amzn-sagemaker-custom-attributes": "X-Amzn-SageMaker-Custom-Attributes",
    "x-amzn-sagemaker-new-session-id": "X-Amzn-SageMaker-New-Session-Id",
    "x-amzn-sagemaker-closed-session-id": "X-Amzn-SageMaker-Closed-Session-Id",
}
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)


class Answer(NamedTuple):
    """An HTTP response to the caller."""

    status: int
    headers: dict[str, str]
    body: bytes


class InvocationError(Exception):
    """An error response of the service itself.

    Parameters
    ----------
    status
        HTTP status.
    code
        Error type, or None where AWS gives none and clients show the status instead.
    message
        Text.
    members
        Further members of the error's shape.
    """

    def __init__(self, status: int, code: str | None, message: str, **members: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.members = {"Message": message, "message": message, **members}

    def answer(self) -> Answer:
        """Give it as an HTTP response."""
        headers = {"Content-Type": "application/json"}
        if self.code is not None:
            headers["x-amzn-ErrorType"] = self.code
        return Answer(self.status, headers, json.dumps(self.members).encode())


class Invocations:
    """The WSGI application of InvokeEndpoint.

    Parameters
    ----------
    find_router
        Gives the router of an endpoint that is in service, else None.
    metrics
        Where each invocation is counted.
    account_id
        Account that callers without credentials of their own belong to.
    timeout
        Seconds that a container may take to answer.
    """

    def __init__(
        self,
        find_router: Callable[[EndpointIdentity], Router | None],
        metrics: InvocationMetrics,
        *,
        account_id: str,
        timeout: float = INVOCATION_TIMEOUT,
    ) -> None:
        self._find_router = find_router
        self._metrics = metrics
        self._account_id = account_id
        self._timeout = timeout

    @staticmethod
    def takes(environ: Environ) -> bool:
        """Say whether a request is an InvokeEndpoint; S3 may well have such a path too."""
        return (
            environ["REQUEST_METHOD"] == "POST"
            and _PATH.fullmatch(environ.get("PATH_INFO", "")) is not None
            and _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "")) is not None
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request that `takes` has let through."""
        try:
            answer = self._answer(environ)
        except InvocationError as error:
            answer = error.answer()
        headers = {**answer.headers, "Content-Length": str(len(answer.body)), "x-amzn-RequestId": str(uuid.uuid4())}
        start_response(f"{answer.status} {_phrase(answer.status)}", list(headers.items()))
        return [answer.body]

    def _answer(self, environ: Environ) -> Answer:
        started = time.monotonic()
        body = _read_body(environ)
        path = _PATH.fullmatch(environ["PATH_INFO"])
        credential = _CREDENTIAL.search(environ["HTTP_AUTHORIZATION"])
        if path is None or credential is None:
            raise AssertionError("only what takes() lets through comes here")
        endpoint = EndpointIdentity(unquote(path[1]), self._account_id, credential[2])
        self._authorize(credential[1], endpoint)
        router = self._find_router(endpoint)
        if router is None:
            raise InvocationError(
                400, "ValidationError", f"Endpoint {endpoint.name} of account {endpoint.account_id} not found."
            )
        headers = {name: environ[key] for key, name in _PASSED_ON.items() if environ.get(key)}
        target = environ.get("HTTP_X_AMZN_SAGEMAKER_TARGET_VARIANT")
        exchange = _Exchange(endpoint, router, target, body, headers, started + self._timeout)
        try:
            response = exchange.run()
        except NoSuchVariantError:
            raise InvocationError(
                400,
                "ValidationError",
                f"Variant {target} of endpoint {endpoint.name} of account {endpoint.account_id} not found.",
            ) from None
        except NoTrafficError as error:
            raise InvocationError(
                400, "ValidationError", f"Endpoint {endpoint.name} takes no traffic: {error}."
            ) from None
        except DataPlaneError as error:
            self._count(exchange, started, 0)
            raise _model_error(endpoint, error) from error
        self._count(exchange, started, response.status)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise _model_error(endpoint, response)
        answered = {name: response.headers[key] for key, name in _PASSED_BACK.items() if key in response.headers}
        if "content-type" in response.headers:
            answered["Content-Type"] = response.headers["content-type"]
        answered["x-Amzn-Invoked-Production-Variant"] = exchange.variant
        return Answer(200, answered, response.body)

    def _authorize(self, access_key_id: str, endpoint: EndpointIdentity) -> None:
        principal = caller(access_key_id, account_id=endpoint.account_id, region=endpoint.region)
        if principal is None:
            return
        try:
            principal.authorize("sagemaker:InvokeEndpoint", endpoint.arn)
        except AccessDeniedError as error:
            raise InvocationError(403, "AccessDeniedException", error.statement) from None

    def _count(self, exchange: _Exchange, started: float, status: int) -> None:
        total = time.monotonic() - started
        self._metrics.record(
            exchange.endpoint,
            exchange.variant,
            status=status,
            model_latency=exchange.model_latency,
            overhead_latency=max(total - exchange.model_latency, 0.0),
        )


class _Exchange:
    """One invocation on its way through the router to a container."""

    def __init__(
        self,
        endpoint: EndpointIdentity,
        router: Router,
        target: str | None,
        body: bytes,
        headers: Mapping[str, str],
        deadline: float,
    ) -> None:
        self.endpoint = endpoint
        self.variant = target or ""
        self.model_latency = 0.0
        self._router = router
        self._target = target
        self._body = body
        self._headers = headers
        self._deadline = deadline

    def run(self) -> ContainerResponse:
        """Ask a container; one that has not seen the request may be followed by another."""
        retried = False
        while True:
            with self._router.lease(self._target, self._deadline) as lease:
                self.variant = lease.variant
                began = time.monotonic()
                try:
                    return self._ask(lease)
                except NotConnectedError:
                    # Its process has just ended and the router will know in a moment, or its listen queue is full.
                    time.sleep(_RECONNECT_PAUSE)
                except UnreachableError:
                    # An idle connection may have been closed by the server as the request was sent. A container
                    # that has died over the request does not get it again, nor does another.
                    if retried or lease.container.pid is None:
                        raise
                    retried = True
                finally:
                    self.model_latency = time.monotonic() - began

    def _ask(self, lease: Lease) -> ContainerResponse:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise InvocationTimeoutError("no container was ready in time")
        return lease.container.client.request(
            "POST", "/invocations", body=self._body, headers=self._headers, timeout=remaining
        )


def _read_body(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    stream = environ["wsgi.input"]
    if length > MAX_BODY_BYTES:
        # Read to the end, else the caller sees a broken connection instead of the message.
        while length > 0:
            length -= len(stream.read(min(length, _CHUNK_BYTES))) or length
        raise InvocationError(413, None, f"HTTP content length exceeded {MAX_BODY_BYTES} bytes.")
    body: bytes = stream.read(length)
    return body


def _model_error(endpoint: EndpointIdentity, cause: ContainerResponse | DataPlaneError) -> InvocationError:
    if isinstance(cause, ContainerResponse):
        status, text = cause.status, cause.body.decode("utf-8", "replace")
        told = f'with message "{text}"'
    elif isinstance(cause, InvocationTimeoutError):
        status, text = 0, _TIMED_OUT
        told = f'with message "{text}"'
    else:
        status, text = 500, ""
        told = "and could not load the entire response body"
    side = "client" if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR else "server"
    console = f"https://{endpoint.region}.console.aws.amazon.com/cloudwatch/home?region={endpoint.region}"
    message = (
        f"Received {side} error ({status}) from primary {told}. See {console}#logEventViewer:"
        f"group={endpoint.log_group} in account {endpoint.account_id} for more information."
    )
    return InvocationError(
        424,
        "ModelError",
        message,
        OriginalStatusCode=status,
        OriginalMessage=text,
        LogStreamArn=endpoint.log_group_arn,
    )


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase
