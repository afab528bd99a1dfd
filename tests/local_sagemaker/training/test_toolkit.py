"""The container's side of a job, run for real; `tests/aws_training` compares it with AWS's."""

import json
import os
import sys
import threading
import time

import pytest

from local_sagemaker.data_plane_errors import MissingModelDataError
from local_sagemaker.training.config_files import ConfigFiles, one_machine, whole_files
from local_sagemaker.training.failures import CommandFailure, FrameworkFailure
from local_sagemaker.training.toolkit import Toolkit
from tests.aws_training.cases import wheel


class Job:
    """A job's folder and the toolkit for it."""

    def __init__(self, base):
        self.base = base
        self.lines = []
        self.started = threading.Event()
        for folder in ("model", "output/data", "source"):
            (base / folder).mkdir(parents=True)

    def toolkit(self, files, *, fetch_code=None, on_line=None, environment=None, **hyperparameters):
        for name, content in files.items():
            (self.base / "source" / name).write_bytes(content.encode() if isinstance(content, str) else content)
        sent = {"sagemaker_program": "train.py", "sagemaker_submit_directory": f"{self.base}/source"} | hyperparameters
        ConfigFiles(
            hyperparameters={key: json.dumps(value) for key, value in sent.items()},
            input_data_config=whole_files(["train"]),
            resource_config=one_machine(),
        ).write(self.base)
        return Toolkit(
            self.base,
            python=sys.executable,
            environment=environment or {},
            fetch_code=fetch_code or self.no_code,
            on_line=on_line or self.line,
        )

    def line(self, line):
        self.lines.append(line)
        self.started.set()

    @staticmethod
    def no_code(uri, folder):
        raise AssertionError(f"{uri} is not to be fetched into {folder}")

    @property
    def failure(self):
        return (self.base / "output" / "failure").read_text()


@pytest.fixture
def job(tmp_path):
    return Job(tmp_path / "ml")


def run_and_stop(job, toolkit, grace):
    """Stop a job when its script has written a line; give the container's status."""
    statuses = []
    thread = threading.Thread(target=lambda: statuses.append(toolkit.run()))
    thread.start()
    assert job.started.wait(60)
    toolkit.stop(grace)
    thread.join(60)
    return statuses[0]


def test_nothing_of_this_process_is_inherited_but_what_a_process_needs(job, monkeypatch):
    monkeypatch.setenv("OURS", "1")
    code = "import os\nprint(os.environ.get('OURS'), os.environ['MINE'], os.environ['LANG'], 'PWD' in os.environ)"
    assert job.toolkit({"train.py": code}, environment={"MINE": "2"}).run() == 0
    assert job.lines == ["None 2 C.UTF-8 False"]
    assert (job.base / "output" / "success").exists()


def test_the_interpreter_is_the_one_that_a_shell_script_finds(job):
    job.toolkit({"train.sh": "python -c 'import sys; print(sys.executable)'"}, sagemaker_program="train.sh").run()
    assert job.lines == [sys.executable]


def test_lines_come_while_the_script_runs(job):
    times = {}
    code = "import time\nprint('first')\ntime.sleep(0.5)\nprint('second')"
    job.toolkit({"train.py": code}, on_line=lambda line: times.update({line: time.monotonic()})).run()
    assert times["second"] - times["first"] > 0.3


def test_code_in_s3_is_fetched_into_the_code_directory(job):
    def fetch(uri, folder):
        assert uri == "s3://bucket/code.tar.gz"
        (folder / "train.py").write_text("print('fetched')")

    toolkit = job.toolkit({}, fetch_code=fetch, sagemaker_submit_directory="s3://bucket/code.tar.gz")
    assert toolkit.run() == 0
    assert job.lines == ["fetched"]


def test_code_that_cannot_be_fetched_fails_the_job(job):
    def fetch(uri, folder):
        raise MissingModelDataError(f"{uri} is not there")

    toolkit = job.toolkit({}, fetch_code=fetch, sagemaker_submit_directory="s3://bucket/code.tar.gz")
    assert toolkit.run() == 1
    assert isinstance(toolkit.failure, FrameworkFailure)
    assert "s3://bucket/code.tar.gz is not there" in job.failure


def test_requirements_go_to_an_environment_of_the_jobs_own(job):
    files = {
        "train.py": "import extra, numpy, sys\nprint(extra.NAME, sys.executable)",
        "requirements.txt": "--no-index\n./extra-1.0-py3-none-any.whl\nnumpy\n",
        "extra-1.0-py3-none-any.whl": wheel("extra", "NAME = 'of the wheel'"),
    }
    assert job.toolkit(files).run() == 0
    assert job.lines[-1] == f"of the wheel {job.base}/python/bin/python"
    assert any("Requirement already satisfied: numpy" in line for line in job.lines)


def test_requirements_that_cannot_be_met_fail_the_job_with_pips_last_error(job):
    toolkit = job.toolkit({"train.py": "", "requirements.txt": "--no-index\nno-such-library==1.0\n"})
    assert toolkit.run() == 1
    assert job.failure.startswith(
        'InstallRequirementsError:\nExitCode 1\nErrorMessage "ERROR: No matching distribution'
    )
    assert "-m pip install -r requirements.txt" in job.failure


def test_a_failure_that_the_script_describes_itself_stands(job):
    code = "import os\nopen(os.environ['SM_OUTPUT_DIR'] + '/failure', 'w').write('no rows')\nraise SystemExit(3)"
    toolkit = job.toolkit({"train.py": code})
    assert toolkit.run() == 1
    assert job.failure == "no rows"
    assert isinstance(toolkit.failure, CommandFailure)
    assert toolkit.failure.exit_status == 3


def test_a_stopped_script_may_end_by_itself(job):
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
        "print('started')\ntime.sleep(600)\n"
    )
    assert run_and_stop(job, job.toolkit({"train.py": code}), grace=60) == 0
    assert (job.base / "output" / "success").exists()


@pytest.mark.parametrize(("handler", "grace", "status"), [("SIG_DFL", 60, -15), ("SIG_IGN", 0.2, -9)])
def test_a_script_that_a_signal_ends_has_no_failure(job, handler, grace, status):
    code = f"import signal, time\nsignal.signal(signal.SIGTERM, signal.{handler})\nprint('started')\ntime.sleep(600)"
    assert run_and_stop(job, job.toolkit({"train.py": code}), grace) == status
    assert list((job.base / "output").iterdir()) == [job.base / "output" / "data"]


def test_a_job_that_was_stopped_before_its_script_began_does_not_begin_it(job):
    toolkit = job.toolkit({"train.py": "print('started')"})
    toolkit.stop(1)
    assert toolkit.run() == -15
    assert job.lines == []


def test_what_the_taker_of_lines_raises_ends_the_script_and_comes_out(job):
    def refuse(line):
        raise RuntimeError(line)

    toolkit = job.toolkit({"train.py": "import os, time\nprint(os.getpid())\ntime.sleep(600)"}, on_line=refuse)
    with pytest.raises(RuntimeError) as caught:
        toolkit.run()
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(caught.value)), 0)
