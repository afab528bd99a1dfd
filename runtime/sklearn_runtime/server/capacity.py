"""How many worker processes a machine has room for."""

import os
from typing import Optional, Tuple

__all__ = ["memory_limit", "resident_bytes", "worker_count"]

#: Share of the memory that workers may fill; the rest is for the system and for requests.
_MEMORY_SHARE = 0.8

_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def worker_count(requested: Optional[int], cpus: int, process_bytes: int, memory_bytes: int) -> int:
    """Choose the number of workers.

    Parameters
    ----------
    requested
        What the user wants; one worker a vCPU unless given.
    cpus
        vCPUs that this process may run on.
    process_bytes
        Size of the process with the model loaded. Workers share its pages until they write to them, so this is more
        than each will take.
    memory_bytes
        Memory of the container.

    Example
    -------
    >>> worker_count(None, cpus=16, process_bytes=2 * 2**30, memory_bytes=16 * 2**30)
    6
    """
    room = int(memory_bytes * _MEMORY_SHARE) // max(process_bytes, 1)
    return max(1, min(requested or cpus, room))


def memory_limit(paths: Tuple[str, ...] = _CGROUP_LIMITS) -> int:
    """Bytes of memory that the container may use, or that the machine has."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([physical, *filter(None, map(_read_limit, paths))])


def _read_limit(path: str) -> Optional[int]:
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None  # not this kind of control group, or no limit ("max")


def resident_bytes() -> int:
    """Bytes of memory that this process occupies."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
