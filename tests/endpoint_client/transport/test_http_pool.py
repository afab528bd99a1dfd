"""TLS and proxies: on the fast way as on boto3's."""

import os
import socket

import boto3
import botocore
import numpy as np
import pytest
from botocore.config import Config
from urllib3.connection import HTTPConnection

from endpoint_client import ConfigurationError, EndpointUnreachable, Predictor
from tests.endpoint_client.transport.relays import garbled, make_certificate, proxy, tls


@pytest.fixture
def upstream(endpoint):
    return int(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ca_bundle"):
        for variable in (name, name.upper(), f"AWS_{name.upper()}", f"REQUESTS_{name.upper()}"):
            monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def certificate(tmp_path):
    make_certificate(tmp_path / "certificate.pem")
    return tmp_path / "certificate.pem"


@pytest.fixture
def secure(certificate, upstream, monkeypatch):
    with tls(certificate, upstream) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://127.0.0.1:{port}")
        yield port


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_certificates_are_those_that_botocore_trusts(
    endpoint, secure, certificate, fast, features, monkeypatch, variable
):
    monkeypatch.setenv(variable, str(certificate))
    with Predictor("ep", fast=fast) as predictor:
        np.testing.assert_array_equal(predictor.predict(features), endpoint.model.predict(features))


def test_a_certificate_that_nobody_trusts_is_refused(endpoint, secure, make_predictor, features, pauses):
    with pytest.raises(EndpointUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
        make_predictor().predict(features)
    assert endpoint.requests == []


def test_a_body_that_tls_finds_changed_is_a_broken_answer(endpoint, secure, certificate, fast, monkeypatch, pauses):
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    features = np.random.default_rng(2).normal(size=(20_000, 4))
    with garbled(secure, behind=100_000) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://127.0.0.1:{port}")
        with Predictor("ep", fast=fast) as predictor:
            np.testing.assert_array_equal(predictor.predict(features), endpoint.model.predict(features))
    assert (len(endpoint.requests), len(pauses)) == (2, 1)


def test_a_proxy_of_plain_http(endpoint, upstream, make_predictor, features, monkeypatch):
    asked: list[bytes] = []
    with proxy(asked) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://someone:secret@127.0.0.1:{port}")
        np.testing.assert_array_equal(make_predictor().predict(features), endpoint.model.predict(features))
    (head,) = asked
    assert head.startswith(b"POST http://127.0.0.1:%d/endpoints/ep/invocations HTTP/1.1\r\n" % upstream)
    assert b"proxy-authorization: basic c29tzw9uztpzzwnyzxq=" in head.lower()


def test_a_tunnel_through_a_proxy(endpoint, secure, certificate, fast, features, monkeypatch):
    asked: list[bytes] = []
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with proxy(asked) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with Predictor("ep", fast=fast) as predictor:
            for _ in range(2):
                np.testing.assert_array_equal(predictor.predict(features), endpoint.model.predict(features))
    (head,) = asked
    assert head.startswith(b"CONNECT 127.0.0.1:%d HTTP/1." % secure)


def test_a_proxy_that_is_not_there_is_named_without_its_password(make_predictor, features, monkeypatch, pauses):
    monkeypatch.setenv("HTTP_PROXY", "http://someone:secret@127.0.0.1:9")
    with pytest.raises(EndpointUnreachable, match="Failed to connect to proxy") as caught:
        make_predictor().predict(features)
    assert "secret" not in str(caught.value)
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("setting", "config"),
    [
        ("client_cert", Config(client_cert="mine.pem")),
        ("proxies_config", Config(proxies_config={"proxy_ca_bundle": "theirs.pem"})),
    ],
)
def test_what_the_fast_way_does_not_know_is_refused(endpoint, setting, config):
    session = boto3.Session()
    session._session.set_default_client_config(config)
    with pytest.raises(ConfigurationError, match=f"fast=True knows no {setting}, .*: leave fast out"):
        Predictor("ep", fast=True, session=session)


@pytest.mark.parametrize("version", [botocore.UNSIGNED, "v4a", "bearer"])
def test_another_signature_is_refused(endpoint, version):
    session = boto3.Session()
    session._session.set_default_client_config(Config(signature_version=version))
    with pytest.raises(ConfigurationError, match=r"fast=True knows no signature_version=.*, only 'v4': leave fast out"):
        Predictor("ep", fast=True, session=session)


def test_no_proxies_is_a_setting(endpoint, fast, features, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    session = boto3.Session()
    session._session.set_default_client_config(Config(proxies={}))
    with Predictor("ep", fast=fast, session=session) as predictor:
        assert len(predictor.predict(features)) == len(features)


@pytest.mark.parametrize("where", ["Config", "file", "nowhere"])
def test_connections_are_kept_alive_where_boto3_does_so(endpoint, fast, features, monkeypatch, tmp_path, where):
    (tmp_path / "config").write_text(f"[default]\ntcp_keepalive = {str(where == 'file').lower()}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    session = boto3.Session()
    if where == "Config":
        session._session.set_default_client_config(Config(tcp_keepalive=True))
    kept: list[bool] = []
    connect = HTTPConnection.connect

    def seen(connection):
        connect(connection)
        kept.append(bool(connection.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)))
        assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    monkeypatch.setattr(HTTPConnection, "connect", seen)
    with Predictor("ep", fast=fast, session=session) as predictor:
        predictor.predict(features)
    assert kept == [where != "nowhere"]
