"""One JSON object a line, as CloudWatch Logs Insights reads it: requests on stdout, everything else on stderr.

No line holds anything of a request's or a response's body. For example, the slowest requests of an endpoint::

    filter event = "request" | sort ms desc | limit 20
"""

import functools
import json
import logging
import os
import sys
import time
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from sklearn_runtime.server.http_response import Answer
from sklearn_runtime.server.log_stream import PIPE_BYTES, LogPiece, LogStream, standard_stream
from sklearn_runtime.server.routes import PING, Route, error_type

__all__ = ["AccessLog", "JsonFormatter", "configure"]

_FLUSH_SECONDS = 0.1
#: Requests after which the lines are written before their time.
_FLUSH_REQUESTS = 256
#: Longest text of a client's that a line repeats.
_SHOWN_CHARACTERS = 200
#: How long the last lines wait for their reader.
_END_SECONDS = 1.0


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON; the dictionary given as ``extra={"fields": ...}`` is added."""

    def format(self, record: logging.LogRecord) -> str:
        line: Dict[str, Any] = {
            "time": timestamp(record.created),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "pid": record.process,
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def timestamp(seconds: float) -> str:
    """The time in UTC, to the millisecond.

    Example
    -------
    >>> timestamp(0.5)
    '1970-01-01T00:00:00.500Z'
    """
    whole, milliseconds = divmod(int(seconds * 1000), 1000)
    return "%s.%03dZ" % (_whole_seconds(whole), milliseconds)


@functools.lru_cache(maxsize=16)
def _whole_seconds(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


class _Handler(logging.Handler):
    """Sends records to a stream that never makes the server wait."""

    def __init__(self, stream: LogStream) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record).encode("ascii") + b"\n"
        except Exception:  # noqa: BLE001  a record that cannot be formatted must not fail a request
            self.handleError(record)
        else:
            self._stream.write([LogPiece(text, record.levelno >= logging.WARNING)])

    def flush(self) -> None:
        """At the end of the process: give the last lines a chance."""
        self._stream.flush(_END_SECONDS)


def configure(level: int) -> None:
    """Send every log record of at least this level, from any library, to stderr as JSON."""
    standard_stream(1)
    handler = _Handler(standard_stream(2))
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler])
    logging.captureWarnings(True)


#: A request that was answered: time, level, route, status, seconds, bytes in, bytes out, response type, error type.
_Noted = Tuple[float, int, Optional[Route], int, float, int, int, Optional[str], Optional[str]]


class AccessLog:
    """The line that each request leaves; a tenth of a second of them is written at once.

    Parameters
    ----------
    level
        Least level that is written: a 5xx is an error, a 4xx a warning, a good ping debug, all else info.
    call_later
        ``loop.call_later`` of the event loop that the log is used in.
    stream
        Where to write.
    """

    def __init__(self, level: int, call_later: Callable[[float, Callable[[], None]], Any], stream: LogStream) -> None:
        self._threshold = level
        self._call_later = call_later
        self._stream = stream
        self._noted: List[_Noted] = []
        self._scheduled = False

    def request(self, route: Optional[Route], answer: Answer, seconds: float, request_bytes: int) -> None:
        """Note one request that was answered, or refused before its head was understood (no route)."""
        status = answer.status
        if status < 400:
            level = logging.DEBUG if route is not None and route.path == PING else logging.INFO
        else:
            level = logging.WARNING if status < 500 else logging.ERROR
        if level < self._threshold:
            return
        error = None if status < 400 else error_type(answer)
        noted = self._noted
        noted.append((time.time(), level, route, status, seconds, request_bytes, len(answer.body), answer[1], error))
        if not self._scheduled:
            self._schedule()
        if len(noted) >= _FLUSH_REQUESTS:
            self.flush()

    def flush(self) -> None:
        """Write what was noted; what the reader has no room for is written later."""
        self._scheduled = False
        noted, self._noted = self._noted, []
        self._stream.write(_pieces(noted))
        if self._stream.broken:
            self._threshold = sys.maxsize
        elif self._stream.waiting:
            self._schedule()

    def close(self) -> None:
        """Write the last lines, and give their reader a moment."""
        self.flush()
        self._stream.flush(_END_SECONDS)

    def _schedule(self) -> None:
        self._scheduled = True
        self._call_later(_FLUSH_SECONDS, self.flush)


def _pieces(noted: List[_Noted]) -> Iterator[LogPiece]:
    """The lines of some requests, as many in a piece as are written at once."""
    lines: List[str] = []
    size, matters = 0, False
    for moment, level, route, status, seconds, request_bytes, response_bytes, content_type, error in noted:
        start, end = _shared_texts(level, route, status, content_type, error)
        line = (
            f'{{"time": "{timestamp(moment)}", {start}, "ms": {seconds * 1000:.3f}, "request_bytes": {request_bytes}, '
            f'"response_bytes": {response_bytes}, {end}}}\n'
        )
        if size + len(line) > PIPE_BYTES and lines:
            yield LogPiece("".join(lines).encode("ascii"), matters)
            lines, size, matters = [], 0, False
        lines.append(line)
        size += len(line)
        matters = matters or level >= logging.WARNING
    if lines:
        yield LogPiece("".join(lines).encode("ascii"), matters)


@functools.lru_cache(maxsize=256)
def _shared_texts(
    level: int, route: Optional[Route], status: int, response_content_type: Optional[str], error: Optional[str]
) -> Tuple[str, str]:
    """What many lines have alike; kept for a bounded number, since clients choose the texts."""
    start = {
        "level": logging.getLevelName(level),
        "event": "request",
        "method": route.method if route else "-",
        "path": route.path if route else "-",
        "status": status,
    }
    end = {
        "content_type": route.content_type if route else None,
        "accept": route.accept if route else None,
        "response_content_type": response_content_type,
        "error_type": error,
        "pid": os.getpid(),
    }
    return _inner_json(start), _inner_json(end)


def _inner_json(fields: Dict[str, Any]) -> str:
    shown = {name: value[:_SHOWN_CHARACTERS] if isinstance(value, str) else value for name, value in fields.items()}
    return json.dumps(shown)[1:-1]
