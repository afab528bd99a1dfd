"""Reads the head of an HTTP/1.1 request, strictly: what two readers could understand differently is refused.

Rules and section numbers are those of RFC 9112 (HTTP/1.1) and RFC 9110 (semantics).
"""

import re
from typing import Any, Dict, List, Optional, Tuple

__all__ = ["Head", "ProtocolError", "read_fields", "read_head", "split_lines"]

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST_LINE = re.compile(rb"(%s) ([!-~]+) HTTP/(\d)\.(\d)" % _TOKEN)
_FIELD_NAME = re.compile(_TOKEN)
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ABSOLUTE = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_HOST = re.compile(r"[^\s,/?#@\\]*")
_LENGTH = re.compile(r"[0-9]{1,18}")


class ProtocolError(ValueError):
    """A request that is refused; the connection cannot be used after it.

    Attributes
    ----------
    status
        The HTTP status to answer with.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Head:
    """A request line and its header fields.

    Attributes
    ----------
    headers : dict
        Lower-case names; the values of a repeated field are joined by ", " (RFC 9110, 5.3).
    body_bytes : int or None
        Length of the body; None where it is chunked.
    route : object
        Room for what the server makes of a head, so that it is made once: a client repeats its heads.
    """

    __slots__ = ("body_bytes", "expects_continue", "headers", "keep_alive", "method", "minor_version", "path", "route")

    def __init__(
        self,
        method: str,
        path: str,
        headers: Dict[str, str],
        keep_alive: bool,
        minor_version: int,
        body_bytes: Optional[int],
        expects_continue: bool,
    ) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.keep_alive = keep_alive
        self.minor_version = minor_version
        self.body_bytes = body_bytes
        self.expects_continue = expects_continue
        self.route: Any = None


#: Heads that were read before: a client repeats the same one with every request. Bounded in number and in size.
_HEADS: Dict[bytes, Head] = {}
_HEADS_MOST = 256
_HEADS_LONGEST = 2048


def read_head(block: bytes) -> Head:
    r"""Read a head.

    Parameters
    ----------
    block
        From the request line to the last header field, without the empty line that ends it.

    Raises
    ------
    ProtocolError
        400 malformed or ambiguous, 417 unknown expectation, 501 unknown transfer coding, 505 not HTTP/1.0 or 1.1.

    Example
    -------
    >>> head = read_head(b"POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3")
    >>> head.path, head.body_bytes, head.keep_alive
    ('/invocations', 3, True)
    """
    head = _HEADS.get(block)
    if head is None:
        head = _parse_head(block)
        if len(block) <= _HEADS_LONGEST:
            if len(_HEADS) >= _HEADS_MOST:
                _HEADS.clear()
            _HEADS[block] = head
    return head


def split_lines(block: bytes) -> List[bytes]:
    """The lines of a head or of trailers, each of which must end with CR LF."""
    lines = block.split(b"\r\n")
    if block.count(b"\n") != len(lines) - 1 or block.count(b"\r") != len(lines) - 1:
        raise ProtocolError(400, "bare carriage return or line feed in the header: end lines with CR LF")
    return lines


def read_fields(lines: List[bytes]) -> List[Tuple[str, str]]:
    """Names, in lower case, and values of header fields."""
    fields = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            raise ProtocolError(400, "folded header line: put each header field on one line")
        name, colon, value = line.partition(b":")
        if not colon or not _FIELD_NAME.fullmatch(name):
            raise ProtocolError(400, "invalid header name: give 'Name: value' without a space before the colon")
        if _CONTROL.search(value):
            raise ProtocolError(400, f"control character in the value of header {name.decode('ascii')}")
        fields.append((name.decode("ascii").lower(), value.strip(b" \t").decode("latin-1")))
    return fields


def _parse_head(block: bytes) -> Head:
    lines = split_lines(block)
    if not lines[0] and len(lines) > 1:
        del lines[0]  # one empty line before a request is let pass (2.2)
    line = _REQUEST_LINE.fullmatch(lines[0])
    if line is None:
        raise ProtocolError(400, "bad request line: give 'METHOD /path HTTP/1.1'")
    method, target, major, minor = (part.decode("ascii") for part in line.groups())
    if (major, minor) not in (("1", "0"), ("1", "1")):
        raise ProtocolError(505, f"HTTP/{major}.{minor} is not spoken here: use HTTP/1.1")
    path = _ABSOLUTE.sub("", target, count=1).partition("?")[0] or "/"
    if not path.startswith("/") and target != "*":
        raise ProtocolError(400, "bad request target: give a path that starts with /")

    headers: Dict[str, str] = {}
    seen: Dict[str, int] = {}
    for name, value in read_fields(lines[1:]):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
        seen[name] = seen.get(name, 0) + 1
    if seen.get("host", 0) != 1 and (minor == "1" or "host" in seen):
        raise ProtocolError(400, "give exactly one Host header")
    if not _HOST.fullmatch(headers.get("host", "")):
        raise ProtocolError(400, "invalid Host header: give the server's name and port")

    connection = {option.strip().lower() for option in headers.get("connection", "").split(",")}
    expect = headers.get("expect", "").lower()
    if expect not in ("", "100-continue"):
        raise ProtocolError(417, "the only expectation that can be met is 100-continue")
    body_bytes = _body_bytes(headers, seen, minor)
    return Head(
        method=method,
        path=path,
        headers=headers,
        keep_alive="close" not in connection and (minor == "1" or "keep-alive" in connection),
        minor_version=int(minor),
        body_bytes=body_bytes,
        expects_continue=bool(expect) and minor == "1" and body_bytes != 0,
    )


def _body_bytes(headers: Dict[str, str], seen: Dict[str, int], minor: str) -> Optional[int]:
    """How the body ends (6.3): None where it is chunked."""
    coding = headers.get("transfer-encoding")
    length = headers.get("content-length")
    if coding is not None:
        if length is not None:
            raise ProtocolError(400, "both Content-Length and Transfer-Encoding: give one of them")
        if minor == "0":
            raise ProtocolError(400, "Transfer-Encoding in an HTTP/1.0 request: give Content-Length")
        codings = [part.strip().lower() for part in coding.split(",")]
        if any(part != "chunked" for part in codings):
            raise ProtocolError(501, "unknown transfer coding: only chunked is understood")
        if len(codings) > 1:
            raise ProtocolError(400, "chunked is given more than once")
        return None
    if length is None:
        return 0
    if seen["content-length"] > 1 or not _LENGTH.fullmatch(length):
        raise ProtocolError(400, "invalid Content-Length: give it once, as a decimal number")
    return int(length)
