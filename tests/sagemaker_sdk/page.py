"""docs/from-the-sagemaker-sdk.md as what it says is run: chapters, each with two sides.

A comment before a block says what it is: ``<!-- once -->`` is run before all else; ``<!-- sdk -->`` and
``<!-- here -->`` are the steps of a side; ``<!-- both file: NAME -->`` (or ``sdk``, ``here``) is a file, from its
chapter on; ``<!-- both print -->``, ``<!-- sdk prints -->``, ``<!-- here prints -->`` are lines that must be printed,
and ``<!-- here alone prints -->`` ones that the other side does not; ``<!-- read -->`` is for the reader alone.
"""

import re
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).resolve().parents[2] / "docs" / "from-the-sagemaker-sdk.md"
SIDES = ("sdk", "here")

_BLOCK = re.compile(
    r"^## (?P<title>[^\n]+)$"
    r"|^<!-- (?P<who>once|sdk|here|both|read)(?: (?P<what>file: \S+|prints?|alone prints))? -->\n"
    r"```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


class Step(NamedTuple):
    """What is run by one process: Python, or lines of a shell."""

    language: str
    text: str


@dataclass
class Side:
    """One side of a chapter."""

    files: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    prints: list[str] = field(default_factory=list)
    prints_not: list[str] = field(default_factory=list)

    def merged(self) -> list[Step]:
        """Blocks of Python that follow each other are one program, as in the guide."""
        return [
            Step(language, "\n".join(step.text for step in steps))
            for language, steps in groupby(self.steps, key=lambda step: step.language)
        ]


@dataclass
class Chapter:
    """A section of the page."""

    title: str
    once: list[Step] = field(default_factory=list)
    sides: dict[str, Side] = field(default_factory=lambda: {side: Side() for side in SIDES})


def chapters(text: str) -> list[Chapter]:
    """Read the page.

    Raises
    ------
    ValueError
        A block or a comment is none that is known; the text begins with it.
    """
    if left := re.search(r"^(?:```|<!--).*", _BLOCK.sub("", text), re.MULTILINE):
        raise ValueError(f"{left[0]} is nothing that is run: see the head of {__name__}")
    found: list[Chapter] = []
    kept: dict[str, dict[str, str]] = {side: {} for side in SIDES}
    for match in _BLOCK.finditer(text):
        if match["title"]:
            found.append(Chapter(match["title"]))
            for name in SIDES:
                found[-1].sides[name].files.update(kept[name])
            continue
        step = Step(match["language"], match["text"])
        if match["who"] == "read":
            continue
        if match["who"] == "once":
            found[-1].once.append(step)
            continue
        for name in SIDES if match["who"] == "both" else (match["who"],):
            side = found[-1].sides[name]
            what = match["what"] or ""
            if what.startswith("file: "):
                side.files[what.removeprefix("file: ")] = kept[name][what.removeprefix("file: ")] = match["text"]
            elif what:
                side.prints.extend(match["text"].splitlines())
                if what == "alone prints":
                    (other,) = set(SIDES) - {name}
                    found[-1].sides[other].prints_not.extend(match["text"].splitlines())
            else:
                side.steps.append(step)
    return found
