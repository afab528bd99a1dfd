"""`make demo`, as a newcomer runs it: it ends well, says what it did, and leaves nothing running."""

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.end_to_end.conftest import ROOT, user_environment


def processes_that_name(folder: Path) -> list[str]:
    """Command lines of the processes whose arguments or environment name a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # not a process, or one that has just ended
            command = (entry / "cmdline").read_bytes()
            if str(folder).encode() in command + (entry / "environ").read_bytes():
                found.append(command.replace(b"\0", b" ").decode())
    return found


def test_the_demo_trains_deploys_predicts_destroys_and_leaves_no_process():
    # Short: the endpoints' Unix sockets lie in it, and their paths may have about 107 bytes.
    with tempfile.TemporaryDirectory(prefix="demo-") as name:
        folder = Path(name)
        done = subprocess.run(
            [sys.executable, "examples/breast_cancer/demo.py"],
            cwd=ROOT,
            env=user_environment(folder, TMPDIR=name),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=540,
            check=False,
        )
        left = processes_that_name(folder)
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
    assert left == []
