"""A line at the foot of a terminal that is written anew while something goes on, with lines that stay above it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

# Carriage return and "erase in line" (ECMA-48).
_ERASE = "\r\x1b[2K"


class LiveLine:
    """Writes to a stream; the live line is seen on a terminal alone.

    Parameters
    ----------
    stream : text file

    Attributes
    ----------
    live : bool
        Whether the stream is a terminal.

    Example
    -------
    >>> import sys
    >>> line = LiveLine(sys.stdout)
    >>> line.show("half of it")
    >>> line.write("a line that stays")
    a line that stays
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.live = stream.isatty()
        self._shown = ""

    def show(self, text: str) -> None:
        """Write the live line anew."""
        if self.live:
            # A line that wraps could not be erased.
            self._shown = text[: shutil.get_terminal_size().columns - 1]
            self._write(_ERASE + self._shown)

    def write(self, text: str) -> None:
        """Write a line that stays, above the live line."""
        self._write(f"{_ERASE}{text}\n{self._shown}" if self._shown else f"{text}\n")

    def end(self) -> None:
        """Let the live line stay as it is."""
        if self._shown:
            self._write("\n")
            self._shown = ""

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def clock(seconds: float) -> str:
    """Write a time as hours, minutes and seconds; one below 0, as the clocks of two machines may give, as 0.

    Example
    -------
    >>> clock(3725.9)
    '1:02:05'
    """
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}"
