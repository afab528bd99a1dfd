"""The HTTP server: connections kept alive, bodies of any kind, loopback only."""

import errno
import http.client
import os
import socket
import threading
from typing import Any

import pytest

from local_sagemaker import server as server_module
from local_sagemaker.server import LocalServer, PortUnavailableError


def application(environ: Any, start_response: Any) -> Any:
    path = environ["PATH_INFO"]
    if path == "/echo":
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", str(len(body))), ("X-Length", environ.get("CONTENT_LENGTH", ""))])
        return [body]
    if path == "/stream":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (part for part in (b"one ", b"", b"two"))
    if path == "/empty":
        start_response("204 No Content", [])
        return []
    if path == "/nothing":
        start_response("200 OK", [])
        return []
    if path == "/closing":
        start_response("200 OK", [("Content-Length", "2")])
        return CLOSED
    if path == "/midway":
        start_response("200 OK", [])
        return midway()
    raise RuntimeError("no such path")


def midway() -> Any:
    yield b"one"
    raise RuntimeError("lost the rest")


class Closing:
    def __init__(self) -> None:
        self.closed = threading.Event()

    def __iter__(self) -> Any:
        return iter([b"ok"])

    def close(self) -> None:
        self.closed.set()


CLOSED = Closing()


@pytest.fixture
def serve():
    servers = []

    def start(app=application, port=0):
        server = LocalServer(app, port)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def connection(serve):
    connection = http.client.HTTPConnection("127.0.0.1", serve().port, timeout=10)
    yield connection
    connection.close()


def ask(connection, method, path, body=None, headers=None, **options):
    connection.request(method, path, body=body, headers=headers or {}, **options)
    response = connection.getresponse()
    return response.status, response.read()


def test_many_requests_go_over_one_connection(connection):
    connection.connect()
    first = connection.sock
    for number in range(20):
        body = b"x" * number
        assert ask(connection, "POST", "/echo", body) == (200, body)
    assert connection.sock is first


def test_a_body_in_chunks_is_read_whole(connection):
    status, body = ask(connection, "POST", "/echo", iter([b"one ", b"two"]), encode_chunked=True)
    assert (status, body) == (200, b"one two")
    assert ask(connection, "POST", "/echo", b"next") == (200, b"next")


def test_a_body_larger_than_memory_is_given_is_echoed(connection, monkeypatch):
    monkeypatch.setattr(server_module, "_SPOOL_BYTES", 1024)
    body = b"y" * (3 * 1024 * 1024)
    assert ask(connection, "POST", "/echo", body) == (200, body)


def test_an_answer_of_unknown_length_is_streamed_and_the_connection_kept(connection):
    assert ask(connection, "GET", "/stream") == (200, b"one two")
    assert ask(connection, "GET", "/nothing") == (200, b"")
    assert ask(connection, "GET", "/empty") == (204, b"")
    assert ask(connection, "HEAD", "/stream") == (200, b"")
    assert ask(connection, "POST", "/echo", b"next") == (200, b"next")


def test_the_answers_iterable_is_closed(connection):
    assert ask(connection, "GET", "/closing") == (200, b"ok")
    assert CLOSED.closed.wait(10)


def test_a_fault_of_the_application_is_a_500_and_in_the_log(connection, caplog):
    assert ask(connection, "GET", "/nowhere") == (500, b"")
    assert "GET /nowhere failed" in caplog.text
    assert "no such path" in caplog.text


def test_a_fault_in_the_middle_of_an_answer_ends_the_connection(connection):
    connection.request("GET", "/midway")
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()


def test_a_client_that_waits_for_100_continue_gets_it(serve):
    with socket.create_connection(("127.0.0.1", serve().port), timeout=10) as client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"hi")
        reader = client.makefile("rb")
        assert reader.readline().startswith(b"HTTP/1.1 200 ")
        reader.close()


def test_a_body_that_never_comes_whole_is_not_answered(serve):
    with socket.create_connection(("127.0.0.1", serve().port), timeout=10) as client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1000) == b""


def test_a_client_that_goes_away_harms_nobody(serve, caplog):
    sending = threading.Event()

    def endless(environ, start_response):
        start_response("200 OK", [])
        while not sending.is_set():
            yield b"x" * 65536

    server = serve(endless)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(10)
    server.stop()
    sending.set()
    server.start = server.stop = lambda: None
    assert "failed" not in caplog.text


def test_eight_connections_at_once_lose_nothing(serve):
    port = serve().port
    lost = []

    def run(name: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            for number in range(50):
                body = f"{name}-{number}".encode()
                if ask(connection, "POST", "/echo", body) != (200, body):
                    lost.append(body)
        except OSError as error:
            lost.append(str(error).encode())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lost == []


def test_stopping_ends_connections_that_are_kept_open(serve):
    server = LocalServer(application, 0)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert client.recv(1000)
        server.stop()
        assert client.recv(1000) == b""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_it_listens_on_every_loopback_address(serve, host):
    connection = http.client.HTTPConnection(host, serve().port, timeout=10)
    assert ask(connection, "POST", "/echo", b"hi") == (200, b"hi")
    connection.close()


def refuse(monkeypatch, family, number):
    real = socket.create_server

    def create_server(address, **options):
        if options["family"] == family:
            raise OSError(number, os.strerror(number))
        return real(address, **options)

    monkeypatch.setattr(socket, "create_server", create_server)


def test_without_ipv6_it_listens_on_ipv4(serve, monkeypatch):
    refuse(monkeypatch, socket.AF_INET6, errno.EAFNOSUPPORT)
    connection = http.client.HTTPConnection("127.0.0.1", serve().port, timeout=10)
    assert ask(connection, "POST", "/echo", b"hi") == (200, b"hi")
    connection.close()


def test_a_port_that_may_not_be_taken_is_refused_with_the_reason(monkeypatch):
    refuse(monkeypatch, socket.AF_INET, errno.EACCES)
    with pytest.raises(PortUnavailableError, match=r"^port 80 cannot be listened on \(Permission denied\): .* --port"):
        LocalServer(application, 80)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_port_in_use_is_refused_by_number_with_the_remedy(family):
    with socket.socket(family) as other:
        other.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortUnavailableError, match=rf"^port {port} is in use: .* --port"):
            LocalServer(application, port)
