"""One answer of a container as it comes: read when somebody asks for more, and given up when its caller has gone.

Nothing is read ahead but what one read of the connection gives, so a caller that is slow makes the container wait.
"""

from __future__ import annotations

import io
import math
import select
import socket
import time
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TYPE_CHECKING, Any

from local_sagemaker.data_plane_errors import InvocationTimeoutError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Bytes, of the largest part. botocore's parser copies what it has of a message each 1,024 bytes.
PART_BYTES = 16 * 1024
# Seconds; 0 would mean "do not wait" to a socket.
_LEAST_TIMEOUT = 0.001


class CallerGoneError(ConnectionError):
    """The caller closed its connection before the answer was whole."""


class ContainerStream:
    """An answer under way, on a connection of its own.

    Parameters
    ----------
    connection
        Connected to the container; `close` closes it.
    deadline
        ``time.monotonic()`` until which the answer is to be whole.
    caller
        Connection of whom the answer is for; None where nobody can go away.

    Attributes
    ----------
    status
        HTTP status.
    headers
        Names in lower case.
    waited
        Seconds that were spent on the container so far.
    """

    status: int
    headers: Mapping[str, str]

    def __init__(self, connection: socket.socket, deadline: float, caller: socket.socket | None) -> None:
        self.deadline = deadline
        self.waited = 0.0
        self._connection = connection
        self._caller = caller
        self._response: HTTPResponse

    def ask(self, path: str, *, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a POST request and read the head of its answer.

        Parameters
        ----------
        path, body
            Of the request.
        headers
            All that is sent beside Host and Content-Length.

        Raises
        ------
        InvocationTimeoutError, UnreachableError
            The container did not answer in time, or broke the connection off.
        CallerGoneError
        """
        http = HTTPConnection("localhost")
        http.sock = _Channel(self._connection, self.deadline, self._caller)
        with self._waiting():
            http.putrequest("POST", path, skip_accept_encoding=True)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                http.putheader(name, value)
            http.endheaders(body)
            self._response = http.getresponse()
        self.status = self._response.status
        self.headers = {name.lower(): value for name, value in self._response.headers.items()}

    def read(self, most: int = PART_BYTES) -> bytes:
        """Wait for the next part of the body; empty at its end.

        Parameters
        ----------
        most
            Bytes.

        Raises
        ------
        InvocationTimeoutError, UnreachableError
            The body is not whole in time, or was broken off.
        CallerGoneError
        """
        with self._waiting():
            part = self._response.read1(most)
        if not part and self._response.length:
            raise UnreachableError(f"{self._response.length} bytes of the answer are missing")
        return part

    def close(self) -> None:
        """Close the connection, whether the answer is whole or not."""
        self._connection.close()

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        except CallerGoneError:
            raise
        except TimeoutError as error:
            raise _too_late() from error
        except (OSError, HTTPException) as error:
            raise UnreachableError(str(error)) from error
        finally:
            self.waited += time.monotonic() - began


class _Channel:
    """The connection, with what `http.client` uses of a socket."""

    def __init__(self, container: socket.socket, deadline: float, caller: socket.socket | None) -> None:
        self._container = container
        self._deadline = deadline
        self._caller = caller

    def sendall(self, data: bytes) -> None:
        self._container.settimeout(max(self._deadline - time.monotonic(), _LEAST_TIMEOUT))
        self._container.sendall(data)

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._container, self._deadline, self._caller))

    def close(self) -> None:
        """Leave the connection open: `http.client` closes it before it has read an answer that ends with it."""


class _Incoming(io.RawIOBase):
    """What the container sends, for as long as there is time and the caller is there."""

    def __init__(self, container: socket.socket, deadline: float, caller: socket.socket | None) -> None:
        super().__init__()
        self._container = container
        self._deadline = deadline
        self._caller = caller
        self._poll = select.poll()
        for connection in (container, caller):
            if connection is not None:
                self._poll.register(connection, select.POLLIN)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._is_ready():
            pass
        return self._container.recv_into(buffer)

    def _is_ready(self) -> bool:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise _too_late()
        ready = {descriptor for descriptor, _ in self._poll.poll(math.ceil(remaining * 1000))}
        if self._caller is not None and self._caller.fileno() in ready:
            if _has_ended(self._caller):
                raise CallerGoneError("the caller closed its connection")
            # It has sent its next request already: its end is seen when that is read.
            self._poll.unregister(self._caller)
            self._caller = None
        return self._container.fileno() in ready


def _has_ended(connection: socket.socket) -> bool:
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except ConnectionError:
        return True


def _too_late() -> InvocationTimeoutError:
    return InvocationTimeoutError("the answer was not whole in time")
