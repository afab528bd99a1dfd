"""What a request says of its own signature, in its header or its query, before any of it is believed.

Forms: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html.
"""

from __future__ import annotations

import datetime as dt
import re
from base64 import b64encode
from email.utils import parsedate_to_datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore.auth import SIGV4_TIMESTAMP

from local_sagemaker.access.signature_errors import INCOMPLETE, INVALID, SignatureError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

    Environ = Mapping[str, Any]

ALGORITHM = "AWS4-HMAC-SHA256"
_IN_HEADER = ("Credential", "Signature", "SignedHeaders")
_IN_QUERY = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_ISO_8601 = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
# Seconds: a week.
_LONGEST_LIFETIME = 7 * 24 * 3600
_SEPARATORS = re.compile(r"[,\s]+")


class SignedRequest:
    """The signature of a request.

    Parameters
    ----------
    environ
        The request.
    query
        Its query, decoded.
    presigned
        Whether the query has the signature, else the header.

    Attributes
    ----------
    credential
        Access key, day, region, service and terminator; fewer, where the request is broken.
    signed_headers
        Names in lower case.
    token
        Session token; None without one.
    lifetime
        Seconds after the timestamp that it is good for, where it says so itself.
    """

    def __init__(self, environ: Environ, query: list[tuple[str, str]], *, presigned: bool) -> None:
        self.environ = environ
        self.query = query
        self._lacks = ""
        self.lifetime: int | None = None
        if presigned:
            values = dict(query)
            self.algorithm = values.get("X-Amz-Algorithm", "")
            parameters = {name.removeprefix("X-Amz-"): value for name, value in query}
            self.token = values.get("X-Amz-Security-Token")
            self._date = values.get("X-Amz-Date", "")
            if lacking := [name for name in _IN_QUERY if not values.get(name)]:
                told = " ".join(f"AWS query-string parameters must include '{name}'." for name in lacking)
                self._lacks = f"{told} Re-examine the query-string parameters."
            if re.fullmatch("[0-9]+", values.get("X-Amz-Expires", "")):
                self.lifetime = min(int(values["X-Amz-Expires"]), _LONGEST_LIFETIME)
        else:
            header = str(environ.get("HTTP_AUTHORIZATION", ""))
            self.algorithm, _, rest = header.strip().partition(" ")
            parameters = self._read_header(header, rest)
            self.token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN")
            self._date = str(environ.get("HTTP_X_AMZ_DATE") or environ.get("HTTP_DATE", ""))
            lacking = [f"'{name}' parameter" for name in _IN_HEADER if not parameters.get(name)]
            if not self._date:
                lacking.append("existence of either a 'X-Amz-Date' or a 'Date' header")
            if lacking and not self._lacks:
                told = " ".join(f"Authorization header requires {what}." for what in lacking)
                self._lacks = f"{told} (Hashed with SHA-256 and encoded with Base64) Authorization={_digest(header)}"
        credential = parameters.get("Credential", "")
        self.credential = tuple(credential.split("/")) if credential else ()
        self.signature = parameters.get("Signature", "")
        self.signed_headers = tuple(parameters.get("SignedHeaders", "").lower().split(";"))

    @classmethod
    def read(cls, environ: Environ) -> Self | None:
        """Read a request; None where it is not signed.

        Parameters
        ----------
        environ
            As WSGI gives it.
        """
        query = _decoded(str(environ.get("QUERY_STRING", "")))
        if environ.get("HTTP_AUTHORIZATION"):
            return cls(environ, query, presigned=False)
        presigned = any(name in {"X-Amz-Credential", "X-Amz-Algorithm"} for name, _ in query)
        return cls(environ, query, presigned=True) if presigned else None

    @property
    def access_key_id(self) -> str:
        """The access key; empty where there is none."""
        return self.credential[0] if self.credential else ""

    @property
    def service(self) -> str:
        """The service, as the signature names it; empty where it names none."""
        return self.credential[3] if len(self.credential) == 5 else ""

    @property
    def region(self) -> str:
        """The region, as the signature names it; empty where it names none."""
        return self.credential[2] if len(self.credential) == 5 else ""

    @cached_property
    def time(self) -> dt.datetime:
        """When it was signed.

        Raises
        ------
        SignatureError
            The request does not say so in a form that is known.
        """
        try:
            if found := _ISO_8601.fullmatch(self._date):
                # strptime takes ten times as long, which an invocation would feel.
                year, month, day, hour, minute, second = map(int, found.groups())
                return dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.timezone.utc)
            time = parsedate_to_datetime(self._date)
            return time.replace(tzinfo=time.tzinfo or dt.timezone.utc).astimezone(dt.timezone.utc)
        except (ValueError, OverflowError):
            raise SignatureError(
                INCOMPLETE,
                f"Date must be in ISO-8601 'basic format'. Got '{self._date}'. "
                "See http://en.wikipedia.org/wiki/ISO_8601",
            ) from None

    @cached_property
    def timestamp(self) -> str:
        """The same, as the string to sign has it."""
        return self._date if _ISO_8601.fullmatch(self._date) else self.time.strftime(SIGV4_TIMESTAMP)

    def check_form(self) -> None:
        """Refuse what is no whole signature.

        Raises
        ------
        SignatureError
            A part is missing, or there are two signatures.
        """
        if self.environ.get("HTTP_AUTHORIZATION") and any(name == "X-Amz-Algorithm" for name, _ in self.query):
            raise SignatureError(
                INVALID, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
            )
        if self._lacks:
            raise SignatureError(INCOMPLETE, self._lacks)

    def _read_header(self, header: str, parameters: str) -> dict[str, str]:
        pairs = [part.partition("=") for part in _SEPARATORS.split(parameters) if part]
        if not all(sign for _, sign, _ in pairs):
            self._lacks = (
                "Invalid key=value pair (missing equal-sign) in Authorization header "
                f"(hashed with SHA-256 and encoded with Base64): '{_digest(header)}'."
            )
        return {name: value for name, _, value in pairs}


def _decoded(query: str) -> list[tuple[str, str]]:
    """Decode a query once; a plus sign is one, as in a canonical query."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def _digest(header: str) -> str:
    return b64encode(sha256(header.encode()).digest()).decode()
