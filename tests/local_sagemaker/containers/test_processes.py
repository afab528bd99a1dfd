"""Children run in groups of their own, and none outlives the local cloud."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local_sagemaker.containers import processes
from local_sagemaker.containers.processes import (
    ChildProcess,
    inherited_environment,
    make_folder,
    remove_folder,
    stop_watchdog,
)
from tests.local_sagemaker.cloud import eventually


@pytest.fixture(autouse=True)
def no_watchdog_left():
    yield
    stop_watchdog()


def alive(pid: int) -> bool:
    """A zombie that nobody waits for is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def start(script: str, tmp_path: Path, lines: list[str] | None = None, *arguments: str) -> ChildProcess:
    lines = [] if lines is None else lines
    return ChildProcess(
        ["/bin/sh", "-c", script, "sh", *arguments], environment={"WHO": "child"}, folder=tmp_path, on_line=lines.append
    )


def test_lines_of_both_streams_arrive_before_the_end_is_told(tmp_path):
    lines: list[str] = []
    child = start('echo "$WHO" "$1"; echo warn >&2; pwd; printf "no end"; exit 3', tmp_path, lines, "a b")
    assert child.wait(20)
    assert lines == ["child a b", "warn", str(tmp_path), "no end"]
    assert child.exit_status == 3
    assert not child.running


def test_the_home_is_inherited_and_the_credentials_in_it_are_not_found(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/home/me/.aws/config")
    variables = inherited_environment()
    assert variables["HOME"] == os.environ["HOME"]
    assert {name: value for name, value in variables.items() if name.startswith("AWS_")} == {
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_standard_input_is_empty(tmp_path):
    lines: list[str] = []
    start("cat; echo done", tmp_path, lines).wait(20)
    assert lines == ["done"]


def test_what_is_no_text_is_shown_as_far_as_it_goes(tmp_path):
    lines: list[str] = []
    start(r"printf 'caf\351\n'", tmp_path, lines).wait(20)
    assert lines == ["caf\ufffd"]


def test_a_line_that_cannot_be_delivered_does_not_stop_the_program(tmp_path, caplog):
    def refuse(line: str) -> None:
        raise KeyError(line)

    child = ChildProcess(["/bin/sh", "-c", "echo a; echo b"], environment={}, folder=tmp_path, on_line=refuse)
    assert child.wait(20)
    assert child.exit_status == 0
    assert [record.getMessage() for record in caplog.records] == [f"a line of process {child.pid} was lost"] * 2


def test_stop_asks_first(tmp_path):
    lines: list[str] = []
    child = start("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done", tmp_path, lines)
    eventually(lambda: lines)
    child.stop(20)
    assert (child.exit_status, lines) == (0, ["up", "bye"])
    child.stop(20)
    child.kill()


def test_who_does_not_listen_is_killed_with_all_its_children(tmp_path):
    lines: list[str] = []
    child = start("trap '' TERM; sleep 60 & echo $!; wait", tmp_path, lines)
    grandchild = int(eventually(lambda: lines)[0])
    child.stop(0.05)
    assert child.exit_status == -signal.SIGKILL
    eventually(lambda: not alive(grandchild))


def test_children_of_a_program_that_ended_are_ended_too(tmp_path):
    lines: list[str] = []
    child = start("sleep 60 & echo $!", tmp_path, lines)
    assert child.wait(20)
    assert child.exit_status == 0
    eventually(lambda: not alive(int(lines[0])))


def test_a_folder_is_there_until_it_is_removed():
    folder = make_folder("local-sagemaker-test-")
    (folder / "file").touch()
    remove_folder(folder)
    assert not folder.exists()


def test_the_watchdog_clears_away_what_was_not(tmp_path):
    folder = make_folder("local-sagemaker-test-")
    child = start("sleep 60", tmp_path)
    stop_watchdog()
    assert child.wait(20)
    assert child.exit_status == -signal.SIGKILL
    assert not folder.exists()
    stop_watchdog()


CLOUD = """
import sys, time
from pathlib import Path
from local_sagemaker.containers.processes import ChildProcess, make_folder
folder = make_folder("local-sagemaker-test-")
lines = []
script = "trap '' TERM; sleep 60 & echo $!; wait"
child = ChildProcess(["/bin/sh", "-c", script], environment={}, folder=folder, on_line=lines.append)
while not lines:
    time.sleep(0.01)
print(folder, child.pid, lines[0], flush=True)
time.sleep(60)
"""


def test_a_killed_cloud_leaves_no_process_and_no_folder():
    with subprocess.Popen([sys.executable, "-c", CLOUD], stdout=subprocess.PIPE, text=True) as cloud:
        assert cloud.stdout is not None
        folder, *pids = cloud.stdout.readline().split()
        assert all(alive(int(pid)) for pid in pids)
        cloud.kill()
    eventually(lambda: not any(alive(int(pid)) for pid in pids))
    eventually(lambda: not Path(folder).exists())


def test_a_child_that_never_hears_from_us_never_starts(tmp_path):
    done = subprocess.run(
        [*processes._WAIT_THEN_EXEC, "/bin/sh", "-c", "echo started"], input=b"", capture_output=True, check=False
    )
    assert done.returncode != 0
    assert done.stdout == b""
