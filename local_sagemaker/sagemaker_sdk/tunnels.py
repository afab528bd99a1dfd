"""A tunnel to a host of the internet, for what is asked of a proxy and is not STS: it passes through unread."""

from __future__ import annotations

import selectors
import socket
from contextlib import suppress

_CONNECT_SECONDS = 10.0
_CHUNK_BYTES = 64 * 1024


def connect(authority: str) -> socket.socket:
    """Connect to ``HOST:PORT``.

    Raises
    ------
    OSError
        It cannot be reached.
    ValueError
        It is no host and port.
    """
    host, _, port = authority.rpartition(":")
    connection = socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS)
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
