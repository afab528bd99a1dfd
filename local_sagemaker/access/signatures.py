"""Verifies AWS Signature Version 4: with botocore's signer, from what came over the wire.

A request with an access key that this cloud knows (`keys`) is refused where its signature is wrong. One with another
key is taken as an administrator's, unless `use` says that only known keys count.

What is checked, in the order in which AWS tells it: that the signature is whole, its time, its headers, its scope, the
access key, the session, and the signature itself.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
from functools import lru_cache
from hashlib import sha256
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.credentials import Credentials

from local_sagemaker.access.keys import find_key
from local_sagemaker.access.signature_errors import EXPIRED, INCOMPLETE, INVALID, MISSING, UNKNOWN_KEY, SignatureError
from local_sagemaker.access.signed_requests import ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.awsrequest import AWSRequest

    from local_sagemaker.access.signed_requests import SignedRequest

    Environ = Mapping[str, Any]

# How far a client's clock may be off.
_TOLERANCE = dt.timedelta(minutes=5)
_TERMINATOR = "aws4_request"
_REGIONAL_HOST = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?(?::\d+)?", re.IGNORECASE)
# Where botocore's models have operations that leave the body out of the signature, besides S3.
_UNSIGNED_BODIES = {"ebs", "lex", "mediastore", "omics"}
_BODY_HASH = "x-amz-content-sha256"
# Places in the context of a request.
_SIGNED, _PAYLOAD = "signed_headers", "payload"
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)

_known_keys_only = False


def use(*, known_keys_only: bool) -> None:
    """Say whether a request with an access key that this cloud does not know is refused; by default it is not."""
    global _known_keys_only
    _known_keys_only = known_keys_only


def verify(signed: SignedRequest, *, service: str | None = None, region: str | None = None) -> None:
    """Let a request pass whose signature is right, or refuse it.

    Parameters
    ----------
    signed
        The request. Its body is read and can be read again: ``wsgi.input`` must be able to seek.
    service, region
        What it must be signed for; default: the service that it says, and the region of the host, if that has one.

    Raises
    ------
    SignatureError
        With AWS's code and message.
    """
    region = region or _region_of_host(signed.environ)
    key = find_key(signed.access_key_id)
    if key is None and signed.access_key_id and not _known_keys_only:
        if service is not None:
            _refuse(_misplaced(signed, service, region))
        return
    signed.check_form()
    _check_time(signed)
    if not {"host", ":authority"}.intersection(signed.signed_headers):
        raise SignatureError(INVALID, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    if signed.algorithm != ALGORITHM:
        raise SignatureError(INCOMPLETE, f"Unsupported AWS 'algorithm': '{signed.algorithm}'.")
    _refuse(_misplaced(signed, service, region) + _mistimed(signed))
    if key is None or not key.active or key.session_token != signed.token:
        raise SignatureError(UNKNOWN_KEY, "The security token included in the request is invalid.")
    if key.expired:
        raise SignatureError(EXPIRED, "The security token included in the request is expired")
    _check_signature(signed, key.secret)


def missing_token() -> SignatureError:
    """Make the error of a request that is not signed."""
    return SignatureError(MISSING, "Missing Authentication Token")


class _Headers(dict[str, str]):
    """Headers, as far as the signer asks for them."""

    def get_all(self, name: str) -> list[str]:
        return [self[name]]


class _Signer(SigV4Auth):
    """botocore's signer, on exactly the headers that the client has signed and on the body that came."""

    def headers_to_sign(self, request: AWSRequest) -> Any:
        return request.context[_SIGNED]

    def payload(self, request: AWSRequest) -> str:
        return str(request.context[_PAYLOAD])

    def _sign(self, key: bytes, msg: str, hex: bool = False) -> Any:  # noqa: A002 - as botocore calls it
        # What is not in hexadecimal makes the key of a day, a region and a service, which is the same all day.
        return super()._sign(key, msg, hex) if hex else _part_of_key(key, msg)  # type: ignore[misc]


@lru_cache(maxsize=1024)
def _part_of_key(key: bytes, message: str) -> Any:
    return SigV4Auth(Credentials("", ""), "", "")._sign(key, message)  # type: ignore[attr-defined]


def _check_time(signed: SignedRequest) -> None:
    now = dt.datetime.now(tz=dt.timezone.utc)
    time, timestamp = signed.time, signed.timestamp
    lifetime = _TOLERANCE if signed.lifetime is None else dt.timedelta(seconds=signed.lifetime)
    if time < now - lifetime:
        earliest, minutes = now - lifetime, int(lifetime.total_seconds()) // 60
        told = f"{earliest:{SIGV4_TIMESTAMP}} ({now:{SIGV4_TIMESTAMP}} - {minutes} min.)"
        raise SignatureError(INVALID, f"Signature expired: {timestamp} is now earlier than {told}")
    if time > now + _TOLERANCE:
        told = f"{now + _TOLERANCE:{SIGV4_TIMESTAMP}} ({now:{SIGV4_TIMESTAMP}} + 5 min.)"
        raise SignatureError(INVALID, f"Signature not yet current: {timestamp} is still later than {told}")


def _misplaced(signed: SignedRequest, service: str | None, region: str | None) -> str:
    """Say what is wrong with the region and the service of the scope; empty where nothing is."""
    if len(signed.credential) != 5:
        raise SignatureError(
            INCOMPLETE,
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{'/'.join(signed.credential)}'",
        )
    told = ""
    if region is not None and signed.region != region:
        told += "Credential should be scoped to a valid region. "
    if service is not None and signed.service != service:
        told += f"Credential should be scoped to correct service: '{service}'. "
    return told


def _mistimed(signed: SignedRequest) -> str:
    """Say what is wrong with the rest of the scope; empty where nothing is."""
    _, day, _, _, terminator = signed.credential
    timestamp, told = signed.timestamp, ""
    if terminator != _TERMINATOR:
        told += f"Credential should be scoped with a valid terminator: '{_TERMINATOR}', not '{terminator}'. "
    if day != timestamp[:8]:
        told += (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{day}' != '{timestamp[:8]}', from '{timestamp}'. "
        )
    return told


def _refuse(told: str) -> None:
    if told:
        raise SignatureError(INVALID, told)


def _check_signature(signed: SignedRequest, secret: str) -> None:
    """Sign the request as its client should have, and compare.

    The signer is given no more of a request than it looks at: botocore's own class does much else, which an
    invocation would feel.
    """
    access_key_id, _, region, service, _ = signed.credential
    environ = signed.environ
    headers = _Headers({name: _header(environ, name) for name in signed.signed_headers})
    payload = sha256(_body(environ)).hexdigest()
    if service in _UNSIGNED_BODIES:
        payload = headers.get(_BODY_HASH, payload)
    request: Any = SimpleNamespace(
        method=environ["REQUEST_METHOD"],
        url=_url(signed),
        params={},
        headers={},
        context={"timestamp": signed.timestamp, _SIGNED: headers, _PAYLOAD: payload},
    )
    signer = _Signer(Credentials(access_key_id, secret), service, region)
    canonical = signer.canonical_request(request)
    to_sign = signer.string_to_sign(request, canonical)
    if not hmac.compare_digest(signer.signature(to_sign, request).encode(), signed.signature.encode()):
        hint = (
            f"\n\nThe Canonical String for this request should have been\n'{canonical}'\n\n"
            f"The String-to-Sign should have been\n'{to_sign}'\n"
        )
        raise SignatureError(INVALID, _MISMATCH, hint)


def _header(environ: Environ, name: str) -> str:
    """Give a header's value; a header that is not there is signed as an empty one."""
    key = "HTTP_HOST" if name == ":authority" else name.upper().replace("-", "_")
    value = str(environ.get(key if key in {"CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_HOST"} else f"HTTP_{key}", ""))
    # WSGI gives bytes as Latin-1; a signature is of what they are in UTF-8.
    return value if value.isascii() else value.encode("latin-1").decode("utf-8", "replace")


def _url(signed: SignedRequest) -> str:
    """Give the address: its path as it was asked for, since a decoded one cannot be encoded as its client did."""
    path = str(signed.environ["RAW_URI"]).partition("?")[0]
    address = f"http://localhost{path}" if path.startswith("/") else path
    query = [(name, value) for name, value in signed.query if name != "X-Amz-Signature"]
    return f"{address}?{urlencode(query, quote_via=quote, safe='')}" if query else address


def _body(environ: Environ) -> bytes:
    stream = environ["wsgi.input"]
    start = stream.tell()
    body: bytes = stream.read()
    stream.seek(start)
    return body


def _region_of_host(environ: Environ) -> str | None:
    found = _REGIONAL_HOST.search(str(environ.get("HTTP_HOST", "")))
    return None if found is None else found[1].lower()
