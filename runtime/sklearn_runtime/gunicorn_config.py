"""Starts our server in gunicorn's place: ``GUNICORN_CMD_ARGS="--config python:sklearn_runtime.gunicorn_config"``.

The AWS images start ``gunicorn`` themselves and leave no choice of another server. They do let gunicorn read this
configuration module, and gunicorn calls :func:`on_starting` before it opens a port. There the process becomes our
server, on the address and with the number of workers that gunicorn was given. It keeps its process id, so the image's
code still stops it and sees it end. Read in gunicorn 20.0.4, 23.0.0 and 26.0.0, the versions in the images.
"""

import os
import sys
from typing import Any, List

__all__ = ["command", "on_starting"]


def command(addresses: List[Any], workers: int) -> List[str]:
    """The command line of our server.

    Parameters
    ----------
    addresses
        gunicorn's ``cfg.address``: each a pair of host and port, or the path of a unix socket.
    workers
        gunicorn's ``cfg.workers``.

    Raises
    ------
    ValueError
        There is not exactly one address, or it is an inherited file descriptor.

    Example
    -------
    >>> command([("0.0.0.0", 8080)], 2)[1:]
    ['-m', 'sklearn_runtime.server', '--bind', '0.0.0.0:8080', '--workers', '2']
    """
    if len(addresses) != 1 or not isinstance(addresses[0], (tuple, str)):
        raise ValueError(f"gunicorn was given the addresses {addresses!r}: give one HOST:PORT or unix:PATH")
    if isinstance(addresses[0], str):
        bind = f"unix:{addresses[0]}"
    else:
        host, port = addresses[0]
        bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [sys.executable, "-m", "sklearn_runtime.server", "--bind", bind, "--workers", str(workers)]


def on_starting(server: Any) -> None:
    """Become our server; gunicorn's hook, called with its arbiter."""
    arguments = command(server.cfg.address, server.cfg.workers)
    # Only the standard streams go over, whatever gunicorn or the image has opened.
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            try:
                os.set_inheritable(int(name), False)
            except OSError:
                continue  # the descriptor of the listing itself, closed by now
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(arguments[0], arguments)  # noqa: S606
