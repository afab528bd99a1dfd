"""The server as a proxy: STS is the local cloud itself, any other host is passed on to."""

import errno
import http.client
import logging
import os
import shutil
import socket
import ssl
import threading

import pytest

from local_sagemaker.sagemaker_sdk import certificate, tunnels
from local_sagemaker.sagemaker_sdk.tunnels import connect
from local_sagemaker.server import LocalServer
from tests.local_sagemaker.cloud import eventually

STS = "sts.eu-west-1.amazonaws.com"


def application(environ, start_response):
    body = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{environ['PATH_INFO']}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def server(tmp_path, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    server = LocalServer(application, 0)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connections_ended(server):
    """Say whether the threads are gone that were started since: each connection has one."""
    before = set(threading.enumerate())
    return lambda: before.issuperset(threading.enumerate())


@pytest.fixture
def trusting(server):
    return ssl.create_default_context(cadata=certificate.certificate().decode())


@pytest.fixture
def sts(server, trusting):
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=trusting, timeout=20)
    connection.set_tunnel(STS, 443)
    yield connection
    connection.close()


def test_sts_is_answered_over_tls_on_a_connection_that_is_kept(sts):
    for path in ("/one", "/two"):
        sts.request("GET", path)
        assert sts.getresponse().read() == f"https://{STS}{path}".encode()


@pytest.mark.parametrize("host", [STS.upper(), f"{STS}.", "sts-fips.us-east-1.amazonaws.com"])
def test_sts_is_known_by_each_of_its_names(server, host):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        trusting = ssl.create_default_context(cadata=certificate.certificate().decode())
        with trusting.wrap_socket(client, server_hostname=host.lower().removesuffix(".")) as secured:
            assert secured.getpeercert()


def test_a_certificate_that_is_made_while_it_runs_holds(server, sts, tmp_path):
    sts.request("GET", "/one")
    assert sts.getresponse().read()
    shutil.rmtree(tmp_path / "cache")
    trusting = ssl.create_default_context(cadata=certificate.certificate().decode())
    later = http.client.HTTPSConnection("127.0.0.1", server.port, context=trusting, timeout=20)
    later.set_tunnel(STS, 443)
    later.request("GET", "/two")
    assert later.getresponse().read() == f"https://{STS}/two".encode()
    later.close()


def test_plain_http_goes_on_beside_it(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/plain")
    assert connection.getresponse().read() == f"http://127.0.0.1:{server.port}/plain".encode()
    connection.close()


def test_stopping_ends_a_connection_over_tls(server, sts):
    sts.request("GET", "/one")
    sts.getresponse().read()
    server.stop()
    assert sts.sock.recv(100) == b""


def test_a_client_that_does_not_trust_is_told_of_in_the_log(server, caplog):
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=ssl.create_default_context(), timeout=20)
    connection.set_tunnel(STS, 443)
    caplog.set_level(logging.WARNING)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.connect()
    connection.close()
    assert eventually(lambda: "it is to trust what `env --sagemaker-sdk` says" in caplog.text)


def test_garbage_after_the_handshake_ends_the_connection_with_a_line_in_the_log(
    server, trusting, connections_ended, caplog, capfd
):
    caplog.set_level(logging.WARNING)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(f"CONNECT {STS}:443 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        with socket.socket(fileno=os.dup(client.fileno())) as plain:
            plain.settimeout(20)
            with trusting.wrap_socket(client, server_hostname=STS):
                plain.sendall(b"wrong")  # as long as the head of a record
                told = b"".join(iter(lambda: plain.recv(10_000), b""))
    assert b"HTTP/1.1" not in told
    assert eventually(lambda: f"CONNECT {STS}:443 broke off: " in caplog.text)
    assert eventually(connections_ended)
    assert capfd.readouterr().err == ""


def test_what_fails_in_an_open_tunnel_is_no_answer_in_it(server, monkeypatch, caplog):
    def out_of_descriptors(one, other):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(tunnels, "relay", out_of_descriptors)
    caplog.set_level(logging.WARNING)
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as client,
    ):
        authority = f"127.0.0.1:{other.getsockname()[1]}"
        client.sendall(f"CONNECT {authority} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        told = b"".join(iter(lambda: client.recv(10_000), b""))
    assert told == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert eventually(lambda: f"CONNECT {authority} broke off: " in caplog.text)


def test_a_client_that_is_gone_before_the_answer_leaves_no_traceback(server, connections_ended, monkeypatch, capfd):
    gone = threading.Event()

    def late(authority, own_port):
        gone.wait(20)
        raise OSError(errno.ECONNREFUSED, "refused" * 100_000)

    monkeypatch.setattr(tunnels, "connect", late)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sendall(b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")
    gone.set()
    assert eventually(connections_ended)
    assert capfd.readouterr().err == ""


def check_that_another_host_is_passed_on_to(server):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        def answer():
            connection, _ = other.accept()
            with connection:
                connection.sendall(connection.recv(100)[::-1])

        thread = threading.Thread(target=answer)
        thread.start()
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
            client.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            reader = client.makefile("rb")
            assert reader.readline() == b"HTTP/1.1 200 Connection established\r\n"
            assert reader.readline() == b"\r\n"
            client.sendall(b"abc")
            assert reader.read() == b"cba"
        thread.join(20)


def test_another_host_is_passed_on_to_unread(server):
    check_that_another_host_is_passed_on_to(server)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_started_in_a_shell_that_has_its_own_variables_it_does_not_ask_itself(server, monkeypatch, host):
    monkeypatch.setenv("HTTPS_PROXY", f"http://{host}:{server.port}")
    check_that_another_host_is_passed_on_to(server)


def test_behind_another_proxy_it_passes_on_through_that(server, monkeypatch):
    other = LocalServer(application, 0)
    other.start()
    monkeypatch.setenv("HTTPS_PROXY", other.url)
    asked = []

    def recorded(authority, own_port):
        asked.append(own_port)
        return connect(authority, own_port)

    monkeypatch.setattr(tunnels, "connect", recorded)
    check_that_another_host_is_passed_on_to(server)
    assert asked == [server.port, other.port]
    other.stop()


@pytest.mark.parametrize("authority", ["127.0.0.1:1", "nowhere.invalid:443", "nonsense"])
def test_a_host_that_cannot_be_reached_is_a_502_that_names_it(server, authority, caplog):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    with caplog.at_level(logging.WARNING):
        connection.request("CONNECT", authority)
        response = connection.getresponse()
    assert response.status == 502
    assert f"CONNECT {authority} failed: " in caplog.text
    connection.close()


def test_without_a_place_for_the_certificate_sts_is_a_502(server, tmp_path, caplog):
    (tmp_path / "cache").write_text("no folder")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    with caplog.at_level(logging.WARNING):
        connection.request("CONNECT", f"{STS}:443")
        assert connection.getresponse().status == 502
    assert "set XDG_CACHE_HOME" in caplog.text
    connection.close()
