"""Runs a training script on this machine as a SageMaker training job runs it, without a container."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from local_sagemaker.training.config_files import ConfigFiles, one_machine, whole_files
from local_sagemaker.training.failures import SCRIPT_ERROR, CommandFailure, FrameworkFailure
from local_sagemaker.training.toolkit import Toolkit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CHANNEL = re.compile(r"[A-Za-z0-9._-]{1,64}")


class TrainingFailed(RuntimeError):  # noqa: N818  named for what happened
    """The training script, or the installation of what it needs, ended with an error.

    Attributes
    ----------
    exit_status : int
        Of what failed; negative where a signal ended it. The container of a real job exits with 1 whatever this is.
    last_line : str
        The last line that it wrote: of a Python traceback, the exception.
    failure_file : Path
        ``output/failure`` below the base directory. Its first 1,024 characters are a real job's FailureReason, with
        ErrorMessage empty there unless the script writes this file itself.
    """

    def __init__(self, message: str, *, exit_status: int, last_line: str, failure_file: Path) -> None:
        super().__init__(message)
        self.exit_status = exit_status
        self.last_line = last_line
        self.failure_file = failure_file


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """What a training script left behind.

    Attributes
    ----------
    model_dir : Path
        What a real job packs into ``model.tar.gz``.
    output_data_dir : Path
        What a real job packs into ``output.tar.gz``.
    exit_status : int
        Always 0: a script that fails raises `TrainingFailed`.
    seconds : float
        How long the script ran.
    """

    model_dir: Path
    output_data_dir: Path
    exit_status: int
    seconds: float


def run_training_script(
    entry_point: str | Path,
    *,
    source_dir: str | Path | None = None,
    hyperparameters: Mapping[str, Any] | None = None,
    channels: Mapping[str, str | Path] | None = None,
    base_dir: str | Path,
    python: str | Path = sys.executable,
    environment: dict[str, str] | None = None,
    job_name: str = "local-training",
    log: Callable[[str], None] = print,
) -> TrainingResult:
    """Run a script under the SageMaker training contract.

    Parameters
    ----------
    entry_point : path
        A ``.py`` or ``.sh`` file, relative to `source_dir` where that is given.
    source_dir : path, optional
        Everything in it is copied to the code directory. Default: the entry point alone.
    hyperparameters : dict, optional
        Values that JSON can hold. They reach the script as arguments and as ``SM_HPS`` and ``SM_HP_<KEY>``.
    channels : dict, optional
        Channel name to a file or directory, copied to ``input/data/<name>`` and named in ``SM_CHANNEL_<NAME>``.
    base_dir : path
        Stands for ``/opt/ml``. Made where it does not exist; must not hold an earlier run.
    python : path, default this interpreter
        Stands for the image's. A ``requirements.txt`` is installed into an environment of the job's own, below
        `base_dir`, which has everything that this interpreter has.
    environment : dict, optional
        Variables added to this process's own, as a job's ``environment``. Those that the toolkit sets win.
    log : callable
        Takes each line that pip and the script write, at once. Default: print.

    Returns
    -------
    TrainingResult

    Raises
    ------
    FileNotFoundError
        The entry point, the source directory or a channel does not exist.
    FileExistsError
        `base_dir` holds an earlier run.
    ValueError
        A channel's name, a hyperparameter or the kind of entry point is not possible.
    TrainingFailed
        The script, or pip before it, ended with a status other than 0.

    Example
    -------
    >>> run_training_script(  # doctest: +SKIP
    ...     "train.py", hyperparameters={"C": 0.5}, channels={"train": "data/train"}, base_dir="job"
    ... ).model_dir
    PosixPath('job/model')
    """
    base = Path(base_dir).resolve()
    parameters = _through_json(hyperparameters or {})
    inputs = {name: Path(path) for name, path in (channels or {}).items()}
    for name, path in inputs.items():
        if not _CHANNEL.fullmatch(name):
            raise ValueError(f"channel {name!r} is not a channel name: 1 to 64 letters, digits, '.', '_' and '-'")
        if not path.exists():
            raise FileNotFoundError(f"channel {name!r}: {path} does not exist")
    code, script = _code(Path(entry_point), Path(source_dir) if source_dir is not None else None)

    _lay_out(base, code=code, inputs=inputs)
    parameters |= {"sagemaker_program": str(script), "sagemaker_submit_directory": f"{base}/code"}
    ConfigFiles(
        hyperparameters={key: json.dumps(value) for key, value in parameters.items()},
        input_data_config=whole_files(inputs),
        resource_config=one_machine(),
    ).write(base)
    toolkit = Toolkit(
        base,
        python=str(python),
        environment=_environment(job_name) | (environment or {}),
        fetch_code=_no_code,
        on_line=log,
    )
    began = time.perf_counter()
    status = toolkit.run()
    if toolkit.failure is not None:
        raise _training_failed(script, toolkit.failure, base / "output" / "failure")
    return TrainingResult(
        model_dir=base / "model",
        output_data_dir=base / "output" / "data",
        exit_status=status,
        seconds=time.perf_counter() - began,
    )


def _environment(job_name: str) -> dict[str, str]:
    """Give this process's environment with what SageMaker adds."""
    region = os.environ.get("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION"))
    regions = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}
    return os.environ | {"TRAINING_JOB_NAME": job_name} | regions


def _no_code(uri: str, folder: Path) -> None:
    raise AssertionError(f"{uri}: the code is in {folder} already")


def _training_failed(script: PurePosixPath, failure: CommandFailure | FrameworkFailure, file: Path) -> TrainingFailed:
    """Say what failed: the script, pip before it, or something else."""
    if isinstance(failure, FrameworkFailure):
        status, what = failure.container_status, f"training script {script} could not be started"
    else:
        status = failure.exit_status
        command = f"training script {script}" if failure.error == SCRIPT_ERROR else "pip install"
        what = f"{command} ended with exit status {status}"
    return TrainingFailed(
        f"{what}: {failure.last_line or 'it wrote nothing'}",
        exit_status=status,
        last_line=failure.last_line,
        failure_file=file,
    )


def _through_json(hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
    """Do to the values what the way through the API does: a tuple arrives as a list."""
    try:
        return {str(key): json.loads(json.dumps(value)) for key, value in hyperparameters.items()}
    except TypeError as error:
        raise ValueError(f"a hyperparameter cannot be sent to a training job: {error}") from error


def _code(entry_point: Path, source_dir: Path | None) -> tuple[Path, PurePosixPath]:
    """Give what to copy into the code directory, and the script's place there."""
    code = entry_point if source_dir is None else source_dir
    script = entry_point if source_dir is None else source_dir / entry_point
    if not script.is_file():
        raise FileNotFoundError(
            f"entry point {entry_point} does not exist" + (f" in {source_dir}" if source_dir else "")
        )
    if script.suffix not in {".py", ".sh"}:
        raise ValueError(f"entry point {entry_point} is neither a .py nor a .sh file")
    return code, PurePosixPath(entry_point.name if source_dir is None else entry_point.as_posix())


def _lay_out(base: Path, *, code: Path, inputs: Mapping[str, Path]) -> None:
    for name in ("code", "input", "model", "output"):
        if (base / name).exists():
            raise FileExistsError(f"{base / name} exists: give a base_dir that holds no earlier run")
    for name in ("model", "input/config", "input/data", "output/data", "output/intermediate", "checkpoints"):
        (base / name).mkdir(parents=True, exist_ok=True)
    _copy(code, base / "code")
    for name, path in inputs.items():
        _copy(path, base / "input" / "data" / name)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.mkdir()
        shutil.copy2(source, target)
