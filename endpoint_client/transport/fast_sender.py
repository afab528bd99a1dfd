"""Sends requests past boto3: signed by botocore, over urllib3.

Of the time that boto3 takes for a call, more than half goes into events, the checking and serializing of parameters,
and user agents; the rest is signing and HTTP. This does only the rest (benchmarks/client.py measures both).
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3.exceptions
from botocore import exceptions
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, HeadersDict
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.handlers import add_recursion_detection_header
from botocore.httpsession import mask_proxy_url
from botocore.parsers import create_parser

from endpoint_client.transport.error_bodies import make_readable
from endpoint_client.transport.http_pool import connection_pool
from endpoint_client.transport.responses import RawResponse, check_length

if TYPE_CHECKING:
    import boto3
    from botocore.exceptions import BotoCoreError
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from urllib3 import BaseHTTPResponse

    from endpoint_client.transport.invocation import Invocation

_OPERATION = "InvokeEndpoint"


class FastSender:
    """Calls InvokeEndpoint with the address, the credentials and the settings of a boto3 client, and without its calls.

    What is registered on the session's events, such as ``before-send``, is not called.

    Parameters
    ----------
    endpoint_name : str
    client : SageMakerRuntimeClient
        Gives address, region, timeouts, and the service's model.
    session : boto3.Session
        Gives the credentials; where they expire, botocore renews them.

    Raises
    ------
    ConfigurationError
        As for `connection_pool`.
    """

    def __init__(self, endpoint_name: str, client: SageMakerRuntimeClient, session: boto3.Session) -> None:
        self._service_model = client.meta.service_model
        self._operation: Any = self._service_model.operation_model(_OPERATION)
        self._parser = create_parser("rest-json")
        self._credentials = session.get_credentials()
        self._signing = (self._service_model.signing_name, client.meta.region_name)
        self._new_pool = partial(connection_pool, client, session)
        self._pool = self._new_pool()
        # A name holds letters, digits and hyphens: nothing to escape.
        self._url = f"{client.meta.endpoint_url.rstrip('/')}/endpoints/{endpoint_name}/invocations"
        # A proxy of plain HTTP wants to know all of it.
        through_proxy = self._pool.proxy is not None and self._url.startswith("http:")
        parts = urlsplit(self._url)
        self._target = self._url if through_proxy else parts.path
        self._host = parts.netloc.rpartition("@")[2]
        config: Any = client.meta.config
        self._user_agent: str = config.user_agent
        parameters: Any = self._operation.input_shape
        self._header_of = {
            name: shape.serialization["name"]
            for name, shape in parameters.members.items()
            if shape.serialization.get("location") == "header"
        }

    def send(self, invocation: Invocation) -> RawResponse:
        """Send a request once; errors as for `Boto3Sender.send`."""
        body = invocation.body
        response = self._exchange(body, self._signed_headers(invocation))
        headers, content = response.headers, response.data
        if response.status >= 300:
            raise self._error(response.status, headers, content)
        check_length(headers, content)
        return RawResponse(
            body=content,
            content_type=headers.get("Content-Type", ""),
            variant=headers.get("x-Amzn-Invoked-Production-Variant", ""),
            request_id=headers.get("x-amzn-RequestId", ""),
        )

    def close(self) -> None:
        """Close the connections; a request after that opens new ones, as with boto3."""
        closed, self._pool = self._pool, self._new_pool()
        closed.close()

    def _signed_headers(self, invocation: Invocation) -> Any:
        if self._credentials is None:
            raise NoCredentialsError
        headers = {
            # Signed as it is sent; else the signer would read it from the URL, twice.
            "Host": self._host,
            "Content-Type": invocation.content_type,
            "Accept": invocation.accept,
            "User-Agent": self._user_agent,
            # The signer takes it from here; else it would prepare the whole request to hash its body.
            "X-Amz-Content-SHA256": hashlib.sha256(invocation.body).hexdigest(),
        }
        for name, value in invocation.options.items():
            headers[self._header_of[name]] = value
        # In a Lambda function: the trace that the call belongs to.
        add_recursion_detection_header({"headers": headers})
        request = AWSRequest("POST", self._url, headers)
        SigV4Auth(self._credentials.get_frozen_credentials(), *self._signing).add_auth(request)
        # As they were signed, and as botocore sends them; http.client would take Latin-1.
        return {name: value.encode() for name, value in request.headers.items()}

    def _exchange(self, body: bytes, headers: Any) -> BaseHTTPResponse:
        """Send and read to the end; raise what botocore would."""
        try:
            return self._pool.urlopen(
                "POST",
                self._target,
                body,
                headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
                decode_content=False,
                # A body that breaks off is no body; what urllib3 1.26 does not check by itself.
                enforce_content_length=True,
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise self._as_botocore_raises(error) from error

    def _error(self, status: int, headers: Any, content: bytes) -> ClientError:
        """Read an error as botocore reads it, fields of its own kind included."""
        answer: dict[str, Any] = {"status_code": status, "headers": HeadersDict(headers), "body": content}
        make_readable(answer)
        parsed: Any = self._parser.parse(answer, self._operation.output_shape)
        shape = self._service_model.shape_for_error_code(parsed.get("Error", {}).get("Code", ""))
        if shape is not None:
            parsed.update(self._parser.parse(answer, shape))
        return ClientError(parsed, _OPERATION)

    def _as_botocore_raises(self, error: Exception) -> BotoCoreError:
        """Translate an error of urllib3 as botocore's own session does."""
        if isinstance(error, urllib3.exceptions.ProxyError):
            return exceptions.ProxyConnectionError(proxy_url=mask_proxy_url(str(self._pool.proxy)), error=error)
        kinds: tuple[tuple[type[Exception], type[BotoCoreError]], ...] = (
            (urllib3.exceptions.SSLError, exceptions.SSLError),
            # It is a ConnectTimeoutError too.
            (urllib3.exceptions.NewConnectionError, exceptions.EndpointConnectionError),
            (urllib3.exceptions.ConnectTimeoutError, exceptions.ConnectTimeoutError),
            (urllib3.exceptions.ReadTimeoutError, exceptions.ReadTimeoutError),
            (urllib3.exceptions.ProtocolError, exceptions.ConnectionClosedError),
        )
        kind = next((ours for theirs, ours in kinds if isinstance(error, theirs)), exceptions.HTTPClientError)
        return kind(endpoint_url=self._url, error=error)
