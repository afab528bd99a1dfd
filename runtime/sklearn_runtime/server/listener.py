"""Binds the address that the server listens on: a TCP port or a unix socket."""

import os
import socket
import stat
from typing import Tuple, Union

__all__ = ["BindError", "bind", "parse_address", "shown_address"]

#: Connections that wait to be accepted; the system's own limit (net.core.somaxconn) is usually as large.
BACKLOG = 4096

_UNIX = "unix:"


class BindError(OSError):
    """The address cannot be listened on."""


def parse_address(text: str) -> Union[str, Tuple[str, int]]:
    """Read an address.

    Returns
    -------
    str or (str, int)
        The path of a unix socket, or host and port.

    Raises
    ------
    BindError
        Neither form was given.

    Example
    -------
    >>> parse_address("127.0.0.1:8080"), parse_address("[::1]:0"), parse_address("unix:/tmp/a.sock")
    (('127.0.0.1', 8080), ('::1', 0), '/tmp/a.sock')
    """
    if text.startswith(_UNIX) and len(text) > len(_UNIX):
        path = text[len(_UNIX) :]
        return path[2:] if path.startswith("//") else path
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise BindError(f"bind address is {text!r}: give HOST:PORT or unix:PATH")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  as gunicorn reads ":8080"


def bind(text: str) -> socket.socket:
    """Bind the address without listening: until the model is loaded, a client is refused at once.

    Raises
    ------
    BindError
        The text is no address, the address is in use, or it is not this machine's.
    """
    address = parse_address(text)
    try:
        return _bind_path(address) if isinstance(address, str) else _bind_port(*address)
    except OSError as error:
        remedy = "stop the other server or give another address"
        raise BindError(f"cannot listen on {text}: {(error.strerror or str(error)).lower()}: {remedy}") from error


def _bind_port(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the socket says that it is TCP; without it a response can wait 40 ms
    # for an acknowledgement. Accepted sockets take the protocol from the listener.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _bind_path(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path)
        # Like gunicorn: nginx, which the image puts in front, may run as another user.
        mask = os.umask(0)
        try:
            listener.bind(path)
        finally:
            os.umask(mask)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _remove_stale(path: str) -> None:
    """Remove the socket of a server that is gone; leave that of one that answers, and any other file."""
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            return
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)


def shown_address(listener: socket.socket) -> str:
    """The address that the listener really has, in the form that :func:`parse_address` reads."""
    name = listener.getsockname()
    if isinstance(name, str):
        return f"{_UNIX}{name}"
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
