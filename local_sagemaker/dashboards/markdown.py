"""Reads the Markdown of a text widget into lines and runs of one style.

Headings, lists, tables, rules, code, bold, italic and links are known; of a link, a button or a picture its text stays.
Rule: "Add or remove a text widget from a CloudWatch dashboard" in the CloudWatch user guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Run(NamedTuple):
    """Text of one style: ``plain``, ``bold``, ``italic``, ``code`` or ``link``."""

    text: str
    style: str = "plain"


class Block(NamedTuple):
    """A paragraph or the like.

    Parameters
    ----------
    kind
        ``heading``, ``text``, ``item``, ``code``, ``table``, ``rule``.
    runs
        Its text; of a table none.
    level
        Of a heading 1 to 6, of an item how deep it lies.
    marker
        Before an item: ``•`` or its number.
    rows
        Of a table, the first its head.
    """

    kind: str
    runs: tuple[Run, ...] = ()
    level: int = 0
    marker: str = ""
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()


_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$")
_RULE = re.compile(r"\s*([-*_])(\s*\1){2,}\s*$")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_INLINE = re.compile(
    r"!?\[(?:button:)?(?:primary:)?(?P<link>[^\]]*)\]\((?P<address>[^)]*)\)"
    r"|\*\*(?P<bold>.+?)\*\*|__(?P<bold2>.+?)__"
    r"|(?<![\w*])\*(?P<italic>[^*\s][^*]*?)\*|(?<!\w)_(?P<italic2>[^_\s][^_]*?)_(?!\w)"
    r"|`(?P<code>[^`]+)`"
)
_STYLES = ("link", "bold", "bold2", "italic", "italic2", "code")


def read_markdown(text: str) -> list[Block]:
    """Give the blocks of a text.

    Example
    -------
    >>> [block.kind for block in read_markdown("# Churn\\n- one\\n- **two**")]
    ['heading', 'item', 'item']
    """
    blocks: list[Block] = []
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    table: list[str] = []
    continues = False
    for line in lines:
        if "|" in line and line.strip().startswith("|"):
            table.append(line)
            continue
        if table:
            blocks.append(_table(table))
            table = []
        if line.strip().startswith("```"):
            blocks.extend(_code(lines))
            continues = False
        elif not line.strip():
            continues = False
        elif found := _HEADING.match(line):
            blocks.append(Block("heading", runs_of(found[2]), level=len(found[1])))
            continues = False
        elif _RULE.match(line):
            blocks.append(Block("rule"))
            continues = False
        elif found := _ITEM.match(line):
            marker = f"{found[2]}." if found[2] else "•"
            blocks.append(Block("item", runs_of(found[3]), level=len(found[1].expandtabs(4)) // 2, marker=marker))
            continues = True
        elif continues:
            # A line break inside a paragraph is a space.
            last = blocks[-1]
            blocks[-1] = last._replace(runs=(*last.runs, Run(" "), *runs_of(line.strip())))
        else:
            blocks.append(Block("text", runs_of(line.strip())))
            continues = True
    return [*blocks, _table(table)] if table else blocks


def runs_of(text: str) -> tuple[Run, ...]:
    """Give the runs of one line.

    Example
    -------
    >>> runs_of("**the** [docs](https://example.com)")[::2]
    (Run(text='the', style='bold'), Run(text='docs', style='link'))
    """
    runs: list[Run] = []
    at = 0
    for found in _INLINE.finditer(text):
        if found.start() > at:
            runs.append(Run(text[at : found.start()]))
        groups = found.groupdict()
        style = next(name for name in _STYLES if groups[name] is not None)
        runs.append(Run(groups[style] or groups["address"] or "", style.removesuffix("2")))
        at = found.end()
    if at < len(text):
        runs.append(Run(text[at:]))
    return tuple(runs)


def _code(lines: Iterator[str]) -> Iterator[Block]:
    for line in lines:
        if line.strip().startswith("```"):
            return
        yield Block("code", (Run(line, "code"),))


def _table(lines: list[str]) -> Block:
    rows = [
        tuple(runs_of(cell.strip()) for cell in line.strip().strip("|").split("|"))
        for line in lines
        if not _TABLE_RULE.match(line)
    ]
    return Block("table", rows=tuple(rows))
