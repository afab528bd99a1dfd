"""A training job's own command in the place of the image's ``train``: ContainerEntrypoint and ContainerArguments.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html. The SageMaker Python SDK v3
starts every script in this way.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from local_sagemaker.containers.processes import inherited_environment, make_folder, remove_folder
from local_sagemaker.containers.virtual_environments import Interpreter, make_environment
from local_sagemaker.training import script_environment
from local_sagemaker.training.job_process import JobProcess, StoppedError
from local_sagemaker.training.opt_ml import OPT_ML, end_all, seen_as_opt_ml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_PIP = '#!/bin/sh\nexec "{python}" -m pip "$@"\n'


class ContainerCommand:
    """Runs a command for which a job's folder is ``/opt/ml``.

    Its ``python`` and ``pip`` are those of an environment of the job's own, in which everything that the image's
    interpreter has is there as well.

    Parameters
    ----------
    command
        Program and arguments.
    base_dir
        The folder; absolute.
    python
        Path of the interpreter that stands for the image's.
    environment
        The container's whole environment as SageMaker sets it; the image's own variables are added.
    on_line
        Takes every line of output, as `JobProcess` has it.
    """

    def __init__(
        self,
        command: Sequence[str],
        base_dir: Path,
        *,
        python: str,
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> None:
        self._command = command
        self._base = base_dir
        self._python = python
        self._environment = inherited_environment() | script_environment.image_variables(OPT_ML) | dict(environment)
        self._process = JobProcess(on_line)

    def run(self) -> int:
        """Run the command, in ``/opt/ml``: the image's own place is ``/``, which would be this machine's.

        Returns
        -------
        int
            Exit status; negative where a signal ended it.
        """
        # Not below the job's folder: what the image holds is not among what SageMaker mounts.
        image = make_folder("local-sagemaker-image-").resolve()
        try:
            python = make_environment(
                Interpreter.ask(self._python, self._environment), image / "python", self._environment
            )
            for name in ("pip", "pip3"):
                _write_program(python.with_name(name), _PIP.format(python=python))
            path = f"{python.parent}:{self._environment.get('PATH', os.defpath)}"
            (image / "opt").mkdir()
            status, _ = self._process.run(
                seen_as_opt_ml(self._base, image / "opt", self._command),
                environment=self._environment | {"PATH": path},
                folder=self._base,
            )
        except StoppedError as stopped:
            return -stopped.signal
        finally:
            end_all(self._base)
            remove_folder(image)
        return status

    def stop(self, grace: float) -> None:
        """End the command: SIGTERM, and SIGKILL to all its processes when it has not ended in time.

        On AWS it is process 1 of its container, which no signal but SIGKILL ends where it has no handler: bash runs
        on until then. Here SIGTERM ends it.

        Parameters
        ----------
        grace
            Seconds between the two signals; SageMaker gives 120.
        """
        self._process.stop(grace)


def _write_program(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
