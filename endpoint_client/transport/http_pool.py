"""The connections of the fast sender: urllib3's, with botocore's certificates, proxies and timeouts."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSHTTPConnection, AWSHTTPSConnection
from botocore.httpsession import ProxyConfiguration, create_urllib3_context, get_cert_path
from botocore.utils import get_environ_proxies
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager, Timeout
from urllib3.connection import HTTPConnection

from endpoint_client.exceptions import ConfigurationError

if TYPE_CHECKING:
    import boto3
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient


def connection_pool(client: SageMakerRuntimeClient, session: boto3.Session) -> HTTPConnectionPool:
    """Make a pool of connections to where a boto3 client would connect.

    Parameters
    ----------
    client : SageMakerRuntimeClient
        Whose address, timeouts, proxies and number of connections are used.
    session : boto3.Session
        That it was made of: it knows the certificates (AWS_CA_BUNDLE, ca_bundle).

    Raises
    ------
    ConfigurationError
        The session's default configuration has a client certificate, or one for the way to a proxy, or a signature that
        is not Signature Version 4.
    """
    url = client.meta.endpoint_url
    config: Any = client.meta.config
    for setting in ("client_cert", "proxies_config"):
        if getattr(config, setting):
            raise ConfigurationError(f"fast=True knows no {setting}, which the session's Config has: leave fast out")
    if config.signature_version != "v4":
        raise ConfigurationError(
            f"fast=True knows no signature_version={config.signature_version!r}, which the session's Config has, only "
            "'v4': leave fast out"
        )
    options: dict[str, Any] = {
        "maxsize": config.max_pool_connections,
        "timeout": Timeout(connect=config.connect_timeout, read=config.read_timeout),
    }
    if config.tcp_keepalive or _configured(session, "tcp_keepalive"):
        options["socket_options"] = [
            *HTTPConnection.default_socket_options,
            (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        ]
    if url.startswith("https:"):
        options["ssl_context"] = create_urllib3_context()
        verify = _verify(session)
        options |= {"cert_reqs": "CERT_REQUIRED", "ca_certs": get_cert_path(verify)} if verify else {}
    # None at all, {}, is a setting too.
    proxies = ProxyConfiguration(proxies=get_environ_proxies(url) if config.proxies is None else config.proxies)
    proxy = proxies.proxy_url_for(url)
    manager = (
        PoolManager(**options)
        if proxy is None
        else ProxyManager(proxy, proxy_headers=proxies.proxy_headers_for(proxy), **options)
    )
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
    return manager.connection_from_url(url)


def _verify(session: boto3.Session) -> Any:
    """Where the certificates lie that are trusted; True: botocore's own."""
    return _configured(session, "ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE") or True


def _configured(session: boto3.Session, name: str) -> Any:
    # boto3's session has no method for it, botocore's below it has.
    return session._session.get_config_variable(name)


class _InOnePiece:
    """Sends head and body in one write, as botocore's connections do where urllib3 hands them the body with the head.

    urllib3 2 does not, and a second write of a small request costs as much as the first.
    """

    def request(self, method: str, url: str, body: bytes, headers: Any, **options: Any) -> None:
        self._body = body
        length = {"Content-Length": str(len(body))}
        super().request(method, url, None, {**headers, **length}, **options)  # type: ignore[misc]

    def endheaders(self, *_: Any, **options: Any) -> None:
        super().endheaders(self._body, **options)  # type: ignore[misc]


class _HTTPConnection(_InOnePiece, AWSHTTPConnection):  # type: ignore[misc]
    pass


class _HTTPSConnection(_InOnePiece, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection  # type: ignore[assignment]


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection  # type: ignore[assignment]
