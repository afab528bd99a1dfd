"""The answer of an asynchronous endpoint, which comes into S3 some time after the request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from endpoint_client.exceptions import EndpointTimeout
from endpoint_client.transport.responses import RawResponse, read_array
from endpoint_client.transport.service_errors import from_boto_error, from_failure, from_storage_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from types_boto3_s3 import S3Client

# Seconds: a request may take 15 minutes unless it says otherwise, and wait before.
TIMEOUT = 3600.0
POLL_INTERVAL = 1.0
_LONGEST_INTERVAL = 15.0


class AsyncResult:
    """A request that an asynchronous endpoint has accepted; `Predictor.predict_async` gives it.

    Attributes
    ----------
    endpoint_name, inference_id : str
    output_location, failure_location : str
        URIs of the object that will hold the answer, or the error; the second is empty where the endpoint has none.
    """

    def __init__(
        self,
        storage: S3Client,
        *,
        endpoint_name: str,
        inference_id: str,
        output_location: str,
        failure_location: str,
        content_type: str,
    ) -> None:
        self._storage = storage
        self._content_type = content_type
        self.endpoint_name = endpoint_name
        self.inference_id = inference_id
        self.output_location = output_location
        self.failure_location = failure_location
        self._body: bytes | None = None

    def __repr__(self) -> str:
        return f"AsyncResult({self.endpoint_name!r}, inference_id={self.inference_id!r})"

    def done(self) -> bool:
        """Say whether the answer is there; an error is raised by this call too.

        Raises
        ------
        ModelError, InputRejected
            The endpoint wrote an error, with what the model's container said.
        AccessDenied
            The caller may not read the answer.
        """
        if self._body is None:
            self._body = self._read(self.output_location)
        if self._body is None and self.failure_location:
            failure = self._read(self.failure_location)
            if failure is not None:
                raise from_failure(failure, endpoint_name=self.endpoint_name)
        return self._body is not None

    def wait(self, timeout: float = TIMEOUT, poll_interval: float = POLL_INTERVAL) -> AsyncResult:
        """Wait until the answer is there.

        Parameters
        ----------
        timeout : float, default 3600
            Seconds.
        poll_interval : float, default 1
            Seconds between two looks into S3 at first; they become 15.

        Returns
        -------
        AsyncResult
            Itself.

        Raises
        ------
        EndpointTimeout
            Nothing came in time. The request goes on: wait again.
        ModelError, InputRejected, AccessDenied
            As for `done`.
        """
        for pause in self.pauses(timeout, poll_interval):
            time.sleep(pause)
        return self

    def pauses(self, timeout: float = TIMEOUT, poll_interval: float = POLL_INTERVAL) -> Iterator[float]:
        """Give the seconds until each next look, as long as the answer is not there: for who waits in another way.

        Parameters and errors are those of `wait`. S3 is asked before each pause.
        """
        deadline = time.monotonic() + timeout
        while not self.done():
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise EndpointTimeout(
                    f"endpoint {self.endpoint_name!r} has not answered request {self.inference_id} in {timeout:g} s; "
                    f"it may still: wait again, or look at {self.output_location} later"
                )
            yield min(poll_interval, remaining)
            poll_interval = min(poll_interval * 1.5, _LONGEST_INTERVAL)

    def result(self, timeout: float = TIMEOUT) -> NDArray[Any]:
        """Wait for the answer and give it as an array, as `Predictor.predict` does.

        Raises
        ------
        EndpointTimeout, ModelError, InputRejected, AccessDenied
            As for `wait`.
        UnreadableResponse
            The answer is no array; `raw` gives it as it is.
        """
        array: NDArray[Any] = read_array(self.raw(timeout))
        return array

    def raw(self, timeout: float = TIMEOUT) -> RawResponse:
        """Wait for the answer and give it as it came."""
        self.wait(timeout)
        return RawResponse(body=self._body or b"", content_type=self._content_type, request_id=self.inference_id)

    def _read(self, location: str) -> bytes | None:
        """Give an object's content; None while it is not there."""
        from botocore.exceptions import BotoCoreError, ClientError

        bucket, key = split_location(location)
        try:
            return self._storage.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}:
                return None
            raise from_storage_error(error, location) from error
        except BotoCoreError as error:
            raise from_boto_error(error, endpoint_name=self.endpoint_name, region="S3") from error


def split_location(location: str) -> tuple[str, str]:
    """Give bucket and key of an S3 URI.

    Example
    -------
    >>> split_location("s3://bucket/output/1.out")
    ('bucket', 'output/1.out')
    """
    parts = urlsplit(location)
    return parts.netloc, parts.path.lstrip("/")
