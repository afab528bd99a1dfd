"""The server as a proxy: STS is the local cloud itself, any other host is passed on to."""

import http.client
import logging
import socket
import ssl
import threading

import pytest

from local_sagemaker.sagemaker_sdk import certificate
from local_sagemaker.server import LocalServer
from tests.local_sagemaker.cloud import eventually

STS = "sts.eu-west-1.amazonaws.com"


def application(environ, start_response):
    body = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{environ['PATH_INFO']}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    certificate.server_context.cache_clear()
    server = LocalServer(application, 0)
    server.start()
    yield server
    server.stop()
    certificate.server_context.cache_clear()


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


def test_another_host_is_passed_on_to_unread(server):
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
