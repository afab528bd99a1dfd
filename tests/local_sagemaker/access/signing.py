"""What tests of signatures share: requests that botocore signs, sent by hand, so that any part can be broken."""

import datetime as dt
import http.client
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from unittest import mock
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local_sagemaker.app import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tests.local_sagemaker.cloud import REGION, Cloud

OWN = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
ANYBODY = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}
INVALID_TOKEN = "The security token included in the request is invalid."


class Refused(NamedTuple):
    """What a refusal says."""

    code: str
    message: str
    status: int


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def refused(self) -> Refused:
        """The refusal of a service with REST in JSON, or with JSON."""
        told = json.loads(self.body)
        return Refused(self.headers["x-amzn-ErrorType"] or told["__type"], told["message"], self.status)


def refusal(call: Any) -> Refused:
    """Give what a client's error says."""
    with pytest.raises(ClientError) as raised:
        call()
    response = raised.value.response
    error = response["Error"]
    return Refused(error["Code"], error["Message"], response["ResponseMetadata"]["HTTPStatusCode"])


def make_session(cloud: Cloud, *statements: Mapping[str, Any], seconds: int = 3600) -> Credentials:
    """Assume a role with these rights for so many seconds: AWS gives 900 at the least, the local cloud any number."""
    role = cloud.make_role([dict(statement) for statement in statements], ANYBODY)
    sts = cloud.client("sts", validates=False)
    given = sts.assume_role(RoleArn=role, RoleSessionName="caller", DurationSeconds=seconds)["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


class Request:
    """A request that is signed, may be changed, and is sent as it then is."""

    def __init__(
        self,
        url: str,
        body: bytes = b"name",
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "POST",
        service: str = "sagemaker",
        region: str = REGION,
        signer: Credentials | None = OWN,
        ago: float = 0.0,
        presigned: bool = False,
    ) -> None:
        address = urlsplit(url)
        self._port = address.port
        self.method, self.body = method, body
        request = AWSRequest(method, url, data=body, headers={"Content-Type": "text/csv", **(headers or {})})
        if signer is not None:
            moment = dt.datetime.now(tz=dt.timezone.utc) - dt.timedelta(seconds=ago)
            # The clock of a client cannot be moved for one client alone.
            with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
                auth = SigV4QueryAuth(signer, service, region, expires=60) if presigned else None
                (auth or SigV4Auth(signer, service, region)).add_auth(request)
        self.headers = {"Host": address.netloc, **dict(request.headers.items())}
        signed = urlsplit(str(request.url))
        self.target = f"{signed.path}?{signed.query}" if signed.query else signed.path

    def send(self) -> Answer:
        """Send it with nothing but its own headers."""
        connection = http.client.HTTPConnection("localhost", self._port, timeout=60)
        try:
            connection.putrequest(self.method, self.target, skip_host=True, skip_accept_encoding=True)
            for name, value in {**self.headers, "Content-Length": str(len(self.body))}.items():
                connection.putheader(name, value)
            connection.endheaders(self.body)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
