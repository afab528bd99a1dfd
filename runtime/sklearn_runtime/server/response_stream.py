"""One response whose body a hook makes in parts: no part is made before the client has taken the last one."""

from typing import TYPE_CHECKING, Any, Callable, Optional

from sklearn_runtime.body_parts import BodyParts
from sklearn_runtime.server.dispatcher import Dispatcher

if TYPE_CHECKING:
    import asyncio

__all__ = ["ResponseStream"]

_LAST_CHUNK = b"0\r\n\r\n"


class ResponseStream:
    """Writes the parts of a body, one after the other.

    Parameters
    ----------
    parts
        The body.
    dispatcher
        Has parts made where hooks run: other requests are answered between two of them.
    write : callable
        Hands bytes over to the client.
    is_taken : callable
        Says whether the client has taken all that was handed over; if not, `go_on` is called when it has.
    chunked
        Whether the client understands chunks; else the connection's end is the body's.
    end : callable
        Told whether the body is whole; not after `give_up`.
    """

    def __init__(
        self,
        parts: BodyParts,
        dispatcher: Dispatcher,
        write: Callable[[bytes], Any],
        is_taken: Callable[[], bool],
        chunked: bool,
        end: Callable[[bool], None],
    ) -> None:
        self._parts = parts
        self._dispatcher = dispatcher
        self._write = write
        self._is_taken = is_taken
        self._chunked = chunked
        self._end = end
        self._given_up = False

    def start(self, head: bytes) -> None:
        """Write the head of the response and the first part."""
        self._write(head)
        self._hand_over(self._parts.first)

    def go_on(self) -> None:
        """Have the next part made: the client has taken the last one."""
        self._dispatcher.make_part(self._parts).add_done_callback(self._made)

    def give_up(self) -> None:
        """Close what makes the parts: the client is gone."""
        self._given_up = True
        self._dispatcher.give_up(self._parts)

    def _made(self, future: "asyncio.Future[Optional[bytes]]") -> None:
        if not self._given_up:
            self._hand_over(future.result())

    def _hand_over(self, part: Optional[bytes]) -> None:
        if part:
            self._write(b"%x\r\n%b\r\n" % (len(part), part) if self._chunked else part)
            if self._is_taken():
                self.go_on()
            return
        # A file is an iterator too, and stays open at its end.
        self._dispatcher.give_up(self._parts)
        if part is not None and self._chunked:
            self._write(_LAST_CHUNK)
        self._end(part is not None)
