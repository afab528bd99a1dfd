"""What AWS's SDKs find in the environment of a container: the region, the local cloud's address, and credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_sagemaker.access.rights import Credentials


def aws_access(credentials: Credentials | None, *, region: str, base_url: str) -> dict[str, str]:
    """Give the variables.

    Parameters
    ----------
    credentials
        Of the execution role; None for a container with network isolation. That one gets the address, too: without
        it, a program that asks AWS for what is open to all would ask the real one.
    region
        Of the endpoint or job.
    base_url
        Address of the local cloud.

    Example
    -------
    >>> aws_access(None, region="eu-west-1", base_url="http://localhost:4566")["AWS_ENDPOINT_URL"]
    'http://localhost:4566'
    """
    variables = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_ENDPOINT_URL": base_url}
    if credentials is None:
        return variables
    return variables | {
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
    }
