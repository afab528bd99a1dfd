"""InvokeEndpoint, and its form with a response stream: from a signed HTTP request to the container and back.

It stands in front of moto as a WSGI application of its own, because a prediction is the one request whose time
counts. Shapes and headers: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html.
"""

from __future__ import annotations

import re
import time
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from local_sagemaker.hosting.container_client import ContainerResponse, NotConnectedError, StaleConnectionError
from local_sagemaker.hosting.data_plane_errors import AccessDeniedError, DataPlaneError, InvocationTimeoutError
from local_sagemaker.hosting.deployments import INVOCATION_TIMEOUT
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.hosting.invocation_errors import Answer, InvocationError, model_error
from local_sagemaker.hosting.response_streams import streamed
from local_sagemaker.hosting.rights import caller
from local_sagemaker.hosting.routing import Lease, NoSuchVariantError, NoTrafficError, Router

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local_sagemaker.hosting.invocation_metrics import InvocationMetrics

    Environ = Mapping[str, Any]
    StartResponse = Callable[[str, list[tuple[str, str]]], Any]

# Bytes: the largest body of InvokeEndpoint.
MAX_BODY_BYTES = 6 * 1024 * 1024
_PATH = re.compile(r"/endpoints/([^/]+)/invocations(-response-stream)?")
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/sagemaker/")
_CHUNK_BYTES = 1 << 20
# Seconds.
_RECONNECT_PAUSE = 0.005
# What the container is told beside the body; hop-by-hop and signature headers stay here.
_PASSED_ON = {
    "CONTENT_TYPE": "Content-Type",
    "HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES": "X-Amzn-SageMaker-Custom-Attributes",
    "HTTP_X_AMZN_SAGEMAKER_TARGET_MODEL": "X-Amzn-SageMaker-Target-Model",
    "HTTP_X_AMZN_SAGEMAKER_INFERENCE_ID": "X-Amzn-SageMaker-Inference-Id",
    "HTTP_X_AMZN_SAGEMAKER_SESSION_ID": "X-Amzn-SageMaker-Session-Id",
}
# A response stream is asked for with another name for what the caller accepts.
_ACCEPT = {False: "HTTP_ACCEPT", True: "HTTP_X_AMZN_SAGEMAKER_ACCEPT"}
_PASSED_BACK = {
    "x-amzn-sagemaker-custom-attributes": "X-Amzn-SageMaker-Custom-Attributes",
    "x-amzn-sagemaker-new-session-id": "X-Amzn-SageMaker-New-Session-Id",
    "x-amzn-sagemaker-closed-session-id": "X-Amzn-SageMaker-Closed-Session-Id",
}


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
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        return [answer.body]

    def _answer(self, environ: Environ) -> Answer:
        started = time.monotonic()
        body = _read_body(environ)
        call = _Call.read(environ, self._account_id)
        self._authorize(call)
        endpoint = call.endpoint
        router = self._find_router(endpoint)
        if router is None:
            raise _refusal(f"Endpoint {endpoint.name} of account {endpoint.account_id} not found.")
        exchange = _Exchange(call, router, body, started + self._timeout)
        try:
            response = exchange.run()
        except NoSuchVariantError:
            raise _refusal(
                f"Variant {call.target_variant} of endpoint {endpoint.name} of account {endpoint.account_id} not found."
            ) from None
        except NoTrafficError as error:
            raise _refusal(f"Endpoint {endpoint.name} takes no traffic: {error}.") from None
        except DataPlaneError as error:
            self._count(exchange, started, 0)
            raise model_error(endpoint, error) from error
        self._count(exchange, started, response.status)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise model_error(endpoint, response)
        answered = {name: response.headers[key] for key, name in _PASSED_BACK.items() if key in response.headers}
        if "content-type" in response.headers:
            answered["Content-Type"] = response.headers["content-type"]
        answered["x-Amzn-Invoked-Production-Variant"] = exchange.variant
        answer = Answer(200, answered, response.body)
        return streamed(answer) if call.stream else answer

    def _authorize(self, call: _Call) -> None:
        endpoint = call.endpoint
        principal = caller(call.access_key_id, account_id=endpoint.account_id, region=endpoint.region)
        if principal is None:
            return
        action = "InvokeEndpointWithResponseStream" if call.stream else "InvokeEndpoint"
        try:
            principal.authorize(f"sagemaker:{action}", endpoint.arn)
        except AccessDeniedError as error:
            raise InvocationError(403, "AccessDeniedException", error.statement) from None

    def _count(self, exchange: _Exchange, started: float, status: int) -> None:
        total = time.monotonic() - started
        self._metrics.record(
            exchange.call.endpoint,
            exchange.variant,
            status=status,
            model_latency=exchange.model_latency,
            overhead_latency=max(total - exchange.model_latency, 0.0),
        )


class _Call(NamedTuple):
    """What a request asks for."""

    endpoint: EndpointIdentity
    access_key_id: str
    stream: bool
    target_variant: str | None
    headers: Mapping[str, str]

    @classmethod
    def read(cls, environ: Environ, account_id: str) -> _Call:
        path = _PATH.fullmatch(environ["PATH_INFO"])
        credential = _CREDENTIAL.search(environ["HTTP_AUTHORIZATION"])
        if path is None or credential is None:
            raise AssertionError("only what takes() lets through comes here")
        stream = path[2] is not None
        passed_on = {_ACCEPT[stream]: "Accept", **_PASSED_ON}
        return cls(
            endpoint=EndpointIdentity(path[1], account_id, credential[2]),
            access_key_id=credential[1],
            stream=stream,
            target_variant=environ.get("HTTP_X_AMZN_SAGEMAKER_TARGET_VARIANT"),
            headers={name: environ[key] for key, name in passed_on.items() if environ.get(key)},
        )


class _Exchange:
    """One invocation on its way through the router to a container."""

    def __init__(self, call: _Call, router: Router, body: bytes, deadline: float) -> None:
        self.call = call
        self.variant = call.target_variant or ""
        self.model_latency = 0.0
        self._router = router
        self._body = body
        self._deadline = deadline

    def run(self) -> ContainerResponse:
        """Ask a container; one that has not seen the request may be followed by another."""
        retried = False
        while True:
            with self._router.lease(self.call.target_variant, self._deadline) as lease:
                self.variant = lease.variant
                began = time.monotonic()
                try:
                    return self._ask(lease)
                except NotConnectedError:
                    # Its process has just ended and the router will know in a moment, or its listen queue is full.
                    time.sleep(_RECONNECT_PAUSE)
                except StaleConnectionError:
                    # A container that has died over the request does not get it again, nor does another.
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
            "POST", "/invocations", body=self._body, headers=self.call.headers, timeout=remaining
        )


def _refusal(message: str) -> InvocationError:
    return InvocationError(400, "ValidationError", message)


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
