"""A body that a hook of the user's gives in parts: each is made when the client has taken the one before."""

from __future__ import annotations

import logging
from typing import Any, Iterator, Optional

__all__ = ["BodyParts"]

logger = logging.getLogger("sklearn_runtime")


class BodyParts:
    """The parts that an iterator gives.

    Parameters
    ----------
    parts : iterator of bytes or str
        Empty parts are left out. The first one is made at once, so that what goes wrong before it can still be told in
        a response of its own.

    Attributes
    ----------
    first : bytes
        The first part; empty where there is none.

    Raises
    ------
    TypeError
        The first part is neither bytes nor str.
    Exception
        Whatever else the iterator raises.

    Example
    -------
    >>> parts = BodyParts(iter(["one", b"", b"two"]))
    >>> parts.first, parts.next(), parts.next(), len(parts)
    (b'one', b'two', b'', 6)
    """

    def __init__(self, parts: Iterator[Any]) -> None:
        self._parts = parts
        self._size = 0
        try:
            self.first = self._make()
        except BaseException:
            self.close()
            raise

    def next(self) -> Optional[bytes]:
        """Make the next part: empty at the end, None where the hook failed, which is logged. Never raises."""
        try:
            return self._make()
        except (Exception, SystemExit):
            logger.exception("the response broke off after %d bytes", self._size)
            return None

    def __len__(self) -> int:
        """Bytes of the parts that were made so far."""
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        """Give all parts, the first included; raises what the hook raises."""
        try:
            part = self.first
            while part:
                yield part
                part = self._make()
        finally:
            self.close()

    def close(self) -> None:
        """Give up the parts that were not made: a generator is closed. Never raises."""
        close = getattr(self._parts, "close", None)
        if close is not None:
            try:
                close()
            except (Exception, SystemExit):
                logger.exception("what gives the response's parts could not be closed")

    def _make(self) -> bytes:
        for part in self._parts:
            if not isinstance(part, (str, bytes, bytearray, memoryview)):
                raise TypeError(f"the hook gave a part of type {type(part).__name__}: give bytes or str")
            made = part.encode("utf-8") if isinstance(part, str) else bytes(part)
            if made:
                self._size += len(made)
                return made
        return b""
