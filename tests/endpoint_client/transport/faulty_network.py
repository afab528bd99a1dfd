"""A network between client and endpoint that breaks as told: real sockets, real resets."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Fault = Literal["whole", "reset before", "reset after", "half the head", "half the body", "silence", "goodbye"]
"""What becomes of a request.

whole: it is answered.
reset before: the connection is reset, and the endpoint sees nothing.
reset after: the endpoint has answered, and the connection is reset.
half the head, half the body: so much of the answer comes, and the connection ends.
silence: the endpoint has answered, and nothing comes.
goodbye: it is answered, and the connection is closed behind it, without a word in the headers.
"""


@dataclass
class FaultyNetwork:
    """Relays whole requests to the endpoint.

    Attributes
    ----------
    faults
        For the next requests, in turn; after them all is well.
    connections, ended
        That were made, and that this side has ended, so far.
    """

    upstream: tuple[str, int]
    listener: socket.socket
    faults: deque[Fault] = field(default_factory=deque)
    connections: int = 0
    ended: int = 0
    requests: list[bytes] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def die(self) -> None:
        """Take no connection any more."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            self.answer(client)
        self.ended += 1

    def answer(self, client: socket.socket) -> None:
        while request := read_message(client):
            self.requests.append(request)
            fault = self.faults.popleft() if self.faults else "whole"
            if fault == "reset before":
                return _reset(client)
            with socket.create_connection(self.upstream) as server:
                server.sendall(request)
                answer = read_message(server)
            head, _, body = answer.partition(b"\r\n\r\n")
            match fault:
                case "whole" | "goodbye":
                    client.sendall(answer)
                case "reset after":
                    return _reset(client)
                case "half the head":
                    client.sendall(head[: len(head) // 2])
                case "half the body":
                    client.sendall(head + b"\r\n\r\n" + body[: len(body) // 2])
                case "silence":
                    self.closed.wait()
            if fault != "whole":
                return None
        return None


@contextlib.contextmanager
def faulty_network(upstream: str) -> Iterator[FaultyNetwork]:
    """Serve a network before the endpoint at this URL."""
    host, _, port = upstream.removeprefix("http://").partition(":")
    network = FaultyNetwork((host, int(port)), socket.create_server(("127.0.0.1", 0)))
    thread = threading.Thread(target=network.accept)
    thread.start()
    yield network
    network.closed.set()
    network.die()
    thread.join()


def read_message(connection: socket.socket) -> bytes:
    """Read a request or an answer with a Content-Length; nothing: the connection has ended."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head = data.partition(b"\r\n\r\n")[0]
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    size = len(head) + 4 + int(fields.get(b"content-length", 0))
    while len(data) < size:
        data += connection.recv(65536)
    return data


def _reset(connection: socket.socket) -> None:
    # With a linger time of 0, closing sends a reset.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
