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
from local_sagemaker.containers.loaded_models import ModelNotReadyError, NoTargetModelError
from local_sagemaker.containers.multi_model_container import NoSuchModelError
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError
from local_sagemaker.hosting.deployments import INVOCATION_TIMEOUT
from local_sagemaker.invocations.async_invocations import AsyncInvocations
from local_sagemaker.invocations.exchanges import Call, Exchange
from local_sagemaker.invocations.invocation_errors import Answer, InvocationError, model_error
from local_sagemaker.invocations.response_streams import streamed
from local_sagemaker.invocations.routing import NoSuchVariantError, NoTrafficError, ThrottledError
from local_sagemaker.invocations.shadowing import Shadowing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
    from local_sagemaker.invocations.data_capture import DataCapture
    from local_sagemaker.invocations.routing import Router
    from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics

    Environ = Mapping[str, Any]
    StartResponse = Callable[[str, list[tuple[str, str]]], Any]

# Bytes: the largest body of InvokeEndpoint.
MAX_BODY_BYTES = 6 * 1024 * 1024
# Bytes, of a serverless endpoint.
MAX_SERVERLESS_BODY_BYTES = 4 * 1024 * 1024
_CHUNK_BYTES = 1 << 20
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
    capture
        Where requests and answers of endpoints with data capture go.
    account_id
        Account that callers without credentials of their own belong to.
    timeout
        Seconds that a container may take to answer.
    """

    def __init__(
        self,
        find_router: Callable[[EndpointIdentity], Router | None],
        metrics: InvocationMetrics,
        capture: DataCapture,
        *,
        account_id: str,
        timeout: float = INVOCATION_TIMEOUT,
    ) -> None:
        self._find_router = find_router
        self._metrics = metrics
        self._account_id = account_id
        self._timeout = timeout
        self._capture = capture
        self._shadowing = Shadowing(metrics, capture)
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
            answer = self._answer(environ)
        except InvocationError as error:
            answer = error.answer()
        headers = {**answer.headers, "Content-Length": str(len(answer.body)), "x-amzn-RequestId": str(uuid.uuid4())}
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        return [answer.body]

    def _answer(self, environ: Environ) -> Answer:
        started = time.monotonic()
        body = _read_body(environ)
        call = Call.read(environ, self._account_id)
        self._authorize(call)
        if call.action == "InvokeEndpointAsync":
            return self._async.accept(call, environ, body, partial(self._router_of, call.endpoint))
        endpoint = call.endpoint
        router = self._router_of(endpoint)
        if router.fleet.async_config is not None:
            raise _refusal(
                f"Endpoint {endpoint.name} is configured for asynchronous inference: use InvokeEndpointAsync."
            )
        if router.fleet.is_serverless and len(body) > MAX_SERVERLESS_BODY_BYTES:
            raise _too_long(MAX_SERVERLESS_BODY_BYTES)
        _check_target_model(call, router)
        exchange = Exchange(call, router, body, self._timeout)
        try:
            response = exchange.run()
        except NoSuchVariantError:
            raise _refusal(
                f"Variant {call.target_variant} of endpoint {endpoint.name} of account {endpoint.account_id} not found."
            ) from None
        except NoTrafficError as error:
            raise _refusal(f"Endpoint {endpoint.name} takes no traffic: {error}.") from None
        except NoTargetModelError:
            raise _no_target_model() from None
        except NoSuchModelError as error:
            raise _refusal(str(error)) from None
        except ModelNotReadyError as error:
            raise InvocationError(429, "ModelNotReadyException", f"{call.target_model}: {error}") from None
        except ThrottledError:
            raise InvocationError(429, "ThrottlingException", "Rate exceeded") from None
        except DataPlaneError as error:
            self._count(exchange, router, started, 0)
            raise model_error(endpoint, error) from error
        self._count(exchange, router, started, response.status)
        if router.mirrors():
            self._shadowing.send(exchange.copy_for_shadow(), response)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise model_error(endpoint, response)
        self._capture.record(exchange, response)
        answered = {name: response.headers[key] for key, name in _PASSED_BACK.items() if key in response.headers}
        if "content-type" in response.headers:
            answered["Content-Type"] = response.headers["content-type"]
        answered["x-Amzn-Invoked-Production-Variant"] = exchange.variant
        answer = Answer(200, answered, response.body)
        return streamed(answer) if call.action == "InvokeEndpointWithResponseStream" else answer

    def _router_of(self, endpoint: EndpointIdentity) -> Router:
        router = self._find_router(endpoint)
        if router is None:
            raise _refusal(f"Endpoint {endpoint.name} of account {endpoint.account_id} not found.")
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

    def _count(self, exchange: Exchange, router: Router, started: float, status: int) -> None:
        total = time.monotonic() - started
        self._metrics.record(
            exchange.call.endpoint,
            # One that no instance took counts for the first variant.
            exchange.variant or next(iter(router.fleet.variants)),
            status=status,
            model_latency=exchange.model_latency,
            overhead_latency=max(total - exchange.model_latency, 0.0),
            load=exchange.load,
            streamed=exchange.call.action == "InvokeEndpointWithResponseStream",
        )


def _check_target_model(call: Call, router: Router) -> None:
    if router.fleet.is_multi_model and call.target_model is None:
        raise _no_target_model()
    if call.target_model is not None and not router.fleet.is_multi_model:
        raise _refusal(
            f"Endpoint {call.endpoint.name} is not a multi-model endpoint and does not support target model header."
        )


def _no_target_model() -> InvocationError:
    return _refusal(f"Request {uuid.uuid4()} is missing a target model header.")


def _refusal(message: str) -> InvocationError:
    return InvocationError(400, "ValidationError", message)


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
