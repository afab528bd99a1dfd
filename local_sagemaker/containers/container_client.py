"""HTTP to one container over its Unix socket, on connections that are kept alive but for answers that are streamed."""

from __future__ import annotations

import socket
import threading
import time
from http.client import IncompleteRead
from typing import TYPE_CHECKING, NamedTuple

from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as UrllibTimeoutError
from urllib3.util import SKIP_HEADER

from local_sagemaker.containers.container_stream import ContainerStream
from local_sagemaker.data_plane_errors import InvocationTimeoutError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KEPT_CONNECTIONS = 64
# Seconds; 0 would mean "do not wait" to a socket.
_LEAST_TIMEOUT = 0.001


class ContainerResponse(NamedTuple):
    """What a container answered.

    Attributes
    ----------
    status
        HTTP status.
    headers
        Names in lower case.
    body
        Whole body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotConnectedError(UnreachableError):
    """No connection was made, so the container has seen nothing of the request."""


class StaleConnectionError(UnreachableError):
    """A connection that had been idle ended without a byte of an answer: the server may have closed it before."""


class ContainerClient:
    """Client of one container.

    Parameters
    ----------
    address
        Path of the Unix socket.
    """

    def __init__(self, address: Path) -> None:
        self._address = address
        self._pool = _UnixPool(address)

    def request(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None, timeout: float
    ) -> ContainerResponse:
        """Send a request and read the whole answer.

        Parameters
        ----------
        method, path, body
            Of the request.
        headers
            All that is sent beside Host and Content-Length.
        timeout
            Seconds that the container may be silent.

        Raises
        ------
        NotConnectedError
            The container does not listen.
        InvocationTimeoutError
            It took the request and did not answer in time.
        StaleConnectionError, UnreachableError
            It broke the connection off.
        """
        self._pool.connected.here = False
        sent = {"User-Agent": SKIP_HEADER, "Accept-Encoding": SKIP_HEADER, **(headers or {})}
        try:
            answer = self._pool.urlopen(
                method, path, body=body, headers=sent, retries=False, timeout=timeout, decode_content=False
            )
        except NewConnectionError as error:
            raise NotConnectedError(str(error)) from error
        except UrllibTimeoutError as error:
            raise InvocationTimeoutError(f"no answer within {timeout:g} s") from error
        except HTTPError as error:
            began_to_answer = isinstance(error.args[-1], IncompleteRead)
            kind = UnreachableError if self._pool.connected.here or began_to_answer else StaleConnectionError
            raise kind(str(error)) from error
        return ContainerResponse(
            answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data
        )

    def stream(
        self,
        path: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        deadline: float,
        caller: socket.socket | None,
    ) -> ContainerStream:
        """Send a POST request and read the head of the answer.

        Parameters
        ----------
        path, body, headers
            As for `request`.
        deadline, caller
            See `ContainerStream`.

        Raises
        ------
        NotConnectedError
            The container does not listen.
        InvocationTimeoutError, UnreachableError, CallerGoneError
            See `ContainerStream.ask`.
        """
        try:
            connection = _connect(self._address, max(deadline - time.monotonic(), _LEAST_TIMEOUT))
        except OSError as error:
            raise NotConnectedError(f"{self._address}: {error}") from error
        stream = ContainerStream(connection, deadline, caller)
        try:
            stream.ask(path, body=body, headers=headers)
        except BaseException:
            stream.close()
            raise
        return stream

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()


class _UnixConnection(HTTPConnection):
    def __init__(self, address: Path, connected: threading.local) -> None:
        super().__init__("localhost")
        self._address = address
        self._connected = connected

    def _new_conn(self) -> socket.socket:
        self._connected.here = True
        try:
            return _connect(self._address, self.timeout if isinstance(self.timeout, int | float) else None)
        except OSError as error:
            raise NewConnectionError(self, f"{self._address}: {error}") from error


class _UnixPool(HTTPConnectionPool):
    def __init__(self, address: Path) -> None:
        super().__init__("localhost", maxsize=_KEPT_CONNECTIONS)
        self._address = address
        # Whether the request of this thread made a connection of its own.
        self.connected = threading.local()

    def _new_conn(self) -> _UnixConnection:
        return _UnixConnection(self._address, self.connected)


def _connect(address: Path, timeout: float | None) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(timeout)
        connection.connect(str(address))
    except OSError:
        connection.close()
        raise
    return connection
