"""Reads HTTP/1.1 requests from bytes, strictly: what two readers could understand differently is refused.

The reader does no input or output. Rules and section numbers are those of RFC 9112 (HTTP/1.1) and RFC 9110 (semantics).
Every decision depends on the bytes only, never on how the network split them.
"""

import re
from typing import Dict, List, NamedTuple, Optional, Tuple, Union


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


class Head(NamedTuple):
    """A request line and its header fields."""

    method: str
    path: str
    #: Lower-case names; the values of a repeated field are joined by ", " (RFC 9110, 5.3).
    headers: Dict[str, str]
    keep_alive: bool
    minor_version: int
    #: Length of the body; None where it is chunked.
    body_bytes: Optional[int]
    expects_continue: bool


class Request(NamedTuple):
    """A whole request."""

    head: Head
    body: bytes


class Continue(NamedTuple):
    """The client waits for ``100 Continue`` before it sends the body."""


Event = Union[Request, Continue]

IDLE, IN_HEAD, IN_BODY = "idle", "head", "body"

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST_LINE = re.compile(rb"(%s) ([!-~]+) HTTP/(\d)\.(\d)" % _TOKEN)
_FIELD_NAME = re.compile(_TOKEN)
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ABSOLUTE = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_HOST = re.compile(r"[^\s,/?#@\\]*")
_LENGTH = re.compile(r"[0-9]{1,18}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?")
_CHUNK_LINE_BYTES = 256

#: Heads that were read before: a client repeats the same one with every request. Bounded in number and in size.
_HEADS: Dict[bytes, Head] = {}
_HEADS_MOST = 256
_HEADS_LONGEST = 2048

_SIZE, _DATA, _DATA_END, _TRAILERS = range(4)


class RequestReader:
    r"""The requests in a stream of bytes.

    Parameters
    ----------
    max_header_bytes
        Longest head (and longest trailer section), with its line ends; more is refused with 431.
    max_body_bytes
        Longest body; more is refused with 413.

    Example
    -------
    >>> reader = RequestReader(max_header_bytes=16384, max_body_bytes=1024)
    >>> reader.feed(b"POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n1,")
    >>> reader.next_event()
    >>> reader.feed(b"2")
    >>> reader.next_event().body
    b'1,2'
    """

    __slots__ = ("_body", "_buffer", "_chunk_state", "_head", "_max_body", "_max_header", "_missing", "_position")

    def __init__(self, max_header_bytes: int, max_body_bytes: int) -> None:
        self._max_header = max_header_bytes
        self._max_body = max_body_bytes
        self._buffer = b""
        self._position = 0
        self._head: Optional[Head] = None
        self._body = bytearray()
        self._missing = 0
        self._chunk_state = _SIZE

    @property
    def phase(self) -> str:
        """Where the stream stands: ``idle`` between requests, in a ``head``, or in a ``body``."""
        if self._head is not None:
            return IN_BODY
        return IN_HEAD if self._position < len(self._buffer) else IDLE

    def feed(self, data: Union[bytes, memoryview]) -> None:
        """Add what the network gave; the data is copied."""
        if self._position == len(self._buffer):
            if self._missing > len(data) and self._head is not None:
                self._body += data
                self._missing -= len(data)
                return
            self._buffer = bytes(data)
        else:
            self._buffer = b"".join((self._buffer[self._position :], data))
        self._position = 0

    def next_event(self) -> Optional[Event]:
        """Take the next event.

        Returns
        -------
        Request, Continue or None
            None where more bytes are needed.

        Raises
        ------
        ProtocolError
            The request is refused: 400 malformed or ambiguous, 413 body too long, 417 unknown expectation, 431 head too
            long, 501 unknown transfer coding, 505 not HTTP/1.0 or 1.1.
        """
        head = self._head
        if head is None:
            start = self._position
            end = self._buffer.find(b"\r\n\r\n", start, start + self._max_header)
            if end < 0:
                self._check_unfinished(start)
                return None
            head = _read_head(self._buffer[start:end])
            self._position = end + 4
            length = head.body_bytes
            if length is None:
                self._chunk_state = _SIZE
                self._missing = 0
            elif length > self._max_body:
                raise self._too_long(length)
            elif length == 0:
                return Request(head, b"")
            else:
                self._missing = length
            self._head = head
            if head.expects_continue:
                return Continue()
        body = self._sized_body() if head.body_bytes is not None else self._chunked_body()
        if body is None:
            return None
        self._head = None
        return Request(head, body)

    def _check_unfinished(self, start: int) -> None:
        """Refuse at once what no further byte can make right."""
        seen = self._buffer[start : start + self._max_header]
        pairs = seen.count(b"\r\n")
        if seen.count(b"\n") != pairs or seen.count(b"\r") - seen.endswith(b"\r") != pairs:
            raise ProtocolError(400, "bare carriage return or line feed in the header: end lines with CR LF")
        if len(seen) == self._max_header:
            raise ProtocolError(431, f"the header is longer than {self._max_header} bytes")

    def _too_long(self, length: int) -> ProtocolError:
        return ProtocolError(
            413,
            f"the body has {length} bytes or more, at most {self._max_body} are taken: "
            "send fewer rows a request, or set SKLEARN_RUNTIME_MAX_BODY_BYTES",
        )

    def _take(self) -> bool:
        """Move bytes of the body out of the buffer; True when none is missing."""
        position = self._position
        data = self._buffer[position : position + self._missing]
        self._body += data
        self._position = position + len(data)
        self._missing -= len(data)
        return not self._missing

    def _finish_body(self) -> bytes:
        body = bytes(self._body)
        self._body = bytearray()
        return body

    def _sized_body(self) -> Optional[bytes]:
        if not self._body:
            # The whole body at once, as small ones come: one copy less.
            position = self._position
            end = position + self._missing
            if end <= len(self._buffer):
                self._position = end
                self._missing = 0
                return self._buffer[position:end]
        return self._finish_body() if self._take() else None

    def _chunked_body(self) -> Optional[bytes]:
        while True:
            if self._chunk_state == _DATA:
                if not self._take():
                    return None
                self._chunk_state = _DATA_END
            if self._chunk_state == _TRAILERS:
                return self._finish_body() if self._skip_trailers() else None
            if self._chunk_state == _DATA_END:
                line = self._chunk_line(2)
                if line is None:
                    return None
                self._chunk_state = _SIZE
            line = self._chunk_line(_CHUNK_LINE_BYTES)
            if line is None:
                return None
            size = _CHUNK.fullmatch(line)
            if size is None:
                raise _bad_chunk()
            self._missing = int(size.group(1), 16)
            if len(self._body) + self._missing > self._max_body:
                raise self._too_long(len(self._body) + self._missing)
            self._chunk_state = _DATA if self._missing else _TRAILERS

    def _chunk_line(self, most: int) -> Optional[bytes]:
        """One line of the chunked framing, at most that many bytes with its end."""
        start = self._position
        end = self._buffer.find(b"\r\n", start, start + most)
        if end < 0:
            seen = self._buffer[start : start + most]
            if len(seen) == most or b"\n" in seen or b"\r" in seen[:-1] or (most == 2 and seen not in (b"", b"\r")):
                raise _bad_chunk()
            return None
        self._position = end + 2
        return self._buffer[start:end]

    def _skip_trailers(self) -> bool:
        start = self._position
        if self._buffer.startswith(b"\r\n", start):
            self._position = start + 2
            return True
        end = self._buffer.find(b"\r\n\r\n", start, start + self._max_header)
        if end < 0:
            self._check_unfinished(start)
            return False
        _read_fields(_lines(self._buffer[start:end]))
        self._position = end + 4
        return True


def _bad_chunk() -> ProtocolError:
    return ProtocolError(400, "bad chunk: give the size in hexadecimal digits, CR LF, that many bytes, CR LF")


def _lines(block: bytes) -> List[bytes]:
    lines = block.split(b"\r\n")
    if block.count(b"\n") != len(lines) - 1 or block.count(b"\r") != len(lines) - 1:
        raise ProtocolError(400, "bare carriage return or line feed in the header: end lines with CR LF")
    return lines


def _read_fields(lines: List[bytes]) -> List[Tuple[str, str]]:
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


def _read_head(block: bytes) -> Head:
    head = _HEADS.get(block)
    if head is None:
        head = _parse_head(block)
        if len(block) <= _HEADS_LONGEST:
            if len(_HEADS) >= _HEADS_MOST:
                _HEADS.clear()
            _HEADS[block] = head
    return head


def _parse_head(block: bytes) -> Head:
    lines = _lines(block)
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
    for name, value in _read_fields(lines[1:]):
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
