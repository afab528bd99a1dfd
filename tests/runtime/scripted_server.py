"""The server with a model that does what the request's body says, so that a test decides what happens when."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
import types
import typing
from pathlib import Path
from typing import NamedTuple

from sklearn_runtime.body_parts import BodyParts
from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.server import capacity
from sklearn_runtime.server import command as server


class Response(NamedTuple):
    status: int
    content_type: str
    body: bytes | BodyParts


class ScriptedService:
    """Answers with the body, or obeys it: ``wait PATH`` (of a named pipe), ``pid``, ``raise``, ``size N``..."""

    may_block = os.environ.get("SCRIPT_MAY_BLOCK") == "true"
    own_model = None
    facts: typing.Mapping[str, object] = types.MappingProxyType({})

    @classmethod
    def load(cls, _settings):
        script = os.environ.get("SCRIPT_LOAD", "")
        if script == "fail":
            raise ModelLoadError("no model file in\n the directory")
        if script == "crash":
            raise RuntimeError("the loader crashed")
        if script == "wait":
            print('{"message": "loading"}', file=sys.stderr, flush=True)
            signal.pause()
        return cls()

    def invoke(self, body, content_type, accept, custom_attributes=None):
        command, _, argument = bytes(body[:1000]).partition(b" ")
        if command == b"wait":
            return Response(200, "text/plain", Path(os.fsdecode(argument.partition(b" ")[0])).read_bytes())
        if command == b"pid":
            return Response(200, "text/plain", str(os.getpid()).encode())
        if command == b"thread":
            return Response(200, "text/plain", threading.current_thread().name.encode())
        if command == b"slow":
            time.sleep(float(argument))
        if command == b"take":
            _take_descriptors()
        if command == b"release":
            _release_descriptors()
        if command == b"nodelay":
            return Response(200, "text/plain", _no_delay())
        if command == b"exit":
            sys.exit("the hook left")
        if command == b"raise":
            raise RuntimeError("invoke raised")
        if command == b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        if command == b"size":
            return Response(200, "application/octet-stream", b"x" * int(argument))
        if command in PARTS:
            return Response(200, "text/plain", BodyParts(PARTS[command](os.fsdecode(argument))))
        if command == b"type":
            return Response(200, argument.decode("latin-1"), b"")
        if command == b"status":
            return Response(int(argument), "text/plain", b"not json")
        if command == b"headers":
            return Response(200, "text/plain", repr((content_type, accept, custom_attributes)).encode())
        return Response(200, "text/plain", bytes(body))

    def puts_together(self, _method):
        return os.environ.get("SCRIPT_TOGETHER") == "true"

    def invoke_together(self, requests):
        """``count`` is answered with the number of requests that came together."""
        return [
            Response(200, "text/plain", str(len(requests)).encode())
            if bytes(asked[0]) == b"count"
            else self.invoke(*asked)
            for asked in requests
        ]

    def execution_parameters(self):
        if os.environ.get("SCRIPT_PARAMETERS") == "true":
            return Response(200, "application/json", b'{"BatchStrategy": "MultiRecord"}')
        return None


def _numbers(number: str) -> typing.Iterator[bytes]:
    for part in range(int(number)):
        yield b"%d " % part


def _gated(gate: str) -> typing.Iterator[bytes]:
    yield b"first "
    yield Path(gate).read_bytes()


def _failing(message: str) -> typing.Iterator[bytes]:
    yield b"first "
    raise RuntimeError(message)


def _endless(size: str) -> typing.Iterator[bytes]:
    made = 0
    try:
        while True:
            made += 1
            yield bytes(int(size))
    finally:
        logging.getLogger("sklearn_runtime").warning("closed after %d parts", made)


class _Lines:
    """What has an end of its own to be closed, as a file does."""

    def __init__(self, text: str) -> None:
        self._lines = iter(text.split())

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        return next(self._lines)

    def close(self) -> None:
        logging.getLogger("sklearn_runtime").warning("the lines are closed")


PARTS: dict[bytes, typing.Callable[[str], typing.Iterator[typing.Any]]] = {
    b"lines": _Lines,
    b"numbers": _numbers,
    b"gated": _gated,
    b"failing": _failing,
    b"endless": _endless,
}
TAKEN: list[int] = []


def _take_descriptors() -> None:
    """Leave no file descriptor free."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with contextlib.suppress(OSError):
        while True:
            TAKEN.append(os.dup(2))


def _release_descriptors() -> None:
    while TAKEN:
        os.close(TAKEN.pop())


def _no_delay() -> bytes:
    """TCP_NODELAY of every client's socket that this process has."""
    options = []
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(path.name))) as candidate:
            candidate.getpeername()  # an OSError for what is no socket, or not connected
            if candidate.family == socket.AF_INET:
                options.append(candidate.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    return str(options).encode()


service = types.ModuleType("sklearn_runtime.service")
service.InferenceService = ScriptedService  # type: ignore[attr-defined]
sys.modules["sklearn_runtime.service"] = service


def _broken_loop() -> None:
    raise RuntimeError("the event loop is broken")


if "SKLEARN_RUNTIME_USER" in os.environ:
    os.geteuid = lambda: 0  # whoever runs the tests
if "SCRIPT_MEMORY" in os.environ:
    # So many processes of this size have room.
    vars(server)["memory_limit"] = lambda: int(os.environ["SCRIPT_MEMORY"]) * capacity.resident_bytes()
if os.environ.get("SCRIPT_WORKERS_FAIL") == "true":
    asyncio.new_event_loop = _broken_loop  # type: ignore[assignment]
if os.environ.get("SCRIPT_WORKERS_DIE") == "true":
    os.register_at_fork(after_in_child=lambda: os._exit(7))

if __name__ == "__main__":
    sys.exit(server.main())
