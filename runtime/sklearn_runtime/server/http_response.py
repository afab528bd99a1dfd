"""Writes HTTP/1.1 response heads; the parts that repeat are kept."""

import re
import time
from http import HTTPStatus
from typing import Any, Dict, NamedTuple, Optional, Tuple

__all__ = ["Answer", "encode_head", "encode_head_of_parts", "http_date", "is_field_value"]

_FIELD_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_PREFIXES: Dict[Tuple[int, Optional[str], Optional[str], Optional[str]], bytes] = {}
_PREFIXES_MOST = 256

_WEEKDAYS, _MONTHS = b"MonTueWedThuFriSatSun", b"JanFebMarAprMayJunJulAugSepOctNovDec"


class Answer(NamedTuple):
    """What is sent back for a request."""

    status: int
    content_type: Optional[str]
    #: bytes, or `BodyParts` where it is made in parts.
    body: Any
    #: Value of the header Allow, which goes with 405.
    allow: Optional[str] = None


def is_field_value(text: str) -> bool:
    r"""Whether the text may stand in a response header: printable ASCII, no spaces around it.

    Example
    -------
    >>> is_field_value("text/csv; charset=utf-8"), is_field_value("text/csv\r\nSet-Cookie: a=b")
    (True, False)
    """
    return _FIELD_VALUE.fullmatch(text) is not None


def http_date(seconds: float) -> bytes:
    """The value of the header Date (RFC 9110, 5.6.7), in English whatever the locale.

    Example
    -------
    >>> http_date(1795478376)
    b'Mon, 23 Nov 2026 23:59:36 GMT'
    """
    year, month, day, hour, minute, second, weekday = time.gmtime(seconds)[:7]
    name, month_name = _WEEKDAYS[weekday * 3 :][:3], _MONTHS[month * 3 - 3 :][:3]
    return b"%b, %02d %b %04d %02d:%02d:%02d GMT" % (name, day, month_name, year, hour, minute, second)


def encode_head(answer: Answer, connection: Optional[str], date: bytes) -> bytes:
    r"""The status line and the header fields.

    Parameters
    ----------
    answer
        Its content type must satisfy :func:`is_field_value`.
    connection
        Value of the header Connection, where one is needed.
    date
        Value of the header Date.

    Example
    -------
    >>> encode_head(Answer(200, None, b""), None, b"Mon, 23 Nov 2026 23:59:36 GMT")
    b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: Mon, 23 Nov 2026 23:59:36 GMT\r\n\r\n'
    """
    key = (answer.status, answer.content_type, connection, answer.allow)
    prefix = _PREFIXES.get(key)
    if prefix is None:
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        fields = (("Content-Type", answer.content_type), ("Connection", connection), ("Allow", answer.allow))
        lines += [f"{name}: {value}" for name, value in fields if value is not None]
        prefix = "\r\n".join((*lines, "Content-Length: ")).encode("ascii")
        if len(_PREFIXES) >= _PREFIXES_MOST:
            _PREFIXES.clear()
        _PREFIXES[key] = prefix
    return b"%b%d\r\nDate: %b\r\n\r\n" % (prefix, len(answer.body), date)


def encode_head_of_parts(answer: Answer, connection: Optional[str], date: bytes, chunked: bool) -> bytes:
    r"""The status line and the header fields of a body whose length is not known.

    Parameters
    ----------
    answer, connection, date
        As for :func:`encode_head`.
    chunked
        Whether the body goes in chunks.

    Example
    -------
    >>> encode_head_of_parts(Answer(200, "a/b", b""), None, b"Mon, 23 Nov 2026 23:59:36 GMT", True)
    b'HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\nDate: Mon, 23 Nov 2026 23:59:36 GMT\r\n\r\n'
    """
    fields = (
        ("Content-Type", answer.content_type),
        ("Connection", connection),
        ("Transfer-Encoding", "chunked" if chunked else None),
    )
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in fields if value is not None]
    return b"%b\r\nDate: %b\r\n\r\n" % ("\r\n".join(lines).encode("ascii"), date)
