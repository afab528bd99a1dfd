"""What the image's start-up code installs for a model before its server starts: ``pip install`` in the code directory.

After ``import_module`` of `sagemaker_containers` 2.8.6.post2, which the image's servers run where the model has a
``SAGEMAKER_PROGRAM``. There pip changes the image's own interpreter; here, that of many models, so what is installed
goes to a virtual environment on top of it.
"""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from local_sagemaker.containers.network_isolation import NO_NETWORK
from local_sagemaker.containers.virtual_environments import Interpreter, make_environment
from local_sagemaker.data_plane_errors import ContainerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_sagemaker.containers.processes import ChildProcess


class StartChild(Protocol):
    """Starts a process that ends with the container, and raises `ContainerError` when that has been stopped."""

    def __call__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        on_line: Callable[[str], None],
    ) -> ChildProcess:
        """Start it; see `ChildProcess`."""


class Installation:
    """What is installed once, for all the containers that share a folder.

    Parameters
    ----------
    python
        Interpreter to install on top of.
    code
        The code directory.
    folder
        Where the virtual environment is made.
    environment
        Of the container.
    network_isolation
        Whether pip reaches nothing of the network: what lies beside the script can be installed then, and nothing else.

    Attributes
    ----------
    python
        The interpreter that has what was installed, once `run` has returned.
    """

    def __init__(
        self, python: str, *, code: Path, folder: Path, environment: Mapping[str, str], network_isolation: bool
    ) -> None:
        self._parent = python
        self._code = code
        self._folder = folder
        self._environment = dict(environment)
        self._network_isolation = network_isolation
        self._lock = threading.Lock()
        self._done = False
        self.python = str(folder / "bin" / "python")

    @staticmethod
    def is_needed(code: Path) -> bool:
        """Whether the code brings something to install; the image installs the script itself in any case."""
        return (code / "requirements.txt").is_file() or _is_package(code)

    def with_python(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Give an environment in which the programs that were installed are found."""
        path = environment.get("PATH", os.defpath)
        return {**environment, "PATH": f"{Path(self.python).parent}:{path}"}

    def run(self, start: StartChild, log: Callable[[str], None], seconds: float) -> None:
        """Install, unless that is done.

        Parameters
        ----------
        start
            Starts pip.
        log
            Takes each line of its output.
        seconds
            How long it may take: it is part of the container's start.

        Raises
        ------
        ContainerError
            It failed; the text has pip's last error.
        """
        with self._lock:
            if self._done:
                return
            shutil.rmtree(self._folder, ignore_errors=True)
            try:
                parent = Interpreter.ask(self._parent, self._environment)
                make_environment(parent, self._folder, self._environment)
            except (OSError, ValueError) as error:
                raise ContainerError(f"there is no environment to install into: {error}") from error
            self._install(self._arguments(parent), start, log, seconds)
            self._done = True

    def _arguments(self, parent: Interpreter) -> list[str]:
        package = ["."] if _is_package(self._code) else []
        requirements = ["-r", "requirements.txt"] if (self._code / "requirements.txt").is_file() else []
        # A setup.py alone is built with the setuptools that is there: a build of its own would need the network.
        at_hand = {"setuptools", "wheel"} <= set(parent.installers) and not (self._code / "pyproject.toml").exists()
        return [*package, *requirements, *(["--no-build-isolation"] if package and at_hand else [])]

    def _install(self, arguments: Sequence[str], start: StartChild, log: Callable[[str], None], seconds: float) -> None:
        lines: list[str] = []

        def keep(line: str) -> None:
            log(line)
            if line.strip():
                lines.append(line.strip())

        environment = self.with_python(self._environment) | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        # The script's modules are not pip's.
        environment.pop("PYTHONPATH", None)
        if self._network_isolation:
            environment |= NO_NETWORK
        command = [self.python, "-m", "pip", "install", *arguments]
        shown = " ".join(command[2:])
        process = start(command, environment=environment, folder=self._code, on_line=keep)
        if not process.wait(seconds):
            process.kill()
            process.wait()
            raise ContainerError(f"{shown} took more than {seconds:g} s, what is left of the start-up time limit")
        if process.exit_status:
            reason = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "")
            text = f"{shown} ended with status {process.exit_status}: {reason}"
            if self._network_isolation:
                text += (
                    "; the model has network isolation, so pip reaches neither a package index nor a URL: put wheels "
                    "beside the script"
                )
            raise ContainerError(text)


def _is_package(code: Path) -> bool:
    return (code / "setup.py").is_file() or (code / "pyproject.toml").is_file()
