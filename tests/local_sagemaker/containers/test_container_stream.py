"""An answer as it comes: its parts, its end, and each way in which it comes to none."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local_sagemaker.containers.container_client import ContainerClient, NotConnectedError
from local_sagemaker.containers.container_stream import CallerGoneError, ContainerStream
from local_sagemaker.data_plane_errors import InvocationTimeoutError, UnreachableError

HEAD = b"HTTP/1.1 200 OK\r\nX-Name: Value\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@contextmanager
def asked(answer: bytes, seconds: float = 20.0, caller: socket.socket | None = None) -> Iterator[ContainerStream]:
    """Ask over a connection whose other end has answered already, and has closed it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(answer)
        theirs.shutdown(socket.SHUT_WR)
        stream = ContainerStream(ours, time.monotonic() + seconds, caller)
        stream.ask("/invocations", body=b"body", headers={"Accept": "text/csv"})
        yield stream
        stream.close()


def parts(stream: ContainerStream, most: int = 100) -> list[bytes]:
    found = []
    while part := stream.read(most):
        found.append(part)
    return found


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (CHUNKED + b"3\r\none\r\n5\r\n two \r\n0\r\n\r\n", [b"one", b" two "]),
        (CHUNKED + b"0\r\n\r\n", []),
        (HEAD + b"Content-Length: 3\r\n\r\none", [b"one"]),
        (HEAD + b"Content-Length: 0\r\n\r\n", []),
        (HEAD + b"Connection: close\r\n\r\nto the end", [b"to the end"]),
        (b"HTTP/1.0 200 OK\r\nX-Name: Value\r\n\r\nto the end", [b"to the end"]),
    ],
)
def test_an_answer_is_given_to_its_end(answer, expected):
    with asked(answer) as stream:
        assert (stream.status, stream.headers["x-name"]) == (200, "Value")
        assert parts(stream) == expected
        assert stream.read() == b""


def test_a_part_has_no_more_than_what_is_asked_for():
    with asked(HEAD + b"Content-Length: 5\r\n\r\n12345") as stream:
        assert parts(stream, 2) == [b"12", b"34", b"5"]
    with asked(CHUNKED + b"5\r\n12345\r\n0\r\n\r\n") as stream:
        assert parts(stream, 2) == [b"12", b"34", b"5"]


def test_only_the_given_headers_are_sent():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(CHUNKED)
        ContainerStream(ours, time.monotonic() + 20, None).ask("/x", body=b"body", headers={"Accept": "text/csv"})
        head, _, body = theirs.recv(1000).partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [b"POST /x HTTP/1.1", b"Host: localhost", b"Accept: text/csv", b"Content-Length: 4"]
    assert body == b"body"


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", HEAD.replace(b"200", b"2o0") + b"\r\n"])
def test_a_container_that_gives_no_head_is_unreachable(answer):
    with pytest.raises(UnreachableError), asked(answer):
        pass


@pytest.mark.parametrize(
    "rest",
    [b"", b"5\r\non", b"5\r\none12", b"3\r\none\r\n", b"what\r\n", b"3\r\none\r\nwhat\r\n"],
)
def test_a_body_in_chunks_without_its_end_has_broken_off(rest):
    with asked(CHUNKED + rest) as stream, pytest.raises(UnreachableError):
        parts(stream)


def test_a_body_shorter_than_was_promised_has_broken_off():
    with asked(HEAD + b"Content-Length: 9\r\n\r\nhalf") as stream:
        assert stream.read() == b"half"
        with pytest.raises(UnreachableError, match="5 bytes of the answer are missing"):
            stream.read()


def test_a_container_that_does_not_take_the_request_in_time():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(InvocationTimeoutError):
        ContainerStream(ours, time.monotonic() + 0.05, None).ask("/", body=b"x" * 10_000_000, headers={})


def test_a_container_that_dies_over_the_request():
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(UnreachableError):
        ContainerStream(ours, time.monotonic() + 20, None).ask("/", body=b"x" * 10_000_000, headers={})


def test_the_time_holds_for_the_whole_answer():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(CHUNKED + b"3\r\none\r\n")
        stream = ContainerStream(ours, time.monotonic() + 0.3, None)
        stream.ask("/", body=b"", headers={})
        assert stream.read() == b"one"
        with pytest.raises(InvocationTimeoutError, match="not whole in time"):
            stream.read()
        theirs.sendall(b"3\r\ntwo\r\n")
        with pytest.raises(InvocationTimeoutError, match="not whole in time"):
            stream.read()
        assert stream.waited > 0


@pytest.mark.parametrize("reset", [False, True])
def test_a_caller_that_has_gone_ends_the_waiting(reset):
    caller, peer = socket.socketpair() if not reset else connected()
    ours, theirs = socket.socketpair()
    with ours, theirs, caller:
        theirs.sendall(CHUNKED + b"3\r\none\r\n")
        stream = ContainerStream(ours, time.monotonic() + 20, caller)
        stream.ask("/", body=b"", headers={})
        assert stream.read() == b"one"
        peer.close()
        with pytest.raises(CallerGoneError):
            stream.read()


def connected() -> tuple[socket.socket, socket.socket]:
    """Give a connection of TCP, whose second end resets it when it is closed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = socket.create_connection(listener.getsockname())
        caller, _ = listener.accept()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return caller, peer


def test_a_caller_that_sends_its_next_request_has_not_gone():
    caller, peer = socket.socketpair()
    ours, theirs = socket.socketpair()
    with ours, theirs, caller, peer:
        theirs.sendall(CHUNKED)
        stream = ContainerStream(ours, time.monotonic() + 20, caller)
        stream.ask("/", body=b"", headers={})
        peer.sendall(b"GET / HTTP/1.1\r\n")
        later = threading.Timer(0.05, theirs.sendall, [b"3\r\none\r\n0\r\n\r\n"])
        later.start()
        assert parts(stream) == [b"one"]
        later.join()
        assert caller.recv(3) == b"GET"


def test_a_client_makes_one(tmp_path):
    with pytest.raises(NotConnectedError, match="none"):
        ContainerClient(tmp_path / "none").stream("/", body=b"", headers={}, deadline=0.0, caller=None)


def test_a_client_closes_the_connection_of_a_request_that_fails(tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        with pytest.raises(InvocationTimeoutError):
            ContainerClient(tmp_path / "s").stream(
                "/", body=b"", headers={}, deadline=time.monotonic() + 0.05, caller=None
            )
        connection, _ = listener.accept()
        with connection:
            received = b""
            while data := connection.recv(1000):
                received += data
    assert received.startswith(b"POST / HTTP/1.1\r\n")
