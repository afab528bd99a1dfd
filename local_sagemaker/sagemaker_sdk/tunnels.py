"""A tunnel to a host of the internet, for what is asked of a proxy and is not STS: it passes through unread."""

from __future__ import annotations

import selectors
import socket
from contextlib import suppress
from ipaddress import ip_address

from local_sagemaker.sagemaker_sdk.upstream_proxy import UpstreamProxy, UpstreamProxyError, upstream_proxy

_CONNECT_SECONDS = 10.0
_CHUNK_BYTES = 64 * 1024


def connect(authority: str, own_port: int) -> socket.socket:
    """Connect to ``HOST:PORT``, through the proxy that this machine needs for it, if any.

    Parameters
    ----------
    authority
        ``HOST:PORT``.
    own_port
        Where this server listens on the loopback. It is no proxy to itself: ``up`` may have been started in a shell
        that has its variables.

    Raises
    ------
    OSError
        It cannot be reached.
    ValueError
        It is no host and port.
    """
    host, _, port = authority.rpartition(":")
    address = host.strip("[]"), int(port)
    proxy = upstream_proxy(*address)
    if proxy is not None:
        try:
            connection = socket.create_connection((proxy.host, proxy.port), timeout=_CONNECT_SECONDS)
        except OSError as error:
            raise UpstreamProxyError(f"{proxy} cannot be reached: {error}") from error
        if not _listens_on_loopback(connection, own_port):
            return _opened(connection, proxy, authority)
        connection.close()
    connection = socket.create_connection(address, timeout=_CONNECT_SECONDS)
    connection.settimeout(None)
    return connection


def _listens_on_loopback(connection: socket.socket, port: int) -> bool:
    peer = connection.getpeername()
    return peer[1] == port and ip_address(peer[0]).is_loopback


def _opened(connection: socket.socket, proxy: UpstreamProxy, authority: str) -> socket.socket:
    try:
        proxy.open_tunnel(connection, authority)
    except UpstreamProxyError:
        connection.close()
        raise
    connection.settimeout(None)
    return connection


def relay(one: socket.socket, other: socket.socket) -> None:
    """Pass on what either side sends, until both have ended."""
    facing = {one: other, other: one}
    # Not select.select, which refuses descriptors from 1,024 on.
    with selectors.DefaultSelector() as reading:
        for source in facing:
            reading.register(source, selectors.EVENT_READ, source)
        while reading.get_map():
            for key, _ in reading.select():
                source = key.data
                try:
                    chunk = source.recv(_CHUNK_BYTES)
                    facing[source].sendall(chunk)
                except OSError:
                    return
                if not chunk:
                    reading.unregister(source)
                    with suppress(OSError):
                        facing[source].shutdown(socket.SHUT_WR)
