"""What processes use is read for whole process groups."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local_sagemaker.monitoring.process_usage import Usage, usage_of
from tests.local_sagemaker.cloud import eventually

# A leader and a worker: 64 MB, and work.
CODE = """
import os, sys
if os.fork() == 0:
    block = bytearray(b"x") * (64 << 20)
    print("ready", flush=True)
    while True:
        pass
os.wait()
"""


@pytest.fixture
def leader() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", CODE], start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    yield process.pid
    os.killpg(process.pid, 9)
    process.wait()
    process.stdout.close()


def test_a_group_is_measured_with_its_workers(leader):
    def usage() -> Usage:
        found = usage_of({leader})
        assert found is not None
        return found

    first = usage()
    assert 64 << 20 < first.memory < 640 << 20
    eventually(lambda: usage().cpu_seconds > first.cpu_seconds + 0.2)
    assert usage_of(set()) == Usage(0.0, 0)


def test_without_proc_nobody_knows(tmp_path):
    assert usage_of({1}, tmp_path) is None


def test_a_process_that_has_just_ended_uses_nothing(tmp_path):
    fields = "R 1 77 " + " ".join(["0"] * 8) + " 300 100 0 0"
    for name, text in {"self": "", "10": f"10 (a ) b) {fields}", "11": f"11 (c) {fields}", "12": None}.items():
        (tmp_path / name).mkdir()
        if text is not None:
            (tmp_path / name / "stat").write_text(text)
    (tmp_path / "10" / "smaps_rollup").write_text("Rss:  900 kB\nPss:   512 kB\n")
    ticks = os.sysconf("SC_CLK_TCK")
    assert usage_of({77}, tmp_path) == Usage(400 / ticks, 512 * 1024)
    assert usage_of({78}, tmp_path) == Usage(0.0, 0)
    (tmp_path / "10" / "smaps_rollup").write_text("")
    assert usage_of({77}, tmp_path) == Usage(400 / ticks, 0)


def test_a_process_may_have_any_bytes_for_its_name(tmp_path):
    for name in ("self", "7"):
        (tmp_path / name).mkdir()
        # The kernel cuts a name off, if need be in the middle of a character. 4: the group; 200 ticks, and 100.
        (tmp_path / name / "stat").write_bytes(b"7 (aaaaaaaaaaaaaa\xc3) S 1 4 4 0 -1 0 0 0 0 0 200 100 0 0")
    (tmp_path / "7" / "smaps_rollup").write_bytes(b"name \xc3\nPss:  12 kB\n")
    assert usage_of({4}, tmp_path) == Usage(300 / os.sysconf("SC_CLK_TCK"), 12 * 1024)
