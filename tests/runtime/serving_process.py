"""Starts a server as a process of its own and speaks raw HTTP with it, byte by byte where a test wants that."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT_SECONDS = 60
SCRIPTED = (sys.executable, str(Path(__file__).parent / "scripted_server.py"))
REAL = (sys.executable, "-m", "sklearn_runtime.server")
HOST = b"Host: localhost\r\n"
PING = b"GET /ping HTTP/1.1\r\n" + HOST + b"\r\n"


def post(body: bytes, *fields: bytes) -> bytes:
    """A request as its bytes; each of the fields is a whole header line."""
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"POST /invocations HTTP/1.1\r\n%b%bContent-Length: %d\r\n\r\n%b" % (HOST, lines, len(body), body)


class ServingProcess:
    """A running server, with everything that it has logged."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.stderr: list[dict[str, object]] = []
        self.stdout: list[dict[str, object]] = []
        self._changed = threading.Condition()
        self._readers: list[threading.Thread] = []

    def read(self, name: str) -> None:
        """Read ``stderr`` or ``stdout`` from now on, as it comes."""
        arguments = (getattr(self.process, name), getattr(self, name))
        reader = threading.Thread(target=self._read, args=arguments, daemon=True)
        self._readers.append(reader)
        reader.start()

    def _read(self, stream, lines) -> None:
        for line in stream:
            with self._changed:
                lines.append(json.loads(line))
                self._changed.notify_all()
        stream.close()
        with self._changed:
            lines.append({"message": "end"})
            self._changed.notify_all()

    def wait_for(self, wanted, stream="stderr", count=1):
        """The first ``count`` log lines that ``wanted`` is true of, as soon as they are there."""
        lines = getattr(self, stream)

        def found():
            return len([line for line in lines if wanted(line)]) >= count or lines[-1:] == [{"message": "end"}]

        with self._changed:
            assert self._changed.wait_for(found, WAIT_SECONDS), lines
        matching = [line for line in lines if wanted(line)]
        assert len(matching) >= count, lines
        return matching[:count]

    @property
    def address(self):
        [line] = self.wait_for(lambda line: line["message"] == "listening")
        return line["address"]

    def connect(self) -> socket.socket:
        address = self.address
        if address.startswith("unix:"):
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(WAIT_SECONDS)
            client.connect(address[len("unix:") :])
            return client
        host, _, port = address.rpartition(":")
        return socket.create_connection((host, int(port)), WAIT_SECONDS)

    def accepts(self) -> bool:
        """Whether a new connection is let in."""
        try:
            self.connect().close()
        except (ConnectionRefusedError, ConnectionResetError):
            return False
        return True

    def http(self) -> http.client.HTTPConnection:
        host, _, port = self.address.rpartition(":")
        return http.client.HTTPConnection(host, int(port), timeout=WAIT_SECONDS)

    def invoke(self, body, **headers):
        client = self.http()
        try:
            client.request("POST", "/invocations", body, {name.replace("_", "-"): headers[name] for name in headers})
            response = client.getresponse()
            return response.status, response.headers, response.read()
        finally:
            client.close()

    def exchange(self, data: bytes) -> bytes:
        """Everything that the server sends for these bytes until it closes."""
        with self.connect() as client:
            client.sendall(data)
            return read_all(client)

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        status = self.process.wait(WAIT_SECONDS)
        for reader in self._readers:
            reader.join(WAIT_SECONDS)
        return status


def read_all(client: socket.socket) -> bytes:
    received = b""
    while True:
        piece = client.recv(65536)
        if not piece:
            return received
        received += piece


def read_response(client: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Exactly one response, however it is split; nothing of the next is taken."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        assert byte, f"the server closed after {head!r}"
        head += byte
    status, *fields = head.decode("ascii").split("\r\n")[:-2]
    headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
    body = b""
    while len(body) < int(headers.get("content-length", 0)):
        piece = client.recv(int(headers["content-length"]) - len(body))
        assert piece
        body += piece
    return int(status.split()[1]), headers, body


@contextmanager
def serving(
    *arguments: str, program=SCRIPTED, bind="127.0.0.1:0", workers=1, read=("stderr", "stdout"), **variables: str
) -> Iterator[ServingProcess]:
    """A server with these environment variables, ended by its own process id; what is in `read` is read at once."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SKLEARN_", "SAGEMAKER_"))}
    environment.update(SKLEARN_RUNTIME_FAILURE_PAUSE="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    environment.update(variables)
    process = subprocess.Popen(
        [*program, "--bind", bind, "--workers", str(workers), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    server = ServingProcess(process)
    for name in read:
        server.read(name)
    try:
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(WAIT_SECONDS)
            finally:
                process.kill()
        server.wait()
