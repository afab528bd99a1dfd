"""The environment that points boto3, the AWS CLI and the CDK command line at the local cloud."""

from __future__ import annotations

import shlex
import socket
from typing import TYPE_CHECKING

from local_sagemaker.app import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local_sagemaker.containers import docker_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_sagemaker.sagemaker_sdk.client_files import ClientFiles

_LOCAL_HOSTS = "localhost,127.0.0.1,::1"


def client_environment(url: str, *, account_id: str, region: str) -> dict[str, str | None]:
    """Give the variables by name; None stands for a variable that must not be set.

    Parameters
    ----------
    url
        The local cloud, as ``http://localhost:PORT``: with 127.0.0.1, S3 clients would not address buckets by path.
    account_id, region
        Where stacks without an environment of their own go.
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        # Temporary credentials or a profile of the user's would go to the local cloud, or win over these.
        "AWS_SESSION_TOKEN": None,
        "AWS_PROFILE": None,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "CDK_DEFAULT_ACCOUNT": account_id,
        "CDK_DEFAULT_REGION": region,
        **({"CDK_DOCKER": docker} if (docker := docker_command.program()) else {}),
        # What the CDK command line would ask the internet for, and wait.
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "true",
        "CDK_NOTICES": "false",
        "CDK_VERSION_REPORTING": "false",
    }


def sdk_environment(url: str, files: ClientFiles) -> dict[str, str | None]:
    """Give what the SageMaker Python SDK needs besides: it asks STS over https at STS's own address, through a proxy.

    Parameters
    ----------
    url
        The local cloud, which is that proxy, and passes on what is asked of other hosts.
    files
        What the SDK reads.
    """
    return {
        "HTTPS_PROXY": url,
        # Some programs look at one of the two alone.
        "https_proxy": url,
        # A list of the user's with amazonaws.com in it would send STS past the proxy.
        "NO_PROXY": _LOCAL_HOSTS,
        "no_proxy": _LOCAL_HOSTS,
        "AWS_CA_BUNDLE": str(files.ca_bundle),
        "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(files.defaults),
    }


def answers(port: int) -> bool:
    """Say whether anything listens on a port of localhost."""
    try:
        socket.create_connection(("localhost", port), timeout=1).close()
    except OSError:
        return False
    return True


def export_lines(variables: Mapping[str, str | None]) -> Iterator[str]:
    """Yield a line of shell for each variable.

    Example
    -------
    >>> list(export_lines({"AWS_REGION": "us-east-1", "AWS_PROFILE": None}))
    ['export AWS_REGION=us-east-1', 'unset AWS_PROFILE']
    """
    for name, value in variables.items():
        yield f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}"
