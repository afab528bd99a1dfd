"""Sends requests as boto3 does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import IncompleteReadError, ResponseStreamingError
from urllib3.exceptions import HTTPError

from endpoint_client.transport.responses import RawResponse, check_length

if TYPE_CHECKING:
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient

    from endpoint_client.transport.invocation import Invocation


class Boto3Sender:
    """Calls InvokeEndpoint through a boto3 client.

    Parameters
    ----------
    endpoint_name : str
    client : SageMakerRuntimeClient
        One that tries once: `Retries` tries again.
    """

    def __init__(self, endpoint_name: str, client: SageMakerRuntimeClient) -> None:
        self._endpoint_name = endpoint_name
        self._client = client

    def send(self, invocation: Invocation) -> RawResponse:
        """Send a request once.

        Raises
        ------
        ClientError
            The service answered with an error.
        BotoCoreError
            It did not answer, or only in part.
        """
        answer = self._client.invoke_endpoint(
            EndpointName=self._endpoint_name,
            Body=invocation.body,
            ContentType=invocation.content_type,
            Accept=invocation.accept,
            **invocation.options,
        )
        try:
            body = answer["Body"].read()
        except (IncompleteReadError, HTTPError) as error:
            # Broken connections like any other, and not of its class: too short, or refused by TLS.
            raise ResponseStreamingError(error=error) from error
        check_length(answer["ResponseMetadata"]["HTTPHeaders"], body)
        return RawResponse(
            body=body,
            content_type=answer.get("ContentType", ""),
            variant=answer.get("InvokedProductionVariant", ""),
            request_id=answer["ResponseMetadata"].get("RequestId", ""),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
