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
from typing import Any, Callable, Dict, List, Optional

from .http_response import Answer
from .routes import PING, error_type

__all__ = ["AccessLog", "JsonFormatter", "configure"]

_FLUSH_SECONDS = 0.1
_FLUSH_BYTES = 64 * 1024
#: Writes to a pipe are not interleaved with those of other workers up to this size (POSIX, PIPE_BUF on Linux).
_PIPE_BYTES = 4096
#: Longest text of a client's that a line repeats.
_SHOWN_CHARACTERS = 200


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
    milliseconds = int(seconds * 1000)
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(milliseconds // 1000))
    return f"{whole}.{milliseconds % 1000:03d}Z"


def configure(level: int) -> None:
    """Send every log record of at least this level, from any library, to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler])
    logging.captureWarnings(True)


@functools.lru_cache(maxsize=256)
def _quoted(text: Optional[str]) -> str:
    return json.dumps(text if text is None else text[:_SHOWN_CHARACTERS])


def _level(answer: Answer, path: str) -> int:
    if answer.status >= 500:
        return logging.ERROR
    if answer.status >= 400:
        return logging.WARNING
    return logging.DEBUG if path == PING else logging.INFO


class AccessLog:
    """The line that each request leaves; a tenth of a second of them is written at once.

    Parameters
    ----------
    level
        Least level that is written: a 5xx is an error, a 4xx a warning, a good ping debug, all else info.
    call_later
        ``loop.call_later`` of the event loop that the log is used in.
    file_descriptor
        Where to write; stdout unless given.
    """

    def __init__(
        self, level: int, call_later: Callable[[float, Callable[[], None]], Any], file_descriptor: int = 1
    ) -> None:
        self._threshold = level
        self._call_later = call_later
        self._file_descriptor = file_descriptor
        self._lines: List[bytes] = []
        self._bytes = 0
        self._pid = os.getpid()

    def request(
        self,
        method: str,
        path: str,
        answer: Answer,
        seconds: float,
        request_bytes: int,
        content_type: Optional[str] = None,
        accept: Optional[str] = None,
    ) -> None:
        """Note one request that was answered, or refused before its head was understood (method and path ``-``)."""
        level = _level(answer, path)
        if level < self._threshold:
            return
        line = (
            '{"time": "%s", "level": "%s", "event": "request", "method": %s, "path": %s, "status": %d, "ms": %.3f, '
            '"request_bytes": %d, "response_bytes": %d, "content_type": %s, "accept": %s, '
            '"response_content_type": %s, "error_type": %s, "pid": %d}\n'
            % (
                timestamp(time.time()),
                logging.getLevelName(level),
                _quoted(method),
                _quoted(path),
                answer.status,
                seconds * 1000,
                request_bytes,
                len(answer.body),
                _quoted(content_type),
                _quoted(accept),
                _quoted(answer.content_type),
                _quoted(error_type(answer)),
                self._pid,
            )
        ).encode("ascii")
        if not self._lines:
            self._call_later(_FLUSH_SECONDS, self.flush)
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes >= _FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what was noted. A log that nobody reads any more does not stop the server."""
        lines, self._lines, self._bytes = self._lines, [], 0
        batch = b""
        try:
            for line in lines:
                if len(batch) + len(line) > _PIPE_BYTES:
                    os.write(self._file_descriptor, batch)
                    batch = b""
                batch += line
            if batch:
                os.write(self._file_descriptor, batch)
        except OSError:
            self._threshold = sys.maxsize
