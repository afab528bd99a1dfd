"""The proxy behind which this machine is: what is passed on to other hosts goes through it.

It is the one of ``HTTPS_PROXY``, but for the hosts of ``NO_PROXY``, as ``up`` was started with them: a client has there
the local cloud itself.
"""

from __future__ import annotations

import base64
import re
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

if TYPE_CHECKING:
    import socket

_DEFAULT_PORT = 80
# A proxy answers when it has reached the host, or has given up.
_ANSWER_SECONDS = 60.0
_ANSWER_BYTES = 16 * 1024


class UpstreamProxyError(OSError):
    """No tunnel through the proxy; the text says which proxy and why."""


class UpstreamProxy(NamedTuple):
    """Where it is, and what it is told about who asks.

    Attributes
    ----------
    host, port
        Its address.
    credentials
        User and password as ``USER:PASSWORD``, None where it asks for none.
    """

    host: str
    port: int
    credentials: str | None

    def open_tunnel(self, connection: socket.socket, authority: str) -> None:
        """Ask it for a tunnel (https://www.rfc-editor.org/rfc/rfc9110#CONNECT).

        Parameters
        ----------
        connection
            A connection to it; its timeout is another afterwards.
        authority
            Where the tunnel leads to, as ``HOST:PORT``.

        Raises
        ------
        UpstreamProxyError
            It refuses, or gives no answer of HTTP.
        """
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        if self.credentials is not None:
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(self.credentials.encode()).decode()}")
        try:
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            answer = _read_head(connection).partition(b"\r\n")[0].decode("latin-1")
        except (OSError, ValueError) as error:
            raise UpstreamProxyError(f"{self} gives no answer: {error}") from error
        if not re.match(r"HTTP/1\.\d 2\d\d\b", answer):
            raise UpstreamProxyError(f"{self} refuses: {answer}")

    def __str__(self) -> str:
        """Name it, without credentials."""
        return f"the proxy {self.host}:{self.port} (HTTPS_PROXY of `up`)"


def upstream_proxy(host: str, port: int) -> UpstreamProxy | None:
    """Give the proxy through which a host is reached, None where it is reached without.

    Raises
    ------
    UpstreamProxyError
        What ``HTTPS_PROXY`` says is no address of a proxy that can be used.
    """
    address = getproxies().get("https")
    if not address or proxy_bypass(f"{host}:{port}"):
        return None
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        proxy_host, proxy_port = parts.hostname, parts.port or _DEFAULT_PORT
    except ValueError:
        proxy_host = None
    if not proxy_host or parts.scheme != "http":
        # Not the value itself: there may be a password in it.
        raise UpstreamProxyError("HTTPS_PROXY of `up` must be as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT")
    credentials = None if parts.username is None else unquote(f"{parts.username}:{parts.password or ''}")
    return UpstreamProxy(proxy_host, proxy_port, credentials)


def _read_head(connection: socket.socket) -> bytes:
    """Read up to the empty line and no byte more, since the rest is the host's."""
    end = time.monotonic() + _ANSWER_SECONDS
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        if len(head) == _ANSWER_BYTES:
            raise ValueError(f"more than {_ANSWER_BYTES} bytes of headers")
        connection.settimeout(max(end - time.monotonic(), 0.001))
        byte = connection.recv(1)
        if not byte:
            raise ValueError("the connection ended")
        head += byte
    return head
