"""What the toolkit in the image does with a training job's folder: fetch the code, install, run the script, report.

After ``sagemaker-training`` 4.8.0, and compared with it in ``tests/aws_training``.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from local_sagemaker.containers.processes import inherited_environment
from local_sagemaker.containers.virtual_environments import Interpreter, make_environment
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.training import script_environment
from local_sagemaker.training.config_files import ConfigFiles
from local_sagemaker.training.entry_points import EntryPointKind, kind_of, start_command
from local_sagemaker.training.failures import (
    PACKAGE_ERROR,
    REQUIREMENTS_ERROR,
    SCRIPT_ERROR,
    CommandFailure,
    FrameworkFailure,
)
from local_sagemaker.training.hyperparameters import (
    arguments,
    decoded,
    of_the_script,
    submit_directory,
    user_entry_point,
)
from local_sagemaker.training.job_process import JobProcess, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Toolkit:
    """Does in a job's folder what the image's training toolkit does in ``/opt/ml``.

    Parameters
    ----------
    base_dir : Path
        Stands for ``/opt/ml``; absolute. Holds ``input/config/*.json`` and ``input/data/*`` already.
    python : str
        Path of the interpreter that stands for the image's.
    environment : dict
        The container's whole environment as SageMaker sets it. The image's own variables, and what a process needs of
        this one's to run at all, are added where it does not have them.
    fetch_code : callable
        Unpacks an ``s3://`` submit directory into a folder; may raise `DataPlaneError`.
    on_line : callable
        Takes every line of pip's and the script's output, at once, in the thread that calls `run`. What it raises
        ends the script and comes out of `run`.

    Attributes
    ----------
    failure : CommandFailure or FrameworkFailure or None
        Why the last run failed.
    """

    def __init__(
        self,
        base_dir: Path,
        *,
        python: str,
        environment: Mapping[str, str],
        fetch_code: Callable[[str, Path], None],
        on_line: Callable[[str], None],
    ) -> None:
        self._base = base_dir
        self._code = base_dir / "code"
        self._environment = inherited_environment() | script_environment.image_variables(base_dir) | dict(environment)
        self._python = python
        self._fetch_code = fetch_code
        self._process = JobProcess(on_line)
        self.failure: CommandFailure | FrameworkFailure | None = None

    def run(self) -> int:
        """Run the job.

        Returns
        -------
        int
            Exit status of the container. 0, with ``output/success`` written; 1 for a script or a pip that failed,
            whatever its status; the operating system's error number where a file that the toolkit needs is missing;
            the negative number of the signal where `stop` ended it. Failures are in ``output/failure``, unless the
            script has written that file itself: as on AWS, its text then stands.
        """
        failure: CommandFailure | FrameworkFailure | None
        try:
            failure = self._train()
        except StoppedError as stopped:
            return -stopped.signal
        except (DataPlaneError, OSError, ValueError, TypeError, LookupError, tarfile.TarError) as error:
            failure = FrameworkFailure(error=error)
        self.failure = failure
        output = self._base / "output"
        if failure is None:
            (output / "success").touch()
            return 0
        if not (output / "failure").exists():
            (output / "failure").write_text(failure.text, encoding="utf-8")
        return failure.container_status

    def stop(self, grace: float) -> None:
        """End the job: SIGTERM to what runs, SIGKILL to its whole process group when it has not ended in time.

        For another thread than that of `run`. A script that ends by itself upon SIGTERM has its own status.

        The image's toolkit does not pass SIGTERM on to the script, so on AWS a handler in the script is not called:
        it runs until SIGKILL (https://github.com/aws/sagemaker-training-toolkit/issues/125).

        Parameters
        ----------
        grace : float
            Seconds between the two signals; SageMaker gives 120.
        """
        self._process.stop(grace)

    def _train(self) -> CommandFailure | None:
        config = ConfigFiles.read(self._base)
        hyperparameters = decoded(config.hyperparameters)
        variables = script_environment.variables(base_dir=self._base, config=config, environment=self._environment)
        self._place_code(submit_directory(hyperparameters, self._base))
        name = user_entry_point(hyperparameters, self._environment)
        kind = kind_of(self._code, name)
        image = Interpreter.ask(self._python, self._environment)
        python = self._python
        if kind is EntryPointKind.COMMAND:
            (self._code / name).chmod(0o777)
        elif kind is EntryPointKind.PACKAGE or (self._code / "requirements.txt").exists():
            python = str(make_environment(image, self._base / "python", self._environment))
            failure = self._install(kind, python, image)
            if failure is not None:
                return failure
        job = Interpreter.ask(python, self._environment) if python != self._python else image
        command = start_command(kind, name, arguments(of_the_script(hyperparameters)), python)
        status, lines = self._process.run(
            command,
            environment=self._with_python(python) | variables | {"PYTHONPATH": job.python_path(str(self._code))},
            folder=self._code,
        )
        if status == 0:
            return None
        return CommandFailure(
            error=SCRIPT_ERROR, exit_status=status, last_line=lines[-1] if lines else "", command=command
        )

    def _place_code(self, uri: str) -> None:
        """Copy or unpack the submit directory, unless the code is there already."""
        self._code.mkdir(parents=True, exist_ok=True)
        if any(self._code.iterdir()):
            return
        source = Path(uri)
        if uri.startswith("s3://"):
            self._fetch_code(uri, self._code)
        elif source.is_dir():
            if source != self._code:
                shutil.copytree(source, self._code, dirs_exist_ok=True)
        elif tarfile.is_tarfile(source):
            with tarfile.open(source, "r:gz") as archive:
                archive.extractall(self._code, filter="data")
        else:
            shutil.copy2(source, self._code)

    def _install(self, kind: EntryPointKind, python: str, image: Interpreter) -> CommandFailure | None:
        """Install what the code brings along; pip does not see the script's variables yet, as on AWS."""
        requirements = ["-r", "requirements.txt"] if (self._code / "requirements.txt").exists() else []
        package = ["."] if kind is EntryPointKind.PACKAGE else []
        command = (python, "-m", "pip", "install", *package, *requirements)
        # A setup.py alone is built with the setuptools that is there: a build of its own would need the network.
        builders = {"setuptools", "wheel"} <= set(image.installers)
        at_hand = package and builders and not (self._code / "pyproject.toml").exists()
        status, lines = self._process.run(
            [*command, "--no-build-isolation"] if at_hand else command,
            environment=self._with_python(python) | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            folder=self._code,
        )
        if status == 0:
            return None
        return CommandFailure(
            error=PACKAGE_ERROR if package else REQUIREMENTS_ERROR,
            exit_status=status,
            last_line=next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else ""),
            command=command,
        )

    def _with_python(self, python: str) -> dict[str, str]:
        """Give the container's environment where `python` is the job's."""
        place = str(Path(python).parent)
        path = self._environment.get("PATH", os.defpath)
        return self._environment | {"PATH": path if path.split(":")[0] == place else f"{place}:{path}"}
