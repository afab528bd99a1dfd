"""InvokeEndpoint in its three forms: from a signed HTTP request to the container and back.

It stands in front of moto as a WSGI application of its own, because a prediction is the one request whose time
counts. Shapes and headers: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html.
"""

from __future__ import annotations

import time
import uuid
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from local_sagemaker.access.rights import caller
from local_sagemaker.data_plane_errors import AccessDeniedError
from local_sagemaker.hosting.deployments import INVOCATION_TIMEOUT, STREAM_TIMEOUT
from local_sagemaker.invocations.async_invocations import AsyncInvocations
from local_sagemaker.invocations.exchanges import STREAM, Call, Exchange
from local_sagemaker.invocations.invocation import Invocation, no_target_model, refusal
from local_sagemaker.invocations.invocation_errors import Answer, InvocationError, model_error
from local_sagemaker.invocations.shadowing import Shadowing
from local_sagemaker.invocations.streamed_invocations import StreamedInvocations
from local_sagemaker.invocations.transcripts import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
    from local_sagemaker.invocations.data_capture import DataCapture
    from local_sagemaker.invocations.response_streams import ResponseStream
    from local_sagemaker.invocations.routing import Router
    from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics

    Environ = Mapping[str, Any]
    StartResponse = Callable[[str, list[tuple[str, str]]], Any]

# Bytes: the largest body of InvokeEndpoint.
MAX_BODY_BYTES = 6 * 1024 * 1024
# Bytes, of a serverless endpoint.
MAX_SERVERLESS_BODY_BYTES = 4 * 1024 * 1024
_CHUNK_BYTES = 1 << 20


class Invocations:
    """The WSGI application of InvokeEndpoint.

    Parameters
    ----------
    find_router
        Gives the router of an endpoint that is in service, else None.
    metrics
        Where each invocation is counted.
    capture
        Where requests and answers of endpoints with data capture go.
    account_id
        Account that callers without credentials of their own belong to.
    timeout
        Seconds that a container may take to answer.
    stream_timeout
        Seconds that it may take until an answer that is streamed is whole.
    """

    def __init__(
        self,
        find_router: Callable[[EndpointIdentity], Router | None],
        metrics: InvocationMetrics,
        capture: DataCapture,
        *,
        account_id: str,
        timeout: float = INVOCATION_TIMEOUT,
        stream_timeout: float = STREAM_TIMEOUT,
    ) -> None:
        self._find_router = find_router
        self._metrics = metrics
        self._account_id = account_id
        self._timeout = timeout
        self._stream_timeout = stream_timeout
        self._capture = capture
        self._shadowing = Shadowing(metrics, capture)
        self._streamed = StreamedInvocations(capture, self._shadowing)
        self._async = AsyncInvocations(metrics)

    @staticmethod
    def takes(environ: Environ) -> bool:
        """Say whether a request is for this application."""
        return Call.is_one(environ)

    def backlog(self, arn: str) -> int:
        """Give how many asynchronous requests of an endpoint wait or are being answered."""
        return self._async.backlog(arn)

    def oldest(self, arn: str) -> float | None:
        """Give for how many seconds the oldest of them has waited; None where none waits."""
        return self._async.oldest(arn)

    def close(self) -> None:
        """Wait for the copies of requests and the asynchronous requests that are under way."""
        self._shadowing.close()
        self._async.close()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request that `takes` has let through."""
        try:
            answer: Answer | ResponseStream = self._answer(environ)
        except InvocationError as error:
            answer = error.answer()
        headers = {**answer.headers, "x-amzn-RequestId": str(uuid.uuid4())}
        body: Iterable[bytes]
        if isinstance(answer, Answer):
            body, headers["Content-Length"] = [answer.body], str(len(answer.body))
        else:
            body = answer
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        return body

    def _answer(self, environ: Environ) -> Answer | ResponseStream:
        started = time.monotonic()
        body = _read_body(environ)
        call = Call.read(environ, self._account_id)
        self._authorize(call)
        if call.action == "InvokeEndpointAsync":
            return self._async.accept(call, environ, body, partial(self._router_of, call.endpoint))
        router = self._router_of(call.endpoint)
        if router.fleet.async_config is not None:
            raise refusal(
                f"Endpoint {call.endpoint.name} is configured for asynchronous inference: use InvokeEndpointAsync."
            )
        if router.fleet.is_serverless and len(body) > MAX_SERVERLESS_BODY_BYTES:
            raise _too_long(MAX_SERVERLESS_BODY_BYTES)
        _check_target_model(call, router)
        streams = call.action == STREAM
        # AWS gives the containers of serverless endpoints a minute, without a word on streams.
        timeout = self._stream_timeout if streams and not router.fleet.is_serverless else self._timeout
        invocation = Invocation(Exchange(call, router, body, timeout), router, self._metrics, started)
        # The key is that of the server that calls this application, werkzeug's.
        return self._streamed.begin(invocation, environ.get("werkzeug.socket")) if streams else self._whole(invocation)

    def _whole(self, invocation: Invocation) -> Answer:
        exchange = invocation.exchange
        with invocation.asking():
            response = exchange.run()
        invocation.count(response.status)
        if invocation.router.mirrors():
            self._shadowing.send(exchange.copy_for_shadow(), Transcript.of(response))
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise model_error(exchange.call.endpoint, response)
        self._capture.record(exchange, response)
        return Answer(200, invocation.headers(response.headers, "Content-Type"), response.body)

    def _router_of(self, endpoint: EndpointIdentity) -> Router:
        router = self._find_router(endpoint)
        if router is None:
            raise refusal(f"Endpoint {endpoint.name} of account {endpoint.account_id} not found.")
        return router

    def _authorize(self, call: Call) -> None:
        endpoint = call.endpoint
        principal = caller(call.access_key_id, account_id=endpoint.account_id, region=endpoint.region)
        if principal is None:
            return
        try:
            principal.authorize(f"sagemaker:{call.action}", endpoint.arn)
        except AccessDeniedError as error:
            raise InvocationError(403, "AccessDeniedException", error.statement) from None


def _check_target_model(call: Call, router: Router) -> None:
    if router.fleet.is_multi_model and call.target_model is None:
        raise no_target_model()
    if call.target_model is not None and not router.fleet.is_multi_model:
        raise refusal(
            f"Endpoint {call.endpoint.name} is not a multi-model endpoint and does not support target model header."
        )


def _too_long(most: int) -> InvocationError:
    return InvocationError(413, None, f"HTTP content length exceeded {most} bytes.")


def _read_body(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    stream = environ["wsgi.input"]
    if length > MAX_BODY_BYTES:
        # Read to the end, else the caller sees a broken connection instead of the message.
        while length > 0:
            length -= len(stream.read(min(length, _CHUNK_BYTES))) or length
        raise _too_long(MAX_BODY_BYTES)
    body: bytes = stream.read(length)
    return body
