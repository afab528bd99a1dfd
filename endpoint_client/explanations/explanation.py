"""What an error means, why it comes, and what to do about it, as text for a terminal."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Characters; a wider terminal is harder to read.
WIDTH = 100


@dataclass(frozen=True)
class Explanation:
    """What `explain` gives.

    Attributes
    ----------
    what : str
        What happened, in one sentence.
    why : tuple of str
        What may have caused it, the likeliest first; empty where `what` says it.
    remedy : tuple of str
        What to do, step by step. Lines after the first of a step are code or a command, to be taken as they are.

    Example
    -------
    >>> print(Explanation("The endpoint is not there.", ("The region is another.",), ("List them:\\naws s3 ls",)))
    The endpoint is not there.
    Why:
      - The region is another.
    What to do:
      1. List them:
           aws s3 ls
    """

    what: str
    why: tuple[str, ...] = ()
    remedy: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [textwrap.fill(self.what, WIDTH, break_long_words=False, break_on_hyphens=False)]
        if self.why:
            lines += ["Why:", *(line for cause in self.why for line in _item("-", cause))]
        if self.remedy:
            lines += ["What to do:"]
            lines += [line for number, step in enumerate(self.remedy, 1) for line in _item(f"{number}.", step)]
        return "\n".join(lines)


def _item(mark: str, text: str) -> Iterator[str]:
    """Give the lines of one point: prose is wrapped, code is not."""
    prose, *code = text.split("\n")
    first, margin = f"  {mark} ", " " * (len(mark) + 3)
    yield textwrap.fill(
        prose, WIDTH, initial_indent=first, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
    yield from (f"{margin}  {line}" for line in code)
