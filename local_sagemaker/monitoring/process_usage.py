"""How much CPU and memory processes use, as Linux's /proc tells; elsewhere nobody knows.

A container's processes are those of its process group: the server leads it, and its workers are in it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

PROC = Path("/proc")
# Fields of /proc/PID/stat, counted behind the name in brackets.
_GROUP, _USER_TICKS, _SYSTEM_TICKS = 2, 11, 12
_PSS = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


class Usage(NamedTuple):
    """What some processes use.

    Attributes
    ----------
    cpu_seconds
        Since they began; on two cores, two in a second.
    memory
        Bytes; what processes share is shared out among them.
    """

    cpu_seconds: float
    memory: int


_NOTHING = Usage(0.0, 0)


def usage_of(groups: Collection[int], proc: Path = PROC) -> Usage | None:
    """Add up what the processes of some process groups use; None where there is no /proc.

    Parameters
    ----------
    groups
        Process ids of the groups' leaders.
    """
    if not (proc / "self" / "stat").exists():
        return None
    found = [_usage(entry, groups) for entry in proc.iterdir() if entry.name.isdecimal()]
    return Usage(sum(one.cpu_seconds for one in found), sum(one.memory for one in found))


def _usage(process: Path, groups: Collection[int]) -> Usage:
    try:
        # A process has any bytes for its name, which may end in the middle of a character.
        fields = (process / "stat").read_bytes().rpartition(b")")[2].split()
        if int(fields[_GROUP]) not in groups:
            return _NOTHING
        ticks = int(fields[_USER_TICKS]) + int(fields[_SYSTEM_TICKS])
        pss = _PSS.search((process / "smaps_rollup").read_text(encoding="ascii", errors="replace"))
        return Usage(ticks / os.sysconf("SC_CLK_TCK"), 1024 * int(pss[1]) if pss else 0)
    except OSError:
        return _NOTHING  # it has just ended
