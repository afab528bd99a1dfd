"""HTTP over a Unix socket: connections are kept, and each way to fail has its own error."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_sagemaker.containers.container_client import ContainerClient, NotConnectedError, StaleConnectionError
from local_sagemaker.data_plane_errors import InvocationTimeoutError, UnreachableError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Name: Value\r\n\r\nok"


class Peer:
    """Answers each request of each connection with the next of the given bytes; None breaks the connection off."""

    def __init__(self, path: Path, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.connections = 0
        self.release = threading.Event()
        peer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                peer.connections += 1
                connection = self.request
                while peer.answers and (request := connection.recv(65536)):
                    peer.requests.append(request)
                    answer = peer.answers.pop(0)
                    if answer is None:
                        return
                    if answer == b"":
                        peer.release.wait(20)
                    with contextlib.suppress(BrokenPipeError):
                        connection.sendall(answer)

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

        self.server = Server(str(path), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def peer_of(tmp_path: Path) -> Iterator[Any]:
    made: list[tuple[Peer, ContainerClient]] = []

    def make(*answers: bytes | None) -> tuple[Peer, ContainerClient]:
        made.append((Peer(tmp_path / "s", *answers), ContainerClient(tmp_path / "s")))
        return made[-1]

    yield make
    for peer, client in made:
        client.close()
        peer.close()


def test_only_the_given_headers_are_sent(peer_of):
    peer, client = peer_of(OK)
    response = client.request("POST", "/invocations", body=b"body", headers={"Accept": "text/csv"}, timeout=5)
    assert response == (200, {"content-length": "2", "x-name": "Value"}, b"ok")
    head = {line.split(b":")[0].lower() for line in peer.requests[0].split(b"\r\n\r\n")[0].split(b"\r\n")[1:]}
    assert peer.requests[0].startswith(b"POST /invocations HTTP/1.1\r\n")
    assert head == {b"host", b"content-length", b"accept"}


def test_a_connection_is_used_again(peer_of):
    peer, client = peer_of(OK, OK, OK)
    for _ in range(3):
        assert client.request("GET", "/ping", timeout=5).status == 200
    assert peer.connections == 1


def test_nobody_listens(tmp_path):
    with pytest.raises(NotConnectedError, match="none"):
        ContainerClient(tmp_path / "none").request("GET", "/ping", timeout=5)


def test_no_answer_in_time(peer_of):
    _, client = peer_of(b"")
    with pytest.raises(InvocationTimeoutError, match=r"no answer within 0\.05 s"):
        client.request("GET", "/ping", timeout=0.05)


BROKEN = [None, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"nonsense\r\n\r\n"]


@pytest.mark.parametrize("answer", BROKEN)
def test_a_connection_that_breaks_off(peer_of, answer):
    peer, client = peer_of(answer)
    with pytest.raises(UnreachableError) as error:
        client.request("GET", "/ping", timeout=5)
    assert type(error.value) is UnreachableError
    assert peer.connections == 1


@pytest.mark.parametrize(
    ("answer", "kind"), list(zip(BROKEN, [StaleConnectionError, UnreachableError, StaleConnectionError], strict=True))
)
def test_a_connection_that_was_idle_may_have_been_closed_before(peer_of, answer, kind):
    _, client = peer_of(OK, answer)
    client.request("GET", "/ping", timeout=5)
    with pytest.raises(UnreachableError) as error:
        client.request("GET", "/ping", timeout=5)
    assert type(error.value) is kind
