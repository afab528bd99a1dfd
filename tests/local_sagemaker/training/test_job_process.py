"""What a training job's container runs: its variables, its end, and what is kept of its output."""

import json
import os
import signal
import sys
import threading

import pytest

from local_sagemaker.training.job_process import JobProcess, StoppedError


def shell(process, script, tmp_path, **environment):
    return process.run(["/bin/sh", "-c", script], environment={"PATH": os.defpath, **environment}, folder=tmp_path)


def test_status_and_last_lines_are_given(tmp_path):
    lines: list[str] = []
    status, last = shell(JobProcess(lines.append), "echo; for i in $(seq 100); do echo $i; done; exit 3", tmp_path)
    assert (status, last[-1]) == (3, "100")
    assert len(last) < 60
    assert lines == ["", *map(str, range(1, 101))]


def test_the_variables_are_those_that_were_given_and_no_others(tmp_path):
    lines: list[str] = []
    command = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
    environment = {"SM_CHANNEL_VAL-SET": "/data", "LC_CTYPE": "C.UTF-8"}
    JobProcess(lines.append).run(command, environment=environment, folder=tmp_path)
    assert json.loads(lines[0]) == environment


def test_what_takes_a_line_may_end_the_command(tmp_path):
    def refuse(line):
        raise PermissionError(line)

    with pytest.raises(PermissionError, match="first"):
        shell(JobProcess(refuse), "echo first; sleep 60", tmp_path)


def test_a_stopped_command_says_by_which_signal(tmp_path):
    process = JobProcess(lambda _: threading.Thread(target=process.stop, args=(60,)).start())
    with pytest.raises(StoppedError) as stopped:
        shell(process, "echo ready; exec sleep 60", tmp_path)
    assert stopped.value.signal == signal.SIGTERM


def test_nothing_begins_after_the_stop(tmp_path):
    process = JobProcess(print)
    process.stop(0)
    with pytest.raises(StoppedError):
        shell(process, "touch begun", tmp_path)
    assert not (tmp_path / "begun").exists()
