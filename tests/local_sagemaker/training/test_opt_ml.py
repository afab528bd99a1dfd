"""A folder is /opt/ml for one command, and the machine is as it was."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_sagemaker.training.opt_ml import NoNamespaceError, end_all, mounts, require_namespaces, seen_as_opt_ml
from tests.local_sagemaker.cloud import eventually
from tests.local_sagemaker.containers.test_processes import alive

NOBODY = 65534
AS_NOBODY = f"""
import os, subprocess, sys
from pathlib import Path
from local_sagemaker.training.opt_ml import seen_as_opt_ml
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
folder, stage = map(Path, sys.argv[1:3])
sys.exit(subprocess.run(seen_as_opt_ml(folder, stage, sys.argv[3:])).returncode)
"""


@pytest.fixture
def places(tmp_path):
    folder, stage = tmp_path / "job", tmp_path / "opt"
    folder.mkdir()
    stage.mkdir()
    return folder, stage


def run(places, script):
    folder, stage = places
    command = seen_as_opt_ml(folder, stage, ["/bin/sh", "-c", script])
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def of_the_machine():
    """List what /opt holds, two levels deep, and what is mounted."""
    held = subprocess.run(["find", "/opt", "-maxdepth", "2"], capture_output=True, text=True, check=True).stdout
    return sorted(held.splitlines()), Path("/proc/self/mountinfo").read_text()


def test_a_command_finds_the_folder_at_opt_ml_and_works_in_it(places):
    folder, _ = places
    (folder / "given.txt").write_text("given")
    assert run(places, "cat /opt/ml/given.txt; echo; pwd; echo left > /opt/ml/left.txt") == ["given", "/opt/ml"]
    assert (folder / "left.txt").read_text() == "left\n"


def test_whatever_else_opt_holds_is_there_and_the_machine_is_as_it_was(places):
    before = of_the_machine()
    inside = run(places, "find /opt -maxdepth 2 -not -path '/opt/ml*'")
    assert set(inside) == {path for path in before[0] if not path.startswith("/opt/ml")}
    assert of_the_machine() == before


def test_two_commands_at_once_have_each_its_own(tmp_path):
    processes = []
    for name in ("first", "second"):
        folder, stage = tmp_path / name, tmp_path / f"opt of {name}"
        folder.mkdir()
        stage.mkdir()
        command = seen_as_opt_ml(
            folder, stage, ["/bin/sh", "-c", f"echo {name} > /opt/ml/name; read go; cat /opt/ml/name"]
        )
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    assert [process.communicate("go\n")[0] for process in processes] == ["first\n", "second\n"]


def test_mounts_are_kept_from_the_machine_whatever_unshare_does_of_itself(places):
    folder, stage = places
    assert "--mount --propagation private" in " ".join(seen_as_opt_ml(folder, stage, ["true"]))


def test_all_processes_of_a_folder_are_ended_and_no_others(tmp_path):
    script = "setsid sh -c 'sleep 600 >/dev/null 2>&1 & echo $!'"
    pids = []
    for name in ("first", "second"):
        folder, stage = tmp_path / name, tmp_path / f"opt of {name}"
        folder.mkdir()
        stage.mkdir()
        pids.append(int(run((folder, stage), script)[0]))
    end_all(tmp_path / "first")
    eventually(lambda: not alive(pids[0]))
    assert alive(pids[1])
    end_all(tmp_path / "nowhere")
    assert alive(pids[1])
    end_all(tmp_path / "second")
    eventually(lambda: not alive(pids[1]))


def test_the_status_is_the_command_s(places):
    folder, stage = places
    command = seen_as_opt_ml(folder, stage, ["/bin/sh", "-c", "exit 7"])
    assert subprocess.run(command, check=False).returncode == 7


def test_an_ordinary_user_has_it_too(tmp_path_factory):
    home = tmp_path_factory.mktemp("ordinary")
    folder, stage = home / "job", home / "opt"
    folder.mkdir()
    stage.mkdir()
    user = os.getuid() or NOBODY
    shell = ["/bin/sh", "-c", "id -u; echo left > /opt/ml/left.txt"]
    if user == os.getuid():
        command = seen_as_opt_ml(folder, stage, shell)
    else:
        command = [sys.executable, "-c", AS_NOBODY, str(folder), str(stage), *shell]
        for place in (folder, stage):
            os.chown(place, user, user)
        # pytest's own folders are closed to other users: two, and one of each worker's where there are several.
        for parent in (home, *home.parents[:3]):
            if not parent.stat().st_mode & 0o001:
                parent.chmod(0o755)
    # Another user may not write where coverage is measured.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    environment = {**kept, "TMPDIR": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert (folder / "left.txt").stat().st_uid == user


def test_each_entry_of_opt_gets_a_mount_point_of_its_kind(tmp_path):
    opt, stage = tmp_path / "opt", tmp_path / "stage"
    (opt / "tools").mkdir(parents=True)
    (opt / ".hidden").touch()
    (opt / "link").symlink_to("tools")
    stage.mkdir()
    pairs = list(mounts(tmp_path / "job", stage, opt))
    expected = [(opt / name, stage / name) for name in (".hidden", "tools")]
    assert pairs == [*expected, (tmp_path / "job", stage / "ml"), (stage, opt)]
    assert (stage / "tools").is_dir()
    assert (stage / ".hidden").is_file()
    assert (stage / "link").readlink().name == "tools"


def test_an_opt_ml_that_is_there_is_mounted_on(tmp_path):
    (tmp_path / "opt" / "ml").mkdir(parents=True)
    pairs = list(mounts(tmp_path / "job", tmp_path / "stage", tmp_path / "opt"))
    assert pairs == [(tmp_path / "job", tmp_path / "opt" / "ml")]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("", "No such file or directory: 'unshare'"),
        ("echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1", "(unshare: unshare failed: Operation"),
        ("exit 3", "(status 3)"),
    ],
    ids=["no such program", "not allowed", "silent"],
)
def test_a_machine_that_allows_none_is_told_why(tmp_path, monkeypatch, program, reason):
    if program:
        (tmp_path / "unshare").write_text(f"#!/bin/sh\n{program}\n")
        (tmp_path / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoNamespaceError) as error:
        require_namespaces()
    assert reason in str(error.value)
    assert "run the local cloud on Linux as a user who may make user namespaces" in str(error.value)
