"""How far a prediction of many rows has got: a live line on a terminal, elsewhere a line every few seconds."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from endpoint_client.live_line import LiveLine, clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO, TypeAlias

    Progress: TypeAlias = bool | Callable[[int, int], None]

# Seconds between two looks: a terminal shows movement, a log a sign of life.
_LIVE, _LOGGED = 0.2, 10.0


class RowProgress:
    """Rows done, rows a second, and the time left where the end is known.

    Parameters
    ----------
    stream : text file or None
        None: show nothing.
    total : int, optional
        Rows of the input, where they are known.
    done : int, default 0
        Rows that an earlier run has left.
    now : callable, default time.monotonic
        Seconds.
    """

    def __init__(
        self,
        stream: TextIO | None,
        *,
        total: int | None = None,
        done: int = 0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = None if stream is None else LiveLine(stream)
        self._total = total
        self._before = self._done = done
        self._now = now
        self._start = self._shown = now()

    def advance(self, rows: int, share: float | None) -> None:
        """Count rows that have predictions, of an input of which `share` (0 to 1) is done."""
        self._done += rows
        if self._line is None:
            return
        now = self._now()
        if now - self._shown >= (_LIVE if self._line.live else _LOGGED):
            self._shown = now
            text = self._text(now - self._start, share)
            self._line.show(text) if self._line.live else self._line.write(text)

    def end(self) -> None:
        """Write how long it took."""
        if self._line is not None:
            self._line.show("")
            seconds, rows = self._now() - self._start, self._done - self._before
            self._line.write(f"{self._done:,} rows{_rate(rows, seconds)}, in {clock(seconds)}")

    def stop(self) -> None:
        """Let the live line stay as it is."""
        if self._line is not None:
            self._line.end()

    def _text(self, seconds: float, share: float | None) -> str:
        rows = self._done - self._before
        text = f"{self._done:,}" + (f" of {self._total:,}" if self._total else "") + " rows"
        if share:
            text += f" ({share:.0%})"
        text += _rate(rows, seconds)
        # What an earlier run did took none of this one's time: only rows of this run say how fast it goes.
        left = (self._done / share - self._done) / rows * seconds if share and rows else None
        return text if left is None else f"{text}, {clock(left)} left"


@contextmanager
def shown_rows(progress: Progress, total: int, done: int) -> Iterator[Callable[[int, int], None]]:
    """Give what is to be told the rows that have results, and the rows that there are.

    Parameters
    ----------
    progress : bool or callable
        True: show it on stderr. False: nobody is told.
    total, done : int
        Rows that there are, and that have results already.
    """
    if not isinstance(progress, bool):
        yield progress
        return
    rows = RowProgress(sys.stderr if progress else None, total=total, done=done)

    def tell(now: int, total: int) -> None:
        nonlocal done
        rows.advance(now - done, now / total)
        done = now

    try:
        yield tell
    except BaseException:
        rows.stop()
        raise
    rows.end()


def _rate(rows: int, seconds: float) -> str:
    return f", {rows / seconds:,.0f} rows/s" if seconds > 0 else ""
