"""Makes the boto3 clients that carry the requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from endpoint_client.exceptions import ConfigurationError

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient

# Connections that are kept: one for each thread that calls. Those that nobody opens cost nothing.
MAX_CONNECTIONS = 1000


def connect(
    *,
    region: str | None,
    session: boto3.Session | None,
    read_timeout: float,
) -> SageMakerRuntimeClient:
    """Make a client for ``sagemaker-runtime``, which tries once: `Retries` tries again.

    Raises
    ------
    ConfigurationError
        No region is given and none is configured, or the profile does not exist.
    """
    from botocore.config import Config

    config = Config(
        connect_timeout=10,
        read_timeout=read_timeout,
        max_pool_connections=MAX_CONNECTIONS,
        retries={"mode": "standard", "total_max_attempts": 1},
        user_agent_extra="lib/sagemaker-sklearn-cdk",
    )
    client: SageMakerRuntimeClient = _client("sagemaker-runtime", region, session, config)
    return client


def connect_control_plane(*, region: str | None, session: boto3.Session | None) -> SageMakerClient:
    """Make a client for ``sagemaker``.

    Raises
    ------
    ConfigurationError
        As for `connect`.
    """
    client: SageMakerClient = _client("sagemaker", region, session, None)
    return client


def session_or_default(session: boto3.Session | None) -> boto3.Session:
    """Give the session, or one as boto3 configures it.

    boto3 is imported here, not with the package: its import takes a quarter of a second.

    Raises
    ------
    ConfigurationError
        The profile that the environment names does not exist.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        return session or boto3.Session()
    except BotoCoreError as error:
        raise ConfigurationError(f"cannot make a session: {error}") from error


def _client(service: str, region: str | None, session: boto3.Session | None, config: Config | None) -> Any:
    from botocore.exceptions import BotoCoreError, NoRegionError

    try:
        return session_or_default(session).client(service, region_name=region, config=config)  # type: ignore[call-overload]
    except NoRegionError:
        raise ConfigurationError(
            'no AWS region: pass region="eu-central-1" (or yours), set AWS_DEFAULT_REGION, or configure one with '
            "`aws configure`"
        ) from None
    except (BotoCoreError, ValueError) as error:
        raise ConfigurationError(f"cannot make a client for {service}: {error}") from error


def connect_storage(client: SageMakerRuntimeClient | SageMakerClient, session: boto3.Session | None) -> S3Client:
    """Make a client for S3 with the region and the credentials of another."""
    return session_or_default(session).client("s3", region_name=client.meta.region_name)
