"""A request to an API, read from its WSGI environment, and what templates and logs may ask of it."""

from __future__ import annotations

import base64
import datetime as dt
import re
import time
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_PATH = re.compile(r"/restapis/([A-Za-z0-9]+)/([A-Za-z0-9_-]+)/_user_request_(/.*)?", re.DOTALL)
_BY_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?::\d+)?", re.IGNORECASE)
_JSON = "application/json"
# Bytes: a quota of API Gateway.
MAX_BODY_BYTES = 10 * 1024 * 1024


class Address(NamedTuple):
    """Which API a request is for.

    Attributes
    ----------
    region
        Of the host; None where the path says the API.
    path
        Below the stage; begins with a slash.
    """

    api_id: str
    region: str | None
    stage_name: str
    path: str


def find_address(environ: Mapping[str, Any]) -> Address | None:
    """Read which API a request is for, by its host or its path; None where it is for none."""
    path = str(environ.get("PATH_INFO", ""))
    if found := _BY_PATH.fullmatch(path):
        return Address(found[1], None, found[2], found[3] or "/")
    if found := _BY_HOST.fullmatch(str(environ.get("HTTP_HOST", ""))):
        stage_name, _, rest = path.lstrip("/").partition("/")
        return Address(found[1].lower(), found[2].lower(), stage_name, f"/{rest}")
    return None


class ApiRequest:
    """One request.

    Parameters
    ----------
    environ
        As WSGI gives it.
    address
        Which API it is for.
    account_id, region
        Of the API.

    Attributes
    ----------
    context
        Values of ``$context``, by their names without it, with dots; what is not known yet is not there.
    headers
        By name in lower case.
    media_type
        Of the body, in lower case, without parameters; JSON where the request does not say, as on AWS.
    """

    def __init__(self, environ: Mapping[str, Any], address: Address, *, account_id: str, region: str) -> None:
        self.environ = environ
        self.address = address
        self.region = region
        self.account_id = account_id
        self.http_method = str(environ["REQUEST_METHOD"])
        self.headers = _headers(environ)
        self.media_type = self.headers.get("content-type", _JSON).partition(";")[0].strip().lower()
        self._started = time.monotonic()
        now = dt.datetime.now(tz=dt.UTC)
        self.context: dict[str, Any] = {
            "accountId": account_id,
            "apiId": address.api_id,
            "domainName": str(environ.get("HTTP_HOST", "")),
            "extendedRequestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode(),
            "httpMethod": self.http_method,
            "identity.sourceIp": str(environ.get("REMOTE_ADDR", "")),
            "identity.userAgent": self.headers.get("user-agent", ""),
            "path": f"/{address.stage_name}{address.path}",
            "protocol": str(environ.get("SERVER_PROTOCOL", "HTTP/1.1")),
            "requestId": str(uuid.uuid4()),
            "requestTime": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "stage": address.stage_name,
        }

    @property
    def is_too_large(self) -> bool:
        """Whether its body is larger than API Gateway takes."""
        return self._length > MAX_BODY_BYTES

    def read_body(self) -> bytes:
        """Read the body."""
        body: bytes = self.environ["wsgi.input"].read(self._length)
        return body

    @property
    def accepts(self) -> str:
        """The first media type that the caller accepts, which is the only one that API Gateway looks at."""
        return self.headers.get("accept", "").partition(",")[0].partition(";")[0].strip().lower()

    @property
    def parameters(self) -> dict[str, str]:
        """Headers and query, by ``method.request.header.<name in lower case>`` and the like."""
        query = dict(parse_qsl(str(self.environ.get("QUERY_STRING", "")), keep_blank_values=True))
        return {
            **{f"method.request.header.{name}": value for name, value in self.headers.items()},
            **{f"method.request.querystring.{name.lower()}": value for name, value in query.items()},
        }

    def milliseconds(self) -> int:
        """Give how long it has taken so far."""
        return round((time.monotonic() - self._started) * 1000)

    @property
    def _length(self) -> int:
        return int(self.environ.get("CONTENT_LENGTH") or 0)


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): str(value) for name, value in environ.items() if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = str(environ["CONTENT_TYPE"])
    return headers
