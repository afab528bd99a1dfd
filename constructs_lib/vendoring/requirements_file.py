"""Reads a requirements.txt: its lines without comments, and of each what it pins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.exceptions import RequirementsError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One package in one version, with the hashes of the files that it may be.

    Attributes
    ----------
    name
        Normalized: lower case, with hyphens.
    version
        As it is written.
    line
        The whole line, for pip.
    """

    name: str
    version: str
    line: str


def requirement_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a requirements file without comments and blank lines, continued ones joined.

    Example
    -------
    >>> requirement_lines("# features\\nskops==0.11 \\\\\\n    --hash=sha256:00  # why\\n")
    ('skops==0.11 --hash=sha256:00',)
    """
    joined = re.sub(r"\\\r?\n", " ", text)
    lines = (re.sub(r"(^|\s)#.*$", "", line) for line in joined.splitlines())
    return tuple(" ".join(line.split()) for line in lines if line.strip())


def without_hashes(line: str) -> str:
    """Return a line as a message shows it."""
    return line.split(" --hash", maxsplit=1)[0]


def requirement_names(lines: Iterable[str]) -> frozenset[str]:
    """Return the normalized names of the packages that lines ask for; options have none."""
    return frozenset(
        normalized(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]) for line in lines if not line.startswith("-")
    )


def normalized(name: str) -> str:
    """Return a package's name as it is compared.

    Example
    -------
    >>> normalized("Zope.Interface_x")
    'zope-interface-x'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def pins_and_options(lines: Iterable[str], remedy: str) -> tuple[tuple[Pin, ...], tuple[str, ...]]:
    """Return what lines pin, and the lines that say which index pip asks.

    Parameters
    ----------
    lines
        See `requirement_lines`.
    remedy
        What to do about a line that pins nothing.

    Raises
    ------
    RequirementsError
        With every line that is neither.
    """
    lines = tuple(lines)
    options = tuple(line for line in lines if line.startswith(_INDEX_OPTIONS))
    found = {line: _PIN.fullmatch(line) for line in lines if line not in options}
    if loose := [f"{without_hashes(line)!r}" for line, match in found.items() if match is None]:
        raise RequirementsError(
            f"requirements.txt has {', '.join(loose)}, and packages travel with the model only as "
            f"name==version --hash=sha256:...; {remedy}"
        )
    pins = (Pin(name=normalized(m["name"]), version=m["version"], line=line) for line, m in found.items() if m)
    return tuple(pins), options


_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])? ?== ?(?P<version>[A-Za-z0-9.!+_-]+)(?: ?;.*?)?"
    r"(?: --hash=sha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128}))+"
)
_INDEX_OPTIONS = ("-i ", "--index-url", "--extra-index-url", "--trusted-host")
