"""Requests to a function URL as events, and a handler's results as answers, as data in, data out.

Payload format 2.0: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import EnvironHeaders

from local_sagemaker.functions.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    Environ = Mapping[str, Any]

_TEXTS = ("application/json", "application/javascript", "application/xml")
# Of the signature, which is not the function's business; and what becomes a list of its own.
_LEFT_OUT = ("authorization", "cookie")


def url_event(
    environ: Environ, body: bytes, *, url_id: str, path: str, domain: str, request_id: str, caller: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the event of a request.

    Parameters
    ----------
    environ, body
        The request, of WSGI.
    url_id
        Of the function URL.
    path
        Below the URL; begins with ``/``.
    domain
        Where AWS would have the URL.
    request_id
        Of the call.
    caller
        What ``authorizer.iam`` says; empty for a URL that anybody may call.
    """
    given = EnvironHeaders(dict(environ))
    headers = {name.lower(): value for name, value in given.items() if name.lower() not in _LEFT_OUT}
    headers |= {"x-forwarded-for": environ.get("REMOTE_ADDR", ""), "x-forwarded-proto": environ["wsgi.url_scheme"]}
    query = environ.get("QUERY_STRING", "")
    text = _text(body, headers.get("content-type", ""))
    now = dt.datetime.now(tz=dt.timezone.utc)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": caller.get("accountId", "anonymous"),
            "apiId": url_id,
            "domainName": domain,
            "domainPrefix": url_id,
            "http": {
                "method": environ["REQUEST_METHOD"],
                "path": path,
                "protocol": environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                "sourceIp": environ.get("REMOTE_ADDR", ""),
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
            "timeEpoch": int(now.timestamp() * 1000),
            **({"authorizer": {"iam": dict(caller)}} if caller else {}),
        },
        "isBase64Encoded": text is None,
    }
    if cookies := given.get("Cookie"):
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if parameters := _joined(query):
        event["queryStringParameters"] = parameters
    if body:
        event["body"] = base64.b64encode(body).decode() if text is None else text
    return event


def url_answer(payload: bytes) -> Answer:
    """Make the answer of a handler's result.

    Raises
    ------
    ValueError
        The result has a statusCode, and is no answer otherwise.

    Example
    -------
    >>> url_answer(b'{"statusCode": 201, "body": "made"}')
    Answer(status=201, headers=[('Content-Type', 'application/json')], body=b'made')
    >>> url_answer(b'{"message": "hello"}').body
    b'{"message": "hello"}'
    """
    result = json.loads(payload)
    if not isinstance(result, dict) or "statusCode" not in result:
        return Answer(200, [("Content-Type", "application/json")], payload)
    status = int(result["statusCode"])
    headers = result.get("headers") or {}
    if not 100 <= status <= 599 or not isinstance(headers, dict):
        raise ValueError(f"{status} is no status, or headers is no object")
    sent = [(_header(name), _header(value)) for name, value in headers.items() if str(name).lower() not in _OURS]
    if not any(name.lower() == "content-type" for name, _ in sent):
        sent.append(("Content-Type", "application/json"))
    sent += [("Set-Cookie", _header(cookie)) for cookie in result.get("cookies") or []]
    return Answer(status, sent, _body(result))


def _body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body")
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    if not result.get("isBase64Encoded"):
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"the body is no base64: {error}") from error


def _header(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if "\n" in text or "\r" in text:
        raise ValueError("a header has a line end")
    # HTTP has no others; this raises a ValueError.
    text.encode("latin-1")
    return text


def _text(body: bytes, content_type: str) -> str | None:
    """Give a body as text; None for one that is none, by its type or its bytes."""
    if body and not _is_text(content_type):
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXTS or kind.endswith(("+json", "+xml"))


def _joined(query: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    return parameters


# The server says these.
_OURS = ("connection", "content-length", "transfer-encoding")
