"""Reads HTTP/1.1 requests from bytes: heads, sized and chunked bodies, one after another.

The reader does no input or output. Every decision depends on the bytes only, never on how the network split them.
"""

import re
from typing import NamedTuple, Optional, Union

from sklearn_runtime.server.http_head import Head, ProtocolError, read_fields, read_head, split_lines

__all__ = ["IDLE", "IN_BODY", "IN_HEAD", "Continue", "Event", "Request", "RequestReader"]


class Request(NamedTuple):
    """A whole request.

    The body of a long request is a bytearray: one in bytes would be a second copy.
    """

    head: Head
    body: Union[bytes, bytearray]


class Continue(NamedTuple):
    """The client waits for ``100 Continue`` before it sends the body."""


Event = Union[Request, Continue]

IDLE, IN_HEAD, IN_BODY = "idle", "head", "body"

_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?")
_CHUNK_LINE_BYTES = 256

#: A body that came in pieces is handed on as bytes up to this length.
_BYTES_LONGEST = 64 * 1024

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
        """Add what the network gave; the data is copied.

        A body grows as its bytes come: nothing is allocated for a length that is only announced.
        """
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
            The request is refused: 413 body too long, 431 head too long, 400 bad chunk, and what `read_head` raises.
        """
        head = self._head
        if head is None:
            buffer, start = self._buffer, self._position
            if start == len(buffer):
                return None
            end = buffer.find(b"\r\n\r\n", start, start + self._max_header)
            if end < 0:
                self._check_unfinished(start)
                return None
            head = read_head(buffer[start:end])
            self._position = start = end + 4
            length = head.body_bytes
            if length is None:
                self._chunk_state = _SIZE
                self._missing = 0
            elif length > self._max_body:
                raise self._too_long(length)
            elif start + length <= len(buffer) and not head.expects_continue:
                # The whole body is here, as small ones come.
                self._position = end = start + length
                return Request(head, buffer[start:end])
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

    def _finish_body(self) -> Union[bytes, bytearray]:
        body, self._body = self._body, bytearray()
        return body if len(body) > _BYTES_LONGEST else bytes(body)

    def _sized_body(self) -> Union[bytes, bytearray, None]:
        return self._finish_body() if self._take() else None

    def _chunked_body(self) -> Union[bytes, bytearray, None]:
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
        read_fields(split_lines(self._buffer[start:end]))
        self._position = end + 4
        return True


def _bad_chunk() -> ProtocolError:
    return ProtocolError(400, "bad chunk: give the size in hexadecimal digits, CR LF, that many bytes, CR LF")
