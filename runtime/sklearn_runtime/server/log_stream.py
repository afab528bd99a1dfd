"""Writes whole log lines to a descriptor whose reader may be slow or gone, and does not wait for it."""

import collections
import functools
import json
import os
import select
import socket
import stat
import threading
import time
from typing import Callable, Deque, Iterable, List, NamedTuple, Tuple

__all__ = ["PIPE_BYTES", "LogPiece", "LogStream", "standard_stream"]

#: Writes to a pipe are not interleaved with those of other workers up to this size (POSIX, PIPE_BUF on Linux).
PIPE_BYTES = 4096

#: Bound of the lines that wait for their reader, 1 MiB: about 3,000 requests.
PENDING_MOST_BYTES = 1 << 20


class LogPiece(NamedTuple):
    """Some whole lines, with their line ends, and whether they are kept before others when there is no room for all.

    A piece of several lines is at most as long as what a pipe takes at once.
    """

    text: bytes
    matters: bool


class LogStream:
    """Log lines on their way to one descriptor; may be used from any thread.

    Writing to a pipe that nobody empties would stop the server. Here lines wait in memory instead, and go out with the
    next ones. Beyond a bound they are lost, good news first, and once the log is read again it says how many.

    Parameters
    ----------
    file_descriptor
        Where to write. Whether its writes wait is left as it is: other processes may share it.
    most_bytes
        Bound of the lines that wait.

    Attributes
    ----------
    broken : bool
        Whether nobody will ever read: what is written from then on is thrown away.
    """

    def __init__(self, file_descriptor: int, most_bytes: int = PENDING_MOST_BYTES) -> None:
        self.broken = False
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._pending: Deque[LogPiece] = collections.deque()
        self._bytes = 0
        self._lost = 0
        self._descriptor, self._send, self._release = _opened(file_descriptor)

    def write(self, pieces: Iterable[LogPiece]) -> None:
        """Send lines, and keep what does not go."""
        with self._lock:
            if self.broken:
                return
            for piece in pieces:
                self._keep(piece)
            self._push()
            if self._bytes > self._most_bytes:
                self._make_room()

    @property
    def waiting(self) -> bool:
        """Whether there are lines that the reader had no room for."""
        return bool(self._pending)

    def flush(self, seconds: float = 0.0) -> None:
        """Send what was kept; wait at most so long for the reader."""
        until = time.monotonic() + seconds
        with self._lock:
            self._push()
            while self._pending and time.monotonic() < until:
                select.select([], [self._descriptor], [], max(0.0, until - time.monotonic()))
                self._push()

    def close(self) -> None:
        """Release what was opened; the descriptor that was given stays open."""
        self.broken = True
        self._release()

    def _keep(self, piece: LogPiece) -> None:
        self._pending.append(piece)
        self._bytes += len(piece.text)

    def _push(self) -> None:
        try:
            while self._pending:
                batch = self._next_batch()
                data = b"".join([piece.text for piece in batch])
                try:
                    sent = self._send(data)
                except BlockingIOError:
                    sent = 0
                self._bytes -= sent
                if sent < len(data):
                    self._pending.extendleft(reversed(_rest(batch, sent)))
                    return
                if self._lost and not self._pending:
                    lost, self._lost = self._lost, 0
                    self._keep(_loss(lost))
        except OSError:
            self.broken = True
            self._pending.clear()
            self._bytes = 0

    def _next_batch(self) -> List[LogPiece]:
        """As many pieces as go at once, at least one."""
        pending = self._pending
        batch = [pending.popleft()]
        room = PIPE_BYTES - len(batch[0].text)
        while pending and len(pending[0].text) <= room:
            room -= len(pending[0].text)
            batch.append(pending.popleft())
        return batch

    def _make_room(self) -> None:
        lines = sum(piece.text.count(b"\n") for piece in self._pending)
        kept = [piece for piece in self._pending if piece.matters]
        self._bytes = sum(len(piece.text) for piece in kept)
        while self._bytes > self._most_bytes:
            # The first error of many says most about their cause.
            self._bytes -= len(kept.pop().text)
        self._lost += lines - sum(piece.text.count(b"\n") for piece in kept)
        self._pending = collections.deque(kept)


def _rest(batch: List[LogPiece], sent: int) -> List[LogPiece]:
    """What is left of pieces of which so many bytes are out."""
    place = 0
    while sent >= len(batch[place].text):
        sent -= len(batch[place].text)
        place += 1
    # A line of which the start is out must be ended.
    first = LogPiece(batch[place].text[sent:], matters=True) if sent else batch[place]
    return [first, *batch[place + 1 :]]


def _loss(lines: int) -> LogPiece:
    message = f"{lines} log lines were lost: nobody read them in time"
    return LogPiece(json.dumps({"level": "WARNING", "message": message, "pid": os.getpid()}).encode() + b"\n", True)


def _opened(file_descriptor: int) -> "Tuple[int, Callable[[bytes], int], Callable[[], None]]":
    """A descriptor to wait for, a function that writes without waiting where that can be had, and one that closes."""
    try:
        kind = os.fstat(file_descriptor).st_mode
        if stat.S_ISFIFO(kind):
            # Opened once more: non-blocking is a property of what was opened, and that is shared with other processes.
            own = os.open(f"/proc/self/fd/{file_descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            return own, functools.partial(os.write, own), functools.partial(os.close, own)
        if stat.S_ISSOCK(kind):
            connection = socket.socket(fileno=os.dup(file_descriptor))
            return connection.fileno(), lambda data: connection.send(data, socket.MSG_DONTWAIT), connection.close
    except OSError:
        pass  # closed, or a pipe of another user's: writing says so, or waits as it would have
    return file_descriptor, functools.partial(os.write, file_descriptor), lambda: None


@functools.lru_cache(maxsize=None)
def standard_stream(file_descriptor: int) -> LogStream:
    """The stream of stdout (1) or stderr (2): one a process, made before root's rights are given up."""
    return LogStream(file_descriptor)
