"""Tunnels: bytes in both directions, until both sides have ended."""

import fcntl
import resource
import socket
import threading

import pytest

from local_sagemaker.sagemaker_sdk.tunnels import connect, relay
from local_sagemaker.sagemaker_sdk.upstream_proxy import UpstreamProxyError

OWN_PORT = 4566


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
        with connect(f"127.0.0.1:{port}", OWN_PORT) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)
            assert connection.gettimeout() is None


@pytest.mark.parametrize("authority", ["127.0.0.1", "127.0.0.1:https", ":"])
def test_what_is_no_host_and_port_is_refused(authority):
    with pytest.raises(ValueError, match="invalid literal"):
        connect(authority, OWN_PORT)


@pytest.fixture
def proxy(monkeypatch):
    """Listen as the proxy of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")
        yield listener


def answer_one(listener, answer):
    """Accept a connection and answer it, beside the test; give what is asked and how the connection ends."""

    def run():
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(20)
            heard.append(connection.recv(1000))
            connection.sendall(answer)
            heard.append(connection.recv(1000))

    heard: list[bytes] = []
    thread = threading.Thread(target=run)
    thread.start()
    return thread, heard


def test_behind_a_proxy_a_host_is_reached_through_it(proxy):
    thread, heard = answer_one(proxy, b"HTTP/1.1 200 OK\r\n\r\n")
    with connect("no-such-host.invalid:443", OWN_PORT) as connection:
        assert connection.getpeername() == proxy.getsockname()
        assert connection.gettimeout() is None
        connection.sendall(b"for the host")
        thread.join(20)
    assert heard[0].startswith(b"CONNECT no-such-host.invalid:443 HTTP/1.1\r\n")
    assert heard[1] == b"for the host"


def test_a_proxy_that_refuses_is_left(proxy):
    thread, heard = answer_one(proxy, b"HTTP/1.1 403 Forbidden\r\n\r\n")
    with pytest.raises(UpstreamProxyError, match=r"the proxy 127\.0\.0\.1:\d+ .* refuses: HTTP/1.1 403 Forbidden"):
        connect("example.com:443", OWN_PORT)
    thread.join(20)
    assert heard[1] == b""


def test_a_proxy_that_does_not_answer_is_named(proxy):
    proxy.close()
    with pytest.raises(UpstreamProxyError, match=r"the proxy 127\.0\.0\.1:\d+ .* cannot be reached: .*refused"):
        connect("example.com:443", OWN_PORT)


def test_this_server_is_no_proxy_to_itself(proxy):
    with socket.create_server(("127.0.0.1", 0)) as host:
        authority = f"127.0.0.1:{host.getsockname()[1]}"
        with connect(authority, proxy.getsockname()[1]) as connection:
            assert connection.getpeername() == host.getsockname()
