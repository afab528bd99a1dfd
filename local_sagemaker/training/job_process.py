"""What the container of a training job runs: one command after another, until the job is stopped."""

from __future__ import annotations

import queue
import re
import signal
import threading
from typing import TYPE_CHECKING

from local_sagemaker.containers.processes import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_SET_BY_SHELLS = ("PWD", "OLDPWD", "SHLVL", "_")
_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# Of a command's output that are kept, to find why it failed.
_LAST_LINES = 50


class StoppedError(Exception):
    """`JobProcess.stop` ended a command, or came before it.

    Parameters
    ----------
    number
        Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


class JobProcess:
    """The process of a training job that runs at present.

    Parameters
    ----------
    on_line
        Takes every line of output, at once, in the thread that calls `run`. What it raises ends the command and comes
        out of `run`.
    """

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._lock = threading.Lock()
        self._process: ChildProcess | None = None
        self._stopping = False

    def run(self, command: Sequence[str], *, environment: Mapping[str, str], folder: Path) -> tuple[int, list[str]]:
        """Run a command.

        Parameters
        ----------
        command
            Program and arguments.
        environment
            The whole environment.
        folder
            Working directory.

        Returns
        -------
        int
            Its status, negative where a signal ended it.
        list of str
            Its last lines that are not blank.

        Raises
        ------
        StoppedError
        """
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with self._lock:
            if self._stopping:
                raise StoppedError(signal.SIGTERM)
            process = self._process = ChildProcess(
                [*_through_the_shell(environment), *command],
                environment=environment,
                folder=folder,
                on_line=lines.put,
            )

        def end() -> None:
            process.wait()
            lines.put(None)

        threading.Thread(target=end, name=f"end of {process.pid}", daemon=True).start()
        last: list[str] = []
        try:
            for line in iter(lines.get, None):
                if line.strip():
                    last = [*last[-_LAST_LINES:], line.rstrip()]
                self._on_line(line)
        except BaseException:
            process.kill()
            process.wait()
            raise
        status = process.exit_status or 0
        if status < 0 and self._stopping:
            raise StoppedError(-status)
        return status, last

    def stop(self, grace: float) -> None:
        """Run no more: SIGTERM to what runs, SIGKILL to its whole process group when it has not ended in time.

        For another thread than that of `run`.

        Parameters
        ----------
        grace
            Seconds between the two signals.
        """
        with self._lock:
            self._stopping = True
            process = self._process
        if process is not None:
            process.stop(grace)


def _through_the_shell(environment: Mapping[str, str]) -> list[str]:
    """Start a command so that it has exactly these variables, though a child process begins as a shell.

    A shell adds some of its own; and dash drops every variable whose name it could not set itself, such as
    ``SM_CHANNEL_VAL-SET``.
    """
    added = [word for name in _SET_BY_SHELLS if name not in environment for word in ("-u", name)]
    dropped = [f"{name}={value}" for name, value in environment.items() if not _SHELL_NAME.fullmatch(name)]
    return ["/usr/bin/env", *added, *dropped]
