"""One invocation: what the caller asks for, and its way through the router to a container and back."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from local_sagemaker.containers.container_client import ContainerResponse, NotConnectedError, StaleConnectionError
from local_sagemaker.containers.loaded_models import TARGET_MODEL
from local_sagemaker.data_plane_errors import InvocationTimeoutError
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping

    from local_sagemaker.containers.container_stream import ContainerStream
    from local_sagemaker.hosting.instances import Client
    from local_sagemaker.invocations.data_capture import CaptureTarget
    from local_sagemaker.invocations.routing import Load, Router

    Environ = Mapping[str, Any]

T = TypeVar("T")

_PATH = re.compile(r"/endpoints/([^/]+)/(invocations(?:-response-stream)?|async-invocations)")
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/sagemaker/")
_INVOCATIONS = "/invocations"
# Seconds.
_RECONNECT_PAUSE = 0.005
# What the container is told beside the body; hop-by-hop and signature headers stay here.
_PASSED_ON = {
    "HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES": "X-Amzn-SageMaker-Custom-Attributes",
    "HTTP_X_AMZN_SAGEMAKER_INFERENCE_ID": "X-Amzn-SageMaker-Inference-Id",
    "HTTP_X_AMZN_SAGEMAKER_SESSION_ID": "X-Amzn-SageMaker-Session-Id",
}
STREAM = "InvokeEndpointWithResponseStream"
# By the path's last part; and what the operations have of their own, or by names of their own.
_ACTIONS = {
    "invocations": "InvokeEndpoint",
    "invocations-response-stream": STREAM,
    "async-invocations": "InvokeEndpointAsync",
}
_HEADERS = {
    "InvokeEndpoint": {
        "CONTENT_TYPE": "Content-Type",
        "HTTP_ACCEPT": "Accept",
        "HTTP_X_AMZN_SAGEMAKER_TARGET_MODEL": TARGET_MODEL,
    },
    STREAM: {"CONTENT_TYPE": "Content-Type", "HTTP_X_AMZN_SAGEMAKER_ACCEPT": "Accept"},
    "InvokeEndpointAsync": {
        "HTTP_X_AMZN_SAGEMAKER_CONTENT_TYPE": "Content-Type",
        "HTTP_X_AMZN_SAGEMAKER_ACCEPT": "Accept",
    },
}


class Call(NamedTuple):
    """What a request asks for.

    Attributes
    ----------
    action
        Name of the operation.
    target_model
        Of a multi-model endpoint.
    headers
        For the container, as it gets them.
    """

    endpoint: EndpointIdentity
    access_key_id: str
    action: str
    target_variant: str | None
    target_model: str | None
    headers: Mapping[str, str]

    @staticmethod
    def is_one(environ: Environ) -> bool:
        """Say whether a request is an InvokeEndpoint; S3 may well have such a path too."""
        return (
            environ["REQUEST_METHOD"] == "POST"
            and _PATH.fullmatch(environ.get("PATH_INFO", "")) is not None
            and _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "")) is not None
        )

    @classmethod
    def read(cls, environ: Environ, account_id: str) -> Call:
        """Read the head of a request that `is_one` has let through."""
        path = _PATH.fullmatch(environ["PATH_INFO"])
        credential = _CREDENTIAL.search(environ["HTTP_AUTHORIZATION"])
        if path is None or credential is None:
            raise AssertionError("only what is_one() lets through comes here")
        action = _ACTIONS[path[2]]
        passed_on = {**_HEADERS[action], **_PASSED_ON}
        headers = {name: environ[key] for key, name in passed_on.items() if environ.get(key)}
        return cls(
            endpoint=EndpointIdentity(path[1], account_id, credential[2]),
            access_key_id=credential[1],
            action=action,
            target_variant=environ.get("HTTP_X_AMZN_SAGEMAKER_TARGET_VARIANT"),
            target_model=headers.get(TARGET_MODEL),
            headers=headers,
        )


class Exchange:
    """One invocation on its way through the router to a container.

    Parameters
    ----------
    call, body
        The request.
    router
        Of the endpoint.
    timeout
        Seconds that it may take from now on.
    shadow
        Whether it goes to the shadow variant.

    Attributes
    ----------
    body
        The request's.
    variant
        Name of the variant that was asked last.
    capture_target
        Where the request is captured to; None where its variant is not captured.
    model_latency
        Seconds in the container.
    load
        How busy the variant was when it took the request; None where none took it.
    """

    def __init__(self, call: Call, router: Router, body: bytes, timeout: float, *, shadow: bool = False) -> None:
        self.call = call
        self.variant = call.target_variant or ""
        self.body = body
        self.model_latency = 0.0
        self.load: Load | None = None
        self.capture_target: CaptureTarget | None = None
        self._router = router
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._shadow = shadow

    def copy_for_shadow(self) -> Exchange:
        """Give the same request, for the shadow variant."""
        return Exchange(self.call._replace(target_variant=None), self._router, self.body, self._timeout, shadow=True)

    def run(self) -> ContainerResponse:
        """Ask a container, and give its whole answer."""
        with self._asked(self._request) as response:
            return response

    @contextmanager
    def open(self, caller: socket.socket | None = None) -> Iterator[ContainerStream]:
        """Ask a container, and give its answer as it comes; the container counts as busy until the context ends.

        Parameters
        ----------
        caller
            Connection of whom the answer is for; see `ContainerStream`.
        """
        with self._asked(lambda client: self._stream(client, caller)) as stream:
            try:
                yield stream
            finally:
                stream.close()
                self.model_latency = stream.waited

    @contextmanager
    def _asked(self, ask: Callable[[Client], T]) -> Iterator[T]:
        """Ask a container; one that has not seen the request may be followed by another."""
        retried = False
        while True:
            with self._router.lease(self.call.target_variant, self._deadline, shadow=self._shadow) as lease:
                self.variant = lease.variant
                self.capture_target = lease.capture_target
                self.load = lease.load
                began = time.monotonic()
                try:
                    answer = ask(lease.container.client)
                except NotConnectedError:
                    # Its process has just ended and the router will know in a moment, or its listen queue is full.
                    time.sleep(_RECONNECT_PAUSE)
                    continue
                except StaleConnectionError:
                    # A container that has died over the request does not get it again, nor does another.
                    if retried or lease.container.pid is None:
                        raise
                    retried = True
                    continue
                finally:
                    self.model_latency = time.monotonic() - began
                yield answer
                return

    def _request(self, client: Client) -> ContainerResponse:
        headers, remaining = self.call.headers, self._remaining()
        return client.request("POST", _INVOCATIONS, body=self.body, headers=headers, timeout=remaining)

    def _stream(self, client: Client, caller: socket.socket | None) -> ContainerStream:
        self._remaining()
        headers, deadline = self.call.headers, self._deadline
        return client.stream(_INVOCATIONS, body=self.body, headers=headers, deadline=deadline, caller=caller)

    def _remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise InvocationTimeoutError("no container was ready in time")
        return remaining
