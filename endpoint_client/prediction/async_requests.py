"""Requests to an asynchronous endpoint: into S3 or into the call, and on their way."""

from __future__ import annotations

import math
import uuid
from threading import Lock
from typing import TYPE_CHECKING, Any

from endpoint_client.connection import connect_storage
from endpoint_client.exceptions import ConfigurationError, PayloadTooLarge
from endpoint_client.prediction.async_result import AsyncResult, split_location
from endpoint_client.transport.service_errors import from_storage_error, translated

if TYPE_CHECKING:
    import boto3
    from types_boto3_s3 import S3Client

    from endpoint_client.transport.transport import Transport

# Body of InvokeEndpointAsync.
MAX_INLINE_BYTES = 128_000


class AsyncRequests:
    """Sends requests to one asynchronous endpoint.

    Parameters
    ----------
    endpoint_name : str
    transport : Transport
    session : boto3.Session, optional
        Credentials for S3, of which a client is made when one is needed.
    """

    def __init__(self, endpoint_name: str, transport: Transport, session: boto3.Session | None) -> None:
        self._endpoint_name = endpoint_name
        self._transport = transport
        self._session = session
        self._lock = Lock()
        self._connected: S3Client | None = None

    def put(self, body: bytes, input_path: str | None) -> dict[str, Any]:
        """Put a request into S3, or into the call where there is no path; give the parameter that names it.

        Raises
        ------
        PayloadTooLarge
            It is longer than a call holds.
        ConfigurationError
            `input_path` is no URI of S3.
        AccessDenied, ServiceError
            S3 refused.
        """
        if input_path is None:
            if len(body) > MAX_INLINE_BYTES:
                raise PayloadTooLarge(
                    f"the input takes {len(body):,} bytes, and a call holds at most {MAX_INLINE_BYTES:,}: name an "
                    "input_path, the stack's output AsyncInputPath",
                    size=len(body),
                    limit=MAX_INLINE_BYTES,
                )
            return {"Body": body}
        if not input_path.startswith("s3://"):
            raise ConfigurationError(f"input_path={input_path!r} is no S3 URI, for example 's3://bucket/input/'")
        from botocore.exceptions import ClientError

        bucket, prefix = split_location(f"{input_path.rstrip('/')}/")
        location = f"s3://{bucket}/{prefix}{uuid.uuid4()}"
        with translated(endpoint_name=self._endpoint_name, region=self._transport.region):
            try:
                self._storage.put_object(Bucket=bucket, Key=split_location(location)[1], Body=body)
            except ClientError as error:
                raise from_storage_error(error, location) from error
        return {"InputLocation": location}

    def send(
        self, source: dict[str, Any], *, content_type: str, accept: str, timeout: float | None, **options: str
    ) -> AsyncResult:
        """Make the call.

        Parameters
        ----------
        source
            What `put` gave.
        timeout
            Seconds that the model may take.
        """
        request: dict[str, Any] = {**source, **options}
        if timeout is not None:
            request["InvocationTimeoutSeconds"] = math.ceil(timeout)
        answer = self._transport.call(
            "InvokeEndpointAsync",
            lambda: self._transport.client.invoke_endpoint_async(
                EndpointName=self._endpoint_name, ContentType=content_type, Accept=accept, **request
            ),
            # What was taken would be predicted, paid and told of twice.
            idempotent=False,
        )
        return AsyncResult(
            self._storage,
            endpoint_name=self._endpoint_name,
            inference_id=answer["InferenceId"],
            output_location=answer["OutputLocation"],
            failure_location=answer.get("FailureLocation", ""),
            content_type=accept,
        )

    @property
    def _storage(self) -> S3Client:
        # A session makes one client at a time, and threads share this.
        with self._lock:
            if self._connected is None:
                self._connected = connect_storage(self._transport.client, self._session)
            return self._connected
