"""The watchdog program: ends registered process groups and folders when the local cloud is gone, however it went.

It reads commands from standard input, whose write end only the local cloud holds. A clean stop deregisters
everything first; a SIGKILL closes the pipe just the same, and what is still registered is then cleared away.
`prctl(PR_SET_PDEATHSIG)` is not used: it fires when the *thread* that started a process ends, and is Linux's alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
from typing import IO


def watch(commands: IO[str]) -> None:
    """Keep the register that `commands` describes and clear it away at the end of input.

    Parameters
    ----------
    commands
        One JSON list a line: ``["add"|"drop", "group"|"folder", id or path]``.
    """
    groups: set[int] = set()
    folders: set[str] = set()
    for line in commands:
        verb, kind, value = json.loads(line)
        registered: set[int] | set[str] = groups if kind == "group" else folders
        (registered.add if verb == "add" else registered.discard)(value)
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    watch(sys.stdin)
