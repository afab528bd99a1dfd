"""InvokeEndpointAsync: requests from S3, answers into S3, and a word to the topics.

Shapes and limits: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html,
notifications: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.sns.exceptions import SNSException
from moto.sns.models import sns_backends

from local_sagemaker.access.artifacts import Location
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.invocations.async_storage import AsyncStorage
from local_sagemaker.invocations.exchanges import Exchange
from local_sagemaker.invocations.invocation_errors import Answer, InvocationError, model_error
from local_sagemaker.monitoring.invocation_metrics import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from local_sagemaker.access.rights import Principal
    from local_sagemaker.containers.container_client import ContainerResponse
    from local_sagemaker.invocations.exchanges import Call
    from local_sagemaker.invocations.routing import Router
    from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics

# Bytes, of a request in the call itself.
MAX_INLINE_BYTES = 128_000
# What S3 calls an object of which nobody said what it is.
UNKNOWN_TYPE = "binary/octet-stream"
# Seconds: InvocationTimeoutSeconds and RequestTTLSeconds where a request names none.
INVOCATION_TIMEOUT = 900
REQUEST_TTL = 21_600
# Requests at once where the configuration names no number: SageMaker chooses, and a laptop has few cores.
CONCURRENT_REQUESTS = 4
_THREADS = 16

logger = logging.getLogger(__name__)


class AsyncRequest(NamedTuple):
    """One request that was accepted.

    Attributes
    ----------
    input_location
        Where it lies; None where it came in the call.
    body
        What came in the call.
    received
        Seconds since the epoch.
    """

    call: Call
    inference_id: str
    input_location: str | None
    body: bytes
    output: Location
    failure: Location | None
    received: float
    timeout: float
    time_to_live: float


class AsyncInvocations:
    """Takes requests, answers them in threads, and says how many wait.

    Parameters
    ----------
    metrics
        Where backlog and answers are counted.
    """

    def __init__(self, metrics: InvocationMetrics) -> None:
        self._metrics = metrics
        # One for each endpoint: requests that wait for an instance hold their threads.
        self._executors: dict[str, ThreadPoolExecutor] = {}
        self._lock = threading.Condition()
        self._busy: dict[str, int] = {}
        # Those that wait, by the endpoint: when each came.
        self._waiting: dict[str, list[float]] = {}
        self._closed = False

    def accept(self, call: Call, environ: Mapping[str, Any], body: bytes, find_router: Callable[[], Router]) -> Answer:
        """Take a request and say where its answer will be.

        Parameters
        ----------
        call
            The head, as it was read.
        environ
            WSGI environment, for what only these requests have.
        body
            Of the call.
        find_router
            Gives the endpoint's router, now and when the request's turn has come.

        Raises
        ------
        InvocationError
            The endpoint is not asynchronous, or the request has no input or two.
        """
        config = find_router().fleet.async_config
        if config is None:
            raise InvocationError(
                400,
                "ValidationError",
                f"Endpoint {call.endpoint.name} is not configured for asynchronous inference: use InvokeEndpoint.",
            )
        location = environ.get("HTTP_X_AMZN_SAGEMAKER_INPUTLOCATION")
        if bool(location) == bool(body):
            raise InvocationError(400, "ValidationError", "Give either InputLocation or Body.")
        if len(body) > MAX_INLINE_BYTES:
            raise InvocationError(400, "ValidationError", f"Body has more than {MAX_INLINE_BYTES} bytes.")
        request_id = str(uuid.uuid4())
        output = config["OutputConfig"]
        failure_path = output.get("S3FailurePath")
        request = AsyncRequest(
            call=call,
            inference_id=environ.get("HTTP_X_AMZN_SAGEMAKER_INFERENCE_ID") or request_id,
            input_location=location,
            body=body,
            output=_below(output["S3OutputPath"], f"{request_id}.out"),
            failure=None if failure_path is None else _below(failure_path, f"{request_id}-error.out"),
            received=time.time(),
            timeout=float(environ.get("HTTP_X_AMZN_SAGEMAKER_INVOCATIONTIMEOUTSECONDS") or INVOCATION_TIMEOUT),
            time_to_live=float(environ.get("HTTP_X_AMZN_SAGEMAKER_REQUESTTTLSECONDS") or REQUEST_TTL),
        )
        with self._lock:
            self._waiting.setdefault(call.endpoint.arn, []).append(request.received)
        self._executor(call.endpoint.arn).submit(self._answer, request, find_router)
        headers = {"Content-Type": "application/json", "X-Amzn-SageMaker-OutputLocation": str(request.output)}
        if request.failure is not None:
            headers["X-Amzn-SageMaker-FailureLocation"] = str(request.failure)
        return Answer(202, headers, json.dumps({"InferenceId": request.inference_id}).encode())

    def backlog(self, arn: str) -> int:
        """Give how many requests of an endpoint wait or are being answered."""
        with self._lock:
            return len(self._waiting.get(arn, ())) + self._busy.get(arn, 0)

    def oldest(self, arn: str) -> float | None:
        """Give for how many seconds the oldest request of an endpoint has waited; None where none waits."""
        with self._lock:
            waiting = self._waiting.get(arn)
            return time.time() - min(waiting) if waiting else None

    def close(self) -> None:
        """Forget the requests that wait, and wait for those that are under way."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        for executor in self._executors.values():
            executor.shutdown(cancel_futures=True)

    def _executor(self, arn: str) -> ThreadPoolExecutor:
        with self._lock:
            if arn not in self._executors:
                self._executors[arn] = ThreadPoolExecutor(_THREADS, thread_name_prefix="async inference")
            return self._executors[arn]

    def _answer(self, request: AsyncRequest, find_router: Callable[[], Router]) -> None:
        endpoint = request.call.endpoint
        try:
            if not self._wait_for_turn(request, find_router):
                return
        except InvocationError:
            return  # the endpoint was deleted, and its requests with it
        finally:
            with self._lock:
                self._waiting[endpoint.arn].remove(request.received)
        values = {"ExpiredRequests": 0.0, "TimeInBacklog": (time.time() - request.received) * 1e3}
        answered, variant = False, ""
        try:
            router = find_router()
            variant = next(iter(router.fleet.variants))
            answered = self._predict(request, router, values)
        except InvocationError:
            pass  # as above
        except Exception:
            logger.exception("request %s of endpoint %s could not be answered", request.inference_id, endpoint.name)
        finally:
            values["InvocationsProcessed"], values["InvocationFailures"] = float(answered), float(not answered)
            values["TotalProcessingTime"] = (time.time() - request.received) * 1e3
            self._metrics.put(endpoint, variant, values)
            with self._lock:
                self._busy[endpoint.arn] -= 1
                self._lock.notify_all()

    def _predict(self, request: AsyncRequest, router: Router, values: dict[str, float]) -> bool:
        """Ask the model and write what it said; say whether that was an answer, and add what was measured."""
        endpoint, fleet = request.call.endpoint, router.fleet
        output: Mapping[str, Any] = (fleet.async_config or {}).get("OutputConfig", {})
        role, key = fleet.role, output.get("KmsKeyId")
        storage = AsyncStorage(role, account_id=endpoint.account_id, region=endpoint.region, key=key)
        try:
            call, body = request.call, request.body
            if request.input_location:
                location = Location.parse(request.input_location)
                with _measured(values, "RequestDownload"):
                    body = storage.read(location)
                    content_type = storage.content_type(location)
                # The SageMaker Python SDK says what an input is on the object alone.
                if content_type != UNKNOWN_TYPE:
                    call = call._replace(headers={"Content-Type": content_type, **call.headers})
            exchange = Exchange(call, router, body, request.timeout)
            response = _asked(exchange, values)
            if response.status < HTTPStatus.BAD_REQUEST:
                content_type = response.headers.get("content-type", "")
                # The SageMaker Python SDK reads the answer as the object's type says.
                with _measured(values, "ResponseUpload"):
                    storage.write(request.output, response.body, content_type or None)
                self._notify(request, role, output, values, content_type, None)
                return True
            reason = model_error(endpoint, response).members["Message"]
        except DataPlaneError as error:
            reason = str(error)
        if request.failure is not None:
            try:
                storage.write(request.failure, reason.encode())
            except DataPlaneError as error:
                reason = f"{reason} ({error})"
        self._notify(request, role, output, values, None, reason)
        return False

    def _wait_for_turn(self, request: AsyncRequest, find_router: Callable[[], Router]) -> bool:
        """Wait until an instance may be sent one more; False where the cloud stopped, or the request is too old."""
        arn = request.call.endpoint.arn
        with self._lock:
            while not self._closed and time.time() < request.received + request.time_to_live:
                fleet = find_router().fleet
                each = (fleet.async_config or {}).get("ClientConfig", {}).get("MaxConcurrentInvocationsPerInstance")
                instances = sum(len(variant.containers) for variant in fleet.variants.values())
                if self._busy.get(arn, 0) < (each or CONCURRENT_REQUESTS) * instances:
                    self._busy[arn] = self._busy.get(arn, 0) + 1
                    break
                # An instance that was added tells nobody: look again now and then.
                self._lock.wait(0.1)
            else:
                variant = next(iter(find_router().fleet.variants))
                self._metrics.put(request.call.endpoint, variant, {"ExpiredRequests": float(not self._closed)})
                return False
        return True

    def _notify(
        self,
        request: AsyncRequest,
        role: Principal,
        output: Mapping[str, Any],
        values: dict[str, float],
        content_type: str | None,
        reason: str | None,
    ) -> None:
        topic = output.get("NotificationConfig", {}).get("SuccessTopic" if reason is None else "ErrorTopic")
        if topic is None:
            return
        endpoint = request.call.endpoint
        message: dict[str, Any] = {
            "awsRegion": endpoint.region,
            "eventTime": _timestamp(time.time()),
            "receivedTime": _timestamp(request.received),
            "invocationStatus": "Completed" if reason is None else "Failed",
            "requestParameters": {
                "contentType": request.call.headers.get("Content-Type", ""),
                "endpointName": endpoint.name,
                "inputLocation": request.input_location,
            },
            "inferenceId": request.inference_id,
            "eventVersion": "1.0",
            "eventSource": "aws:sagemaker",
            "eventName": "InferenceResult",
        }
        if reason is None:
            message["responseParameters"] = {"contentType": content_type, "outputLocation": str(request.output)}
        else:
            message["failureReason"] = reason
        values["NotificationFailures"] = 0.0
        try:
            role.authorize("sns:Publish", topic)
            sns_backends[endpoint.account_id][endpoint.region].publish(json.dumps(message), arn=topic)
        except (DataPlaneError, SNSException) as error:
            values["NotificationFailures"] = 1.0
            logger.warning("topic %s was not told: %s", topic, error)


def _asked(exchange: Exchange, values: dict[str, float]) -> ContainerResponse:
    """Ask the model, and say what came of that."""
    status = 0
    try:
        response = exchange.run()
        status = response.status
        return response
    finally:
        values.update({**errors(status), "ModelLatency": exchange.model_latency * 1e6})


@contextmanager
def _measured(values: dict[str, float], name: str) -> Iterator[None]:
    """Say how long something in S3 took, in microseconds, and whether it failed."""
    began = time.monotonic()
    values[f"{name}Failures"] = 1.0
    yield
    values[f"{name}Failures"] = 0.0
    values[f"{name}Latency"] = (time.monotonic() - began) * 1e6


def _below(path: str, name: str) -> Location:
    location = Location.parse(path)
    prefix = location.key if not location.key or location.key.endswith("/") else f"{location.key}/"
    return Location(location.bucket, f"{prefix}{name}")


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
