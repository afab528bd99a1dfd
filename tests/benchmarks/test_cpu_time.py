"""CPU time of a process tree: read exactly, nothing lost and nothing counted twice."""

import subprocess
import sys
import time

from benchmarks.serving.cpu_time import (
    ProcessTimes,
    busy_seconds,
    cpu_seconds,
    members,
    parse_busy,
    parse_stat,
    read_processes,
)

BURN = "import time; end = time.process_time() + 0.2\nwhile time.process_time() < end: pass"


def process(pid, parent, session=1, ticks=0):
    return ProcessTimes(pid, parent, session, ticks, started=0, ended=False)


def test_a_name_with_brackets_and_spaces_is_no_field():
    stat = "31 (python (a) 3 4) R 30 31 29 0 -1 4194304 9 9 0 0 100 20 3 4 20 0 8 0 555 0 0"
    assert parse_stat(stat) == ProcessTimes(31, 30, 29, 127, 555, ended=False)


def test_a_zombie_has_ended():
    assert parse_stat("31 (a) Z 30 31 29 0 -1 4194304 9 9 0 0 100 20 3 4 20 0 8 0 555 0 0").ended


def test_the_tree_holds_grandchildren_and_what_lost_its_parent_but_no_stranger():
    processes = [
        process(10, 1, session=10),
        process(11, 10, session=10),
        process(12, 11, session=12),  # a session of its own
        process(13, 1, session=10),  # its parent has ended
        process(14, 13, session=14),
        process(20, 1, session=20),
    ]
    assert [one.pid for one in members(10, processes)] == [10, 11, 12, 13, 14]


def test_a_leader_that_has_ended_leaves_its_session():
    assert [one.pid for one in members(10, [process(11, 1, session=10), process(20, 1, session=20)])] == [11]


def test_the_machine_is_busy_with_all_but_idling_and_waiting():
    assert parse_busy("cpu  1 20 300 4000 50000 6 70 800 9 9\n") == 1 + 20 + 300 + 6 + 70 + 800


def test_the_machine_s_time_holds_this_process_s():
    before, started = busy_seconds(), time.process_time()
    while time.process_time() - started < 0.2:
        pass
    assert busy_seconds() - before >= 0.15


def test_a_child_s_time_counts_while_it_runs_and_after_it_ended():
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '''{BURN}'''], check=True)"
    program = f"{code}\nprint(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"\n"
        assert cpu_seconds(parent.pid) >= 0.2
        assert len(members(parent.pid, read_processes())) == 1
        parent.communicate(b"\n")
