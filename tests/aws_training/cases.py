"""The jobs that both toolkits run."""

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from tests.aws_training.jobs import PROBE, Job

# What SklearnTraining puts beside the script.
FAILURE_REASON = Path(__file__).parents[2] / "constructs_lib" / "training" / "job_files" / "sitecustomize.py"
S3_URI = "s3://code/job/sourcedir.tar.gz"


def wheel(name: str, text: str) -> bytes:
    """Make a wheel of one module."""
    content = io.BytesIO()
    information = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(f"{name}.py", text)
        archive.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{information}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{information}/RECORD", f"{name}.py,,\n{information}/METADATA,,\n{information}/WHEEL,,\n")
    return content.getvalue()


def source_archive(files: dict[str, str]) -> bytes:
    """Make a sourcedir.tar.gz."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return content.getvalue()


def program(entry_point: str = "train.py", /, **values: Any) -> dict[str, str]:
    """Write hyperparameters as the SageMaker SDK does: every value as JSON."""
    return {key: json.dumps(value) for key, value in ({"sagemaker_program": entry_point} | values).items()}


def script(text: str, name: str = "train.py", status: int = 0) -> Job:
    """Make a job of one file."""
    return Job(files={name: text}, hyperparameters=program(name), status=status)


WHEEL = {"extra-1.0-py3-none-any.whl": wheel("extra", "NAME = 'of the wheel'\n")}
SETUP = "from setuptools import setup\nsetup(name='extra', version='1.0', py_modules=['extra', 'train'])\n"
TWO_GROUPS = {
    "current_host": "algo-2",
    "current_instance_type": "ml.c5.xlarge",
    "current_group_name": "more",
    "hosts": ["algo-1", "algo-2"],
    "instance_groups": [
        {"instance_group_name": "first", "instance_type": "ml.m5.large", "hosts": ["algo-1"]},
        {"instance_group_name": "more", "instance_type": "ml.c5.xlarge", "hosts": ["algo-2"]},
    ],
    "network_interface_name": "eth0",
}

CASES = {
    "every kind of hyperparameter": Job(
        files={"train.py": PROBE},
        hyperparameters=program(
            **{
                "epochs": 10,
                "alpha": 0.1,
                "name": "abc",
                "digits": "7",
                "yes": True,
                "no": False,
                "nothing": None,
                "list": [1, 2, "x"],
                "dict": {"b": "c", "a": 1},
                "deep": {"a": {"b": [1]}},
                "empty": "",
                "k": 5,
                "batch-size": 64,
                "über": "ß 日本",
                "lines": "a\nb",
            }
        )
        | {"raw": "abc", "zeros": "007", "power": "1e2", "broken": "[1", "nan": "NaN", "spaces": " 7 "},
    ),
    "what the framework keeps": Job(
        files={"train.py": PROBE},
        hyperparameters=program(
            sagemaker_container_log_level=10,
            sagemaker_job_name="sent",
            sagemaker_region="us-east-2",
            sagemaker_enable_cloudwatch_metrics=True,
            sagemaker_parameter_server_enabled=True,
            sagemaker_own="kept",
            _tuning_objective_metric="loss",
            default_user_module_name="x",
            last='"in quotes"',
        ),
    ),
    "what the job's environment may change": Job(
        files={"train.py": PROBE, "other/train.py": PROBE},
        hyperparameters=program(),
        environment={
            "SAGEMAKER_PROGRAM": "other/train.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/nowhere",
            "SAGEMAKER_JOB_NAME": "mine",
            "SAGEMAKER_REGION": "mine",
            "SM_MODEL_DIR": "/mine",
            "SM_HP_MP_PARAMETERS": "{}",
            "PYTHONPATH": "/opt/ml/input:/mine",
            "MINE": "a b",
            "PYTHONUNBUFFERED": "0",
        },
    ),
    "two groups of machines": Job(
        files={"train.py": PROBE}, hyperparameters=program(sagemaker_mpi_enabled=True), resource_config=TWO_GROUPS
    ),
    "the least that a resource config has": Job(
        files={"train.py": PROBE},
        hyperparameters=program(),
        resource_config={"current_host": "algo-1", "hosts": ["algo-1"]},
        channels=(),
    ),
    "code that lies in the code directory": Job(
        files={"deep/train.py": PROBE}, hyperparameters=program("deep/train.py"), submit_directory=None
    ),
    "code in an archive": Job(
        files={"sourcedir.tar.gz": source_archive({"train.py": PROBE})},
        hyperparameters=program() | {"sagemaker_submit_directory": "/opt/ml/source/sourcedir.tar.gz"},
    ),
    "code in S3": Job(files={}, hyperparameters=program(sagemaker_submit_directory=S3_URI)),
    "a shell script": Job(
        files={
            "train.sh": '#!/bin/sh\nexec python probe.py "$@"\n',
            "probe.py": PROBE,
            "requirements.txt": "./extra-1.0-py3-none-any.whl\n",
            **WHEEL,
        },
        hyperparameters=program("train.sh", text="a 'b' \"c\"", empty="", name="x"),
    ),
    "a shell script beside a setup.py": Job(
        files={"train.sh": 'echo started; python probe.py "$@"\n', "probe.py": PROBE, "setup.py": SETUP},
        hyperparameters=program("train.sh"),
    ),
    "requirements": Job(
        files={"train.py": PROBE, "requirements.txt": "./extra-1.0-py3-none-any.whl\nnumpy\n", **WHEEL},
        hyperparameters=program(epochs=2),
    ),
    "a package": Job(
        files={"train.py": PROBE, "extra.py": "NAME = 'of the package'\n", "setup.py": SETUP},
        hyperparameters=program(epochs=2),
        # With a build of its own, AWS's toolkit would need a package index here.
        environment={"PIP_NO_BUILD_ISOLATION": "0"},
    ),
    "a model and output data": script(
        "import os, pathlib\n"
        "pathlib.Path(os.environ['SM_MODEL_DIR'], 'model.joblib').write_text('model')\n"
        "pathlib.Path(os.environ['SM_OUTPUT_DATA_DIR'], 'deep').mkdir()\n"
        "pathlib.Path(os.environ['SM_OUTPUT_DATA_DIR'], 'deep', 'report.txt').write_text('report')\n"
    ),
    "requirements that cannot be met": Job(
        files={"train.py": PROBE, "requirements.txt": "--no-index\nno-such-library==1.0\n"},
        hyperparameters=program(),
        status=1,
    ),
    "an exception": Job(
        files={"train.py": "print('starting', flush=True)\nraise ValueError('no rows in train.csv')\n"},
        hyperparameters=program(name="a b"),
        status=1,
    ),
    "an exception beside the library's module": Job(
        files={
            "train.py": "print('starting', flush=True)\nraise ValueError('no rows in train.csv')\n",
            FAILURE_REASON.name: FAILURE_REASON.read_text(encoding="utf-8"),
        },
        hyperparameters=program(name="a b"),
        status=1,
    ),
    "exit status 3": script("raise SystemExit(3)", status=1),
    "exit status 137": script("raise SystemExit(137)", status=1),
    "SIGKILL": script("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", status=1),
    "SIGKILL below a shell": script("sh -c 'kill -9 $$'\nexit $?\n", "train.sh", status=1),
    "a failure that the script describes itself": script(
        "import os, pathlib\n"
        "pathlib.Path(os.environ['SM_OUTPUT_DIR'], 'failure').write_text('ValueError: no rows in train.csv')\n"
        "raise SystemExit(1)\n",
        status=1,
    ),
    "a failure file of a script that succeeds": script(
        "import os, pathlib\npathlib.Path(os.environ['SM_OUTPUT_DIR'], 'failure').write_text('a warning')\n"
    ),
    "a missing script": Job(files={"other.py": ""}, hyperparameters=program(), status=1),
    "a missing shell script": Job(files={"other.py": ""}, hyperparameters=program("train.sh"), status=2),
    "a missing source directory": Job(
        files={}, hyperparameters=program() | {"sagemaker_submit_directory": "/opt/ml/nowhere"}, status=2
    ),
    "no script named": Job(files={"train.py": PROBE}, status=1),
    "a job name of digits": Job(
        files={"train.py": PROBE}, hyperparameters=program() | {"sagemaker_job_name": "20240101"}, status=1
    ),
    "no resource config": Job(
        files={"train.py": PROBE}, hyperparameters=program(), without=("resourceconfig.json",), status=2
    ),
}
