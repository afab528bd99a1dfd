"""The proxy of this machine: which it is, what it is asked, and how long its answer may be."""

import base64
import socket

import pytest

from local_sagemaker.sagemaker_sdk.upstream_proxy import UpstreamProxy, UpstreamProxyError, upstream_proxy


@pytest.fixture
def ends():
    here, proxy = socket.socketpair()
    with here, proxy:
        proxy.settimeout(20)
        yield here, proxy


def test_without_a_variable_there_is_none():
    assert upstream_proxy("example.com", 443) is None


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
@pytest.mark.parametrize(
    ("address", "proxy"),
    [
        ("http://proxy.example:3128", UpstreamProxy("proxy.example", 3128, None)),
        ("proxy.example:3128", UpstreamProxy("proxy.example", 3128, None)),
        ("http://proxy.example", UpstreamProxy("proxy.example", 80, None)),
        ("http://[::1]:3128/", UpstreamProxy("::1", 3128, None)),
        ("http://me:p%40ss@proxy.example:3128", UpstreamProxy("proxy.example", 3128, "me:p@ss")),
        ("http://me@proxy.example:3128", UpstreamProxy("proxy.example", 3128, "me:")),
    ],
)
def test_it_is_the_one_of_the_variable(monkeypatch, name, address, proxy):
    monkeypatch.setenv(name, address)
    assert upstream_proxy("example.com", 443) == proxy


@pytest.mark.parametrize("host", ["internal.example", "a.internal.example", "::1"])
def test_hosts_of_the_other_variable_are_reached_without(monkeypatch, host):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "internal.example,::1")
    assert upstream_proxy(host, 443) is None
    assert upstream_proxy("example.com", 443) is not None


@pytest.mark.parametrize(
    "address", ["socks5://me:secret@proxy.example:1080", "http://me:sec/ret@proxy.example", "http://"]
)
def test_an_address_that_is_none_is_refused_without_its_password(monkeypatch, address):
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(UpstreamProxyError, match=r"^HTTPS_PROXY of `up` must be as http://HOST:PORT or ") as refused:
        upstream_proxy("example.com", 443)
    assert "sec" not in str(refused.value)


def test_it_is_asked_for_a_tunnel_with_its_credentials(ends):
    here, proxy = ends
    proxy.sendall(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\nof the host")
    UpstreamProxy("proxy.example", 3128, "me:p@ss").open_tunnel(here, "example.com:443")
    head, *fields = proxy.recv(1000).decode().split("\r\n")
    assert head == "CONNECT example.com:443 HTTP/1.1"
    credentials = base64.b64encode(b"me:p@ss").decode()
    assert fields == ["Host: example.com:443", f"Proxy-Authorization: Basic {credentials}", "", ""]
    # What comes after its answer is left to the tunnel.
    assert here.recv(100) == b"of the host"


def test_one_that_asks_for_no_credentials_gets_none(ends):
    here, proxy = ends
    proxy.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    UpstreamProxy("proxy.example", 3128, None).open_tunnel(here, "example.com:443")
    assert b"Authorization" not in proxy.recv(1000)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "refuses: HTTP/1.1 407 Proxy Authentication Required"),
        (b"SSH-2.0 200\r\n\r\n", "refuses: SSH-2.0 200"),
        (b"HTTP/1.1 200 OK\r\n", "gives no answer: the connection ended"),
        (b"x" * 16 * 1024 + b"\r\n\r\n", "gives no answer: more than 16384 bytes of headers"),
    ],
)
def test_anything_but_a_tunnel_is_an_error_that_names_it(ends, answer, reason):
    here, proxy = ends
    proxy.sendall(answer)
    proxy.shutdown(socket.SHUT_WR)
    with pytest.raises(UpstreamProxyError) as refused:
        UpstreamProxy("proxy.example", 3128, "me:secret").open_tunnel(here, "example.com:443")
    assert str(refused.value) == f"the proxy proxy.example:3128 (HTTPS_PROXY of `up`) {reason}"
