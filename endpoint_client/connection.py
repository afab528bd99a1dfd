"""Makes the boto3 client that carries the requests."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from endpoint_client.exceptions import ConfigurationError

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient

# Error code of InvokeEndpoint, status 429: a serverless endpoint starts, or a multi-model endpoint loads the model.
LOADING = "ModelNotReadyException"
# Seconds; botocore's own pauses are bounded by 20 as well.
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 20.0


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
    from botocore.config import Config

    config = Config(
        connect_timeout=10,
        read_timeout=read_timeout,
        max_pool_connections=max_connections,
        retries={"mode": "standard", "total_max_attempts": max_attempts},
        user_agent_extra="lib/sagemaker-sklearn-cdk",
    )
    client: SageMakerRuntimeClient = _client("sagemaker-runtime", region, session, config)
    # What a handler of this event returns are the seconds until the next try; the stubs know of none that returns.
    pause: Any = _LoadingModel(max_attempts).pause
    client.meta.events.register("needs-retry.sagemaker-runtime.InvokeEndpoint", pause)
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


def _client(service: str, region: str | None, session: boto3.Session | None, config: Config | None) -> Any:
    import boto3
    from botocore.exceptions import BotoCoreError, NoRegionError

    try:
        return (session or boto3.Session()).client(service, region_name=region, config=config)  # type: ignore[call-overload]
    except NoRegionError:
        raise ConfigurationError(
            'no AWS region: pass region="eu-central-1" (or yours), set AWS_DEFAULT_REGION, or configure one with '
            "`aws configure`"
        ) from None
    except (BotoCoreError, ValueError) as error:
        raise ConfigurationError(f"cannot make a client for {service}: {error}") from error


def connect_storage(client: SageMakerRuntimeClient | SageMakerClient, session: boto3.Session | None) -> S3Client:
    """Make a client for S3 with the region and the credentials of another."""
    import boto3

    return (session or boto3.Session()).client("s3", region_name=client.meta.region_name)


class _LoadingModel:
    """Tries again while the model is loaded or provisioned, which botocore does not take for throttling."""

    def __init__(self, max_attempts: int) -> None:
        self._max_attempts = max_attempts

    def pause(self, response: Any, attempts: int, **_: Any) -> float | None:
        """Seconds until the next try; None: leave it to botocore."""
        code = response[1].get("Error", {}).get("Code") if response is not None else None
        if code != LOADING or attempts >= self._max_attempts:
            return None
        # Callers that were refused together do not come back together.
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1)) * random.uniform(0.5, 1.0)  # noqa: S311
