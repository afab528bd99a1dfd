"""Network isolation: what keeps a container's programs off the network, as far as variables can.

On AWS such a container can make no outbound call, and finds no credentials:
https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html. Here it is a process of this
machine: whatever heeds none of these variables does reach the network.
"""

from __future__ import annotations

# The port of the discard protocol, where nothing listens.
_NOWHERE = "http://127.0.0.1:9"

NO_NETWORK = {
    "PIP_NO_INDEX": "1",
    # Without an index, pip would still fetch a requirement that has a URL.
    "PIP_PROXY": _NOWHERE,
    "PIP_RETRIES": "0",
    "GIT_ALLOW_PROTOCOL": "file",
    "http_proxy": _NOWHERE,
    "https_proxy": _NOWHERE,
    # A container reaches itself.
    "no_proxy": "localhost,127.0.0.1,::1",
}
