"""CPU time of a server's whole process tree, and of the whole machine, read from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

__all__ = ["ProcessTimes", "busy_seconds", "cpu_seconds", "members", "parse_busy", "parse_stat", "read_processes"]

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class ProcessTimes(NamedTuple):
    """One process, as ``/proc/PID/stat`` describes it.

    Attributes
    ----------
    ticks
        User and system time in clock ticks, that of its ended and awaited children included: so the sum over a tree
        neither loses a worker that ended nor counts one twice.
    started
        Start time in clock ticks: tells a process from a later one with the same id.
    ended
        A zombie: it has ended, and its parent has not asked how.
    """

    pid: int
    parent: int
    session: int
    ticks: int
    started: int
    ended: bool


def parse_stat(text: str) -> ProcessTimes:
    """Read one ``/proc/PID/stat``.

    Example
    -------
    >>> parse_stat("7 (a (b) c) S 1 7 6 0 -1 4194560 100 200 0 0 30 12 5 3 20 0 1 0 99 0 0").ticks
    50
    """
    pid, _, rest = text.partition(" (")
    # The name may hold brackets and spaces; what follows its last bracket does not.
    fields = rest.rpartition(") ")[2].split()
    ticks = sum(map(int, fields[11:15]))
    return ProcessTimes(int(pid), int(fields[1]), int(fields[3]), ticks, int(fields[19]), fields[0] in "ZX")


def read_processes() -> list[ProcessTimes]:
    """Every process that there is now."""
    processes = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                processes.append(parse_stat((entry / "stat").read_text(encoding="utf-8", errors="replace")))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
    return processes


def members(leader: int, processes: Iterable[ProcessTimes]) -> list[ProcessTimes]:
    """The leader, its descendants, and what is left in its session after a parent's end."""
    processes = list(processes)
    children: dict[int, list[ProcessTimes]] = {}
    for process in processes:
        children.setdefault(process.parent, []).append(process)
    waiting = [process for process in processes if leader in (process.pid, process.session)]
    found: dict[int, ProcessTimes] = {}
    while waiting:
        process = waiting.pop()
        if process.pid not in found:
            found[process.pid] = process
            waiting.extend(children.get(process.pid, ()))
    return sorted(found.values())


def cpu_seconds(leader: int) -> float:
    """User and system seconds that the tree below, and with, the leader has used so far."""
    return sum(process.ticks for process in members(leader, read_processes())) / _TICKS_PER_SECOND


def parse_busy(text: str) -> int:
    """Clock ticks in which the processors were not idle, from ``/proc/stat``.

    What another guest of the same host took (steal) is in it: it was not there for the server either.

    Example
    -------
    >>> parse_busy("cpu  10 1 5 900 30 2 3 4 0 0\\ncpu0 5 0 2 450 15 1 1 2 0 0\\n")
    25
    """
    user, nice, system, _idle, _waiting, *others = map(int, text.splitlines()[0].split()[1:9])
    return user + nice + system + sum(others)


def busy_seconds() -> float:
    """Seconds that all processors together have been busy, with whatever it was."""
    return parse_busy(Path("/proc/stat").read_text(encoding="ascii")) / _TICKS_PER_SECOND
