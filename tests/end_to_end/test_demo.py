"""`make demo`, as a newcomer runs it: it ends well, says what it did, and leaves nothing running."""

import os
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.conftest import ROOT, user_environment


def processes_of_ours() -> set[int]:
    """Process ids whose command line names the local cloud, the runtime or the CDK app."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"local_sagemaker" in command or b"sklearn_runtime" in command or b"app.py" in command:
                found.add(int(entry.name))
    return found


def test_the_demo_trains_deploys_predicts_destroys_and_leaves_no_process(tmp_path):
    before = processes_of_ours()
    done = subprocess.run(
        [sys.executable, "examples/breast_cancer/demo.py"],
        cwd=ROOT,
        env=user_environment(tmp_path),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    for word in (
        "accuracy",
        "application/x-npy",
        "application/json",
        "text/csv",
        "p50",
        "p99",
        "AWS::SageMaker::Endpoint",
    ):
        assert word in done.stdout
    assert processes_of_ours() <= before
