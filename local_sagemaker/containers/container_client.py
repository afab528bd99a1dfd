"""HTTP to one container over its Unix socket, on connections that are kept alive."""

from __future__ import annotations

import socket
import threading
from http.client import IncompleteRead
from typing import TYPE_CHECKING, NamedTuple

from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as UrllibTimeoutError
from urllib3.util import SKIP_HEADER

from local_sagemaker.data_plane_errors import InvocationTimeoutError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KEPT_CONNECTIONS = 64


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
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(self.timeout if isinstance(self.timeout, int | float) else None)
            connection.connect(str(self._address))
        except OSError as error:
            connection.close()
            raise NewConnectionError(self, f"{self._address}: {error}") from error
        return connection


class _UnixPool(HTTPConnectionPool):
    def __init__(self, address: Path) -> None:
        super().__init__("localhost", maxsize=_KEPT_CONNECTIONS)
        self._address = address
        # Whether the request of this thread made a connection of its own.
        self.connected = threading.local()

    def _new_conn(self) -> _UnixConnection:
        return _UnixConnection(self._address, self.connected)
