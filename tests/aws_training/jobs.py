"""A training job's folder as SageMaker leaves it to a container, and what is in it when the container has ended."""

import json
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import boto3

from local_sagemaker.training.config_files import ConfigFiles, one_machine, whole_files
from local_sagemaker.training.toolkit import Toolkit
from tests.aws_training import environment

#: Writes down everything that a script is given.
PROBE = """
import json, os, pathlib, sys
try:
    import extra
except ImportError:
    extra = None
base = pathlib.Path(os.environ["SM_OUTPUT_DIR"])
config = pathlib.Path(os.environ["SM_INPUT_CONFIG_DIR"])
(base / "data" / "report.json").write_text(json.dumps({
    "arguments": sys.argv[1:],
    "directory": os.getcwd(),
    "variables": dict(os.environ),
    "search_path": sys.path,
    "program": sys.argv[0],
    "interpreter": sys.executable,
    "library": getattr(extra, "NAME", None),
    "configuration": {file.name: json.loads(file.read_text()) for file in sorted(config.iterdir())},
}))
print("the script has run")
"""

#: As SageMaker sets it, and as the image does (its Dockerfile).
SAGEMAKER = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "TRAINING_JOB_NAME": "job-1",
    "TRAINING_JOB_ARN": "arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-1",
    # The toolkit asks for the addresses of the hosts, up to a quarter of an hour, unless it is told not to.
    "SM_STUDIO_LOCAL_MODE": "True",
}
DOCKERFILE = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "UTF-8",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "SAGEMAKER_TRAINING_MODULE": "sagemaker_sklearn_container.training:main",
    "SM_INPUT": "/opt/ml/input",
    "SM_INPUT_TRAINING_CONFIG_FILE": "/opt/ml/input/config/hyperparameters.json",
    "SM_INPUT_DATA_CONFIG_FILE": "/opt/ml/input/config/inputdataconfig.json",
    "SM_CHECKPOINT_CONFIG_FILE": "/opt/ml/input/config/checkpointconfig.json",
    "SM_MODEL_DIR": "/opt/ml/model",
}


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a job is made of.

    Attributes
    ----------
    files
        Path below the source directory to text or bytes.
    hyperparameters
        As in the API: text.
    submit_directory
        Where the source directory stands, below the base directory; None: nothing says so, and it is the code
        directory itself.
    environment
        The job's own variables. ``/opt/ml`` in them and in hyperparameters stands for the base directory.
    without
        Configuration files that are missing.
    status
        With which AWS's toolkit ends its container.
    """

    files: dict[str, str | bytes]
    hyperparameters: dict[str, str] = field(default_factory=dict)
    submit_directory: str | None = "source"
    environment: dict[str, str] = field(default_factory=dict)
    resource_config: dict[str, Any] = field(default_factory=lambda: one_machine("ml.m5.large"))
    channels: tuple[str, ...] = ("train", "val-set")
    without: tuple[str, ...] = ()
    status: int = 0

    def lay_out(self, base: Path) -> None:
        """Write what SageMaker writes."""
        for folder in ("model", "output/data", "input/config"):
            (base / folder).mkdir(parents=True)
        for channel in self.channels:
            (base / "input" / "data" / channel).mkdir(parents=True)
        for name, content in self.files.items():
            file = base / (self.submit_directory or "code") / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        place = (
            {} if self.submit_directory is None else {"sagemaker_submit_directory": str(base / self.submit_directory)}
        )
        ConfigFiles(
            hyperparameters={k: v.replace("/opt/ml", str(base)) for k, v in (place | self.hyperparameters).items()},
            input_data_config=whole_files(self.channels),
            resource_config=self.resource_config,
        ).write(base)
        for name in self.without:
            (base / "input" / "config" / name).unlink()

    def container_environment(self, base: Path, programs: Path) -> dict[str, str]:
        """Give the variables that SageMaker sets."""
        own = {name: value.replace("/opt/ml", str(base)) for name, value in self.environment.items()}
        return SAGEMAKER | {"PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin", "HOME": "/root"} | own


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a container left behind, with ``/opt/ml`` and ``/image`` for the places that were theirs.

    Attributes
    ----------
    status
        Exit status of the container.
    failure
        Text of ``output/failure``; None where there is none.
    report
        What `PROBE` wrote; empty where it did not run.
    files
        Everything else below ``model`` and ``output``.
    log
        Every line of the container's output.
    """

    status: int
    failure: str | None
    report: dict[str, Any]
    files: dict[str, str]
    log: list[str]

    @classmethod
    def read(cls, folder: Path, status: int, log: list[str]) -> "Outcome":
        """Read the folder of a run."""

        def plain(text: str) -> str:
            return text.replace(str(folder / "ml"), "/opt/ml").replace(str(folder / "image"), "/image")

        base = folder / "ml"
        files = {
            f"{file.relative_to(base)}": plain(file.read_text(encoding="utf-8"))
            for top in ("model", "output")
            for file in sorted((base / top).rglob("*"))
            if file.is_file()
        }
        return cls(
            status=status,
            failure=files.pop("output/failure", None),
            report=json.loads(files.pop("output/data/report.json", "{}")),
            files=files,
            log=[plain(line) for line in log],
        )


def s3_client(url: str) -> Any:
    """Make a client of an S3 on this machine."""
    return boto3.client(
        "s3", endpoint_url=url, region_name="eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def run_toolkit_of_aws(job: Job, folder: Path) -> Outcome:
    """Run a job with AWS's own toolkit."""
    programs, base = environment.container(folder / "image"), folder / "ml"
    job.lay_out(base)
    image = {name: value.replace("/opt/ml", str(base)) for name, value in DOCKERFILE.items()}
    done = subprocess.run(
        [programs / "train"],
        cwd="/",
        env=image | job.container_environment(base, programs) | {"SAGEMAKER_BASE_DIR": str(base)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome.read(folder, done.returncode, done.stdout.splitlines())


def run_toolkit_of_ours(job: Job, folder: Path) -> Outcome:
    """Run a job with the local cloud's toolkit."""
    programs, base = environment.container(folder / "image"), folder / "ml"
    job.lay_out(base)
    log: list[str] = []

    def fetch_code(uri: str, code_dir: Path) -> None:
        """Stand for the SageMaker side, which has the rights of the job's role."""
        client = s3_client(job.environment["S3_ENDPOINT_URL"])
        place = urlparse(uri)
        with tempfile.TemporaryFile() as file:
            client.download_fileobj(place.netloc, place.path.lstrip("/"), file)
            file.seek(0)
            with tarfile.open(fileobj=file, mode="r:gz") as archive:
                archive.extractall(code_dir, filter="data")
        client.close()

    toolkit = Toolkit(
        base,
        python=str(programs / "python"),
        environment=job.container_environment(base, programs),
        fetch_code=fetch_code,
        on_line=log.append,
    )
    return Outcome.read(folder, toolkit.run(), log)
