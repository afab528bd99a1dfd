"""Makes the boto3 client that carries the requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from endpoint_client.exceptions import ConfigurationError

if TYPE_CHECKING:
    import boto3
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient


def connect(
    *,
    region: str | None,
    session: boto3.Session | None,
    read_timeout: float,
    max_attempts: int,
    max_connections: int,
) -> SageMakerRuntimeClient:
    """Make a client for ``sagemaker-runtime``.

    boto3 is imported here, not with the package: its import takes a quarter of a second.

    Raises
    ------
    ConfigurationError
        No region is given and none is configured, or the profile does not exist.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, NoRegionError

    config = Config(
        connect_timeout=10,
        read_timeout=read_timeout,
        max_pool_connections=max_connections,
        retries={"mode": "standard", "total_max_attempts": max_attempts},
        user_agent_extra="lib/sagemaker-sklearn-cdk",
    )
    try:
        return (session or boto3.Session()).client("sagemaker-runtime", region_name=region, config=config)
    except NoRegionError:
        raise ConfigurationError(
            'no AWS region: pass region="eu-central-1" (or yours), set AWS_DEFAULT_REGION, or configure one with '
            "`aws configure`"
        ) from None
    except (BotoCoreError, ValueError) as error:
        raise ConfigurationError(f"cannot make a client for sagemaker-runtime: {error}") from error
