"""Child processes of the local cloud: each in a process group of its own, none of which outlives the cloud."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from local_sagemaker.containers import watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# The child waits for a word from us before it becomes the real program, so that the watchdog knows its process group
# first: were we killed in between, `read` meets the end of the pipe and nothing has been started.
_WAIT_THEN_EXEC = ["/bin/sh", "-c", 'read -r go && exec "$@" </dev/null', "sh"]

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_INHERITED_PREFIX = "COVERAGE_PROCESS_"
# Where HOME is, AWS's SDKs find the user's own credentials; and on a machine of AWS's, those of the machine.
_NOTHING_OF_THE_USERS = {
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

logger = logging.getLogger(__name__)

# Seconds to wait for the end of the output: only a grandchild that left the group could hold it open for longer.
_LAST_LINES_TIMEOUT = 5.0


class _Watchdog:
    """The one watchdog process of this interpreter, started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def tell(self, verb: str, kind: str, value: int | str) -> None:
        with self._lock:
            if self._process is None and verb == "drop":
                return
            if self._process is None:
                # A session of its own: Ctrl-C in the terminal must not end the watchdog before us.
                self._process = subprocess.Popen(
                    [sys.executable, "-I", watchdog.__file__],
                    stdin=subprocess.PIPE,
                    start_new_session=True,
                    text=True,
                )
            commands = self._process.stdin
            if commands is None:
                raise AssertionError("the watchdog is started with a pipe")
            commands.write(json.dumps([verb, kind, value]) + "\n")
            commands.flush()

    def stop(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.communicate()


_watchdog = _Watchdog()


def stop_watchdog() -> None:
    """End the watchdog, which clears away whatever is still registered, and wait for it."""
    _watchdog.stop()


def make_folder(prefix: str) -> Path:
    """Make a temporary folder that the watchdog removes should the local cloud be killed.

    Parameters
    ----------
    prefix
        Start of the folder's name.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    _watchdog.tell("add", "folder", str(folder))
    return folder


def remove_folder(folder: Path) -> None:
    """Remove a folder made by `make_folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    _watchdog.tell("drop", "folder", str(folder))


def inherited_environment() -> dict[str, str]:
    """Give what a process needs of ours to run at all, and what makes coverage measure it; no credentials."""
    kept = {
        name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith(_INHERITED_PREFIX)
    }
    return kept | _NOTHING_OF_THE_USERS


class ChildProcess:
    """A program that runs in a process group of its own.

    Parameters
    ----------
    arguments
        Program and arguments.
    environment
        The whole environment; nothing is inherited.
    folder
        Working directory.
    on_line
        Called, from one thread, with each line of the program's standard output and error, without its line end.
    """

    def __init__(
        self, arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, on_line: Callable[[str], None]
    ) -> None:
        self._process = subprocess.Popen(
            [*_WAIT_THEN_EXEC, *arguments],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._on_line = on_line
        self._lock = threading.Lock()
        self._ended = threading.Event()
        _watchdog.tell("add", "group", self.pid)
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("the child is started with pipes")
        self._output = self._process.stdout
        with contextlib.suppress(BrokenPipeError), self._process.stdin as go:
            go.write(b"go\n")
        self._reader = threading.Thread(target=self._read_lines, name=f"output of {self.pid}", daemon=True)
        self._reader.start()
        threading.Thread(target=self._reap, name=f"wait for {self.pid}", daemon=True).start()

    @property
    def running(self) -> bool:
        """Whether the program has not ended yet."""
        return not self._ended.is_set()

    @property
    def exit_status(self) -> int | None:
        """Exit status, negative for a signal; None while the program runs."""
        return self._process.returncode

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the program, its whole group and the last line of its output.

        Parameters
        ----------
        timeout
            Seconds.

        Returns
        -------
        bool
            Whether it has ended.
        """
        return self._ended.wait(timeout)

    def stop(self, grace: float) -> None:
        """Send SIGTERM to the program, and SIGKILL to its whole group when it has not ended in time.

        Parameters
        ----------
        grace
            Seconds between the two signals.
        """
        self._terminate()
        if not self.wait(grace):
            self.kill()
            self.wait()

    def kill(self) -> None:
        """Send SIGKILL to the whole group."""
        with self._lock:
            if self._process.returncode is None:
                os.killpg(self.pid, signal.SIGKILL)

    def _terminate(self) -> None:
        with self._lock:
            if self._process.returncode is None:
                os.kill(self.pid, signal.SIGTERM)

    def _read_lines(self) -> None:
        with self._output as output:
            for line in output:
                self._deliver(line.decode("utf-8", "replace").rstrip("\r\n"))

    def _deliver(self, line: str) -> None:
        try:
            self._on_line(line)
        except Exception:
            # Whatever went wrong, a pipe that nobody reads would stop the program.
            logger.exception("a line of process %d was lost", self.pid)

    def _reap(self) -> None:
        # Its number stays taken until it is waited for, so a signal sent under the lock never meets a stranger.
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        self._reader.join(_LAST_LINES_TIMEOUT)
        _watchdog.tell("drop", "group", self.pid)
        self._ended.set()
