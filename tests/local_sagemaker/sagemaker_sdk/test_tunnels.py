"""Tunnels: bytes in both directions, until both sides have ended."""

import fcntl
import resource
import socket
import threading

import pytest

from local_sagemaker.sagemaker_sdk.tunnels import connect, relay


@pytest.fixture
def ends():
    near, one = socket.socketpair()
    other, far = socket.socketpair()
    thread = threading.Thread(target=relay, args=(one, other))
    thread.start()
    near.settimeout(20)
    far.settimeout(20)
    yield near, far
    for end in (near, far):
        end.close()
    thread.join(20)
    one.close()
    other.close()
    assert not thread.is_alive()


def test_bytes_go_both_ways(ends):
    near, far = ends
    near.sendall(b"question")
    assert far.recv(100) == b"question"
    far.sendall(b"answer")
    assert near.recv(100) == b"answer"


def test_a_side_that_has_ended_still_hears_the_other(ends):
    near, far = ends
    near.shutdown(socket.SHUT_WR)
    assert far.recv(100) == b""
    far.sendall(b"late")
    assert near.recv(100) == b"late"


def test_a_connection_that_breaks_ends_the_tunnel(ends):
    near, far = ends
    far.close()
    near.sendall(b"x")


def test_descriptors_beyond_those_of_select_are_passed_on_too():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    near, one = socket.socketpair()
    other, far = socket.socketpair()
    high = socket.socket(fileno=fcntl.fcntl(one.fileno(), fcntl.F_DUPFD_CLOEXEC, 1100))
    try:
        with near, one, other, far, high:
            assert high.fileno() >= 1100
            near.sendall(b"question")
            for end in (near, far):
                end.shutdown(socket.SHUT_WR)
            relay(high, other)
            assert far.recv(100) == b"question"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_host_is_reached_by_name_and_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with connect(f"127.0.0.1:{port}") as connection:
            assert connection.getpeername() == ("127.0.0.1", port)
            assert connection.gettimeout() is None


@pytest.mark.parametrize("authority", ["127.0.0.1", "127.0.0.1:https", ":"])
def test_what_is_no_host_and_port_is_refused(authority):
    with pytest.raises(ValueError, match="invalid literal"):
        connect(authority)
