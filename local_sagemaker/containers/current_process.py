"""The process that a container runs at present: what installs its libraries, then its server, until it is stopped."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from local_sagemaker.containers.processes import ChildProcess
from local_sagemaker.data_plane_errors import ContainerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class CurrentProcess:
    """Starts one process after another, remembers the last, and ends it for good.

    Attributes
    ----------
    stopped
        Set once `stop` was called.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: ChildProcess | None = None
        self.stopped = threading.Event()

    @property
    def pid(self) -> int | None:
        """Process id of what runs, None when nothing does."""
        process = self._process
        return process.pid if process is not None and process.running else None

    def start(
        self, arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, on_line: Callable[[str], None]
    ) -> ChildProcess:
        """Start a process; the one before has ended.

        Parameters
        ----------
        arguments, environment, folder, on_line
            As for `ChildProcess`.

        Raises
        ------
        ContainerError
            The container was stopped.
        """
        with self._lock:
            if self.stopped.is_set():
                raise ContainerError("the container was stopped while it started")
            self._process = ChildProcess(arguments, environment=environment, folder=folder, on_line=on_line)
            return self._process

    def stop(self, grace: float) -> None:
        """Start nothing more, end what runs, and wait for its end.

        Parameters
        ----------
        grace
            Seconds between SIGTERM and SIGKILL.
        """
        self.stopped.set()
        with self._lock:
            process = self._process
        if process is not None:
            process.stop(grace)
