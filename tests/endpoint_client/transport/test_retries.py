"""Errors that no network of a test makes, for they are of older libraries."""

import pytest
from botocore.exceptions import ProxyConnectionError
from urllib3.exceptions import NewConnectionError, ProxyError

from endpoint_client.transport.retries import Retries


@pytest.mark.parametrize(
    ("cause", "tries"),
    [
        # urllib3 1.26 says that it cannot connect to the proxy, whatever breaks on a connection through it.
        (ConnectionResetError(104, "Connection reset by peer"), 1),
        (BrokenPipeError(32, "Broken pipe"), 1),
        (NewConnectionError(None, "refused"), 3),  # type: ignore[arg-type]
        (OSError("Tunnel connection failed: 503"), 3),
    ],
)
def test_what_broke_on_the_way_through_a_proxy_may_have_been_processed(session, pauses, cause, tries):
    def send():
        sent.append(1)
        raise ProxyConnectionError(proxy_url="http://proxy", error=ProxyError("Cannot connect to proxy.", cause))

    sent: list[int] = []
    client = session.client("sagemaker-runtime")
    with pytest.raises(ProxyConnectionError):
        Retries(client.meta.service_model, 3).call("InvokeEndpoint", send, idempotent=False)
    assert (len(sent), len(pauses)) == (tries, tries - 1)
