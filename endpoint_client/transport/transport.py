"""The way of a predictor's requests: sent by boto3 or past it, tried again where it helps, errors translated."""

from __future__ import annotations

import os
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from endpoint_client.connection import connect, session_or_default
from endpoint_client.transport.boto3_sender import Boto3Sender
from endpoint_client.transport.error_bodies import make_readable
from endpoint_client.transport.fast_sender import FastSender
from endpoint_client.transport.response_stream import ResponseStream
from endpoint_client.transport.retries import Retries
from endpoint_client.transport.service_errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import boto3
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient

    from endpoint_client.transport.invocation import Invocation
    from endpoint_client.transport.responses import RawResponse

_Answer = TypeVar("_Answer")
# A session makes one client at a time.
_FORKED = Lock()


class Transport:
    """Carries requests to one endpoint.

    Parameters
    ----------
    endpoint_name : str
    region : str, optional
    session : boto3.Session, optional
    fast : bool
        Send past boto3.
    idempotent : bool
        Whether a request that may have been processed may be sent again.
    read_timeout : float
        Seconds.
    max_attempts : int

    Attributes
    ----------
    client : SageMakerRuntimeClient
        For what is not sent here; it tries once.
    region : str
    idempotent : bool
    max_attempts : int

    Raises
    ------
    ConfigurationError
        No region is configured, or a setting of the session is wrong, or not known to the fast way.
    """

    def __init__(
        self,
        endpoint_name: str,
        *,
        region: str | None,
        session: boto3.Session | None,
        fast: bool,
        idempotent: bool,
        read_timeout: float,
        max_attempts: int,
    ) -> None:
        session = session_or_default(session)
        self._endpoint_name = endpoint_name
        self.idempotent = idempotent
        self.max_attempts = max_attempts
        self._connect = partial(connect, region=region, session=session, read_timeout=read_timeout)
        self._make_sender = partial(FastSender, session=session) if fast else Boto3Sender
        self._start()
        self.region: str = self.client.meta.region_name

    def _start(self) -> None:
        self.client: SageMakerRuntimeClient = self._connect()
        service_model = self.client.meta.service_model
        self.client.meta.events.register(f"before-parse.{service_model.service_id.hyphenize()}", make_readable)
        self._retries = Retries(service_model, self.max_attempts)
        self._sender: Boto3Sender | FastSender = self._make_sender(self._endpoint_name, self.client)
        self._process = os.getpid()

    def _start_after_fork(self) -> None:
        """Leave the connections to the process that this one was forked from: shared, they would mix up the answers."""
        with _FORKED:
            if self._process != os.getpid():
                # Kept, for what would close them waits for locks that no thread of this process holds.
                self._left = (self._sender, self.client, self._retries)
                self._start()

    def invoke(self, invocation: Invocation, *, first_row: int = 0) -> RawResponse:
        """Send a request and give its answer.

        Parameters
        ----------
        invocation : Invocation
        first_row : int
            The caller's row that stands first in it.

        Raises
        ------
        ServiceError, EndpointUnreachable, ConfigurationError
        """
        return self.call(
            "InvokeEndpoint", lambda: self._sender.send(invocation), idempotent=self.idempotent, first_row=first_row
        )

    def stream(self, invocation: Invocation, *, first_row: int = 0) -> ResponseStream:
        """Send a request and give its answer while it comes; parameters and errors are those of `invoke`.

        Sent again until an answer begins; what breaks off later is the caller's, in botocore's words.
        """
        return self.call(
            "InvokeEndpointWithResponseStream",
            lambda: ResponseStream(
                self.client.invoke_endpoint_with_response_stream(
                    EndpointName=self._endpoint_name,
                    Body=invocation.body,
                    ContentType=invocation.content_type,
                    Accept=invocation.accept,
                    **invocation.options,
                )
            ),
            idempotent=self.idempotent,
            first_row=first_row,
        )

    def translated(self, *, first_row: int = 0) -> AbstractContextManager[None]:
        """Raise what botocore raises inside as this package's exceptions."""
        return translated(endpoint_name=self._endpoint_name, region=self.region, first_row=first_row)

    def call(self, operation: str, send: Callable[[], _Answer], *, idempotent: bool, first_row: int = 0) -> _Answer:
        """Send any request of this client as `Retries.call` does, and translate its error."""
        if self._process != os.getpid():
            self._start_after_fork()
        with self.translated(first_row=first_row):
            return self._retries.call(operation, send, idempotent=idempotent)

    def close(self) -> None:
        """Close the connections; a call after that opens new ones."""
        self._sender.close()
        self.client.close()
