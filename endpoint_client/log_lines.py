"""Lines of CloudWatch Logs, and how a log is read while it grows: each line once, and none left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Milliseconds: how much is read again, for lines that CloudWatch shows later than younger ones.
_OVERLAP = 10_000


@dataclass(frozen=True, kw_only=True, order=True)
class LogLine:
    """A line of a log.

    Attributes
    ----------
    milliseconds : int
        When it was written, since 1970 in UTC.
    stream : str
        Name of its stream.
    text : str
    """

    milliseconds: int
    stream: str
    text: str


_Line = TypeVar("_Line", bound=LogLine)


class NewLines(Generic[_Line]):
    """Leaves out lines that were given before.

    The tokens of CloudWatch Logs end after a day, and pass over lines that come late. So a window before the youngest
    line is read again each time, and what it held before is left out; equal lines of one millisecond are counted.

    Parameters
    ----------
    start : int, default 0
        Milliseconds since 1970.

    Attributes
    ----------
    start : int
        From where to read next, in milliseconds since 1970.
    """

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self._seen: Counter[_Line] = Counter()

    def of(self, lines: Iterable[_Line]) -> Iterator[_Line]:
        """Give those of the lines from `start` on that are new."""
        found: Counter[_Line] = Counter()
        youngest: int | None = None
        try:
            for line in lines:
                found[line] += 1
                if found[line] > self._seen[line]:
                    youngest = line.milliseconds if youngest is None else max(youngest, line.milliseconds)
                    yield line
        finally:
            # Also after an error between two pages: what was given is not given again.
            if youngest is not None:
                self.start = max(self.start, youngest - _OVERLAP)
                # The larger count of each: an answer may lack what an earlier one had.
                both = self._seen | found
                self._seen = Counter({line: times for line, times in both.items() if line.milliseconds >= self.start})
