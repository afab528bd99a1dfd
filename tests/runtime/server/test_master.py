"""The master keeps its workers running, and ends them with a status that says how."""

import os
import signal
from pathlib import Path

import pytest

from sklearn_runtime.server.master import _describe, _pause_after
from tests.runtime.serving_process import post, serving


def workers_of(server):
    pid = server.process.pid
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()}


def ended(line):
    return "ended with" in line["message"]


def test_it_runs_as_many_workers_as_asked_for():
    with serving(workers=3) as server:
        [line] = server.wait_for(lambda line: line["message"] == "listening")
        assert line["workers"] == 3
        server.invoke(b"")
        assert len(workers_of(server)) == 3


def test_a_killed_worker_is_replaced_and_requests_go_on():
    with serving() as server:
        first = int(server.invoke(b"pid")[2])
        os.kill(first, signal.SIGKILL)
        [line] = server.wait_for(ended)
        assert line["message"] == f"worker {first} ended with signal 9: replaced in 0.1 s"
        second = int(server.invoke(b"pid")[2])
        assert second != first
        assert workers_of(server) == {second}


def test_a_request_that_kills_its_worker_leaves_the_other_worker_serving():
    with serving(workers=2) as server:
        with server.connect() as client:
            client.sendall(post(b"die"))
            assert client.recv(1) == b""
        server.wait_for(ended)
        assert all(server.invoke(b"%d" % number)[2] == b"%d" % number for number in range(20))


def test_workers_that_die_at_once_are_replaced_later_and_later():
    with serving(SCRIPT_WORKERS_DIE="true") as server:
        lines = server.wait_for(ended, count=4)
        pauses = [float(line["message"].split()[-2]) for line in lines]
        assert pauses == [0.1, 0.2, 0.4, 0.8]
        assert "exit status 7" in lines[0]["message"]
        # SIGTERM is heard while a replacement is due.
        assert server.terminate() == 0


def test_a_worker_that_fails_to_start_says_why():
    with serving(SCRIPT_WORKERS_FAIL="true") as server:
        [line] = server.wait_for(lambda line: line["message"] == "a worker failed")
        assert "the event loop is broken" in line["traceback"]


def test_the_pause_is_bounded():
    pauses = [_pause_after(number) for number in range(40)]
    assert pauses[0] == 0.0
    assert pauses[-1] == 10.0
    assert all(first <= second for first, second in zip(pauses, pauses[1:]))


@pytest.mark.parametrize(("status", "words"), [(9, "signal 9"), (7 << 8, "exit status 7"), (0, "exit status 0")])
def test_how_a_worker_ended_is_told_in_words(status, words):
    assert _describe(status) == words


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(number):
    with serving(workers=2) as server:
        server.invoke(b"")
        server.process.send_signal(number)
        assert server.wait() == 0


def test_a_second_signal_ends_it_at_once(tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with serving(SCRIPT_MAY_BLOCK="true") as server, server.connect() as client:
        client.sendall(post(b"wait %b" % os.fsencode(gate)))
        with gate.open("w"):
            server.process.send_signal(signal.SIGTERM)
            while server.accepts():
                pass
            server.process.send_signal(signal.SIGINT)
            assert server.wait() == 128 + signal.SIGINT
        assert client.recv(1) == b""


def test_a_worker_that_does_not_hear_sigterm_is_killed(tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    body = b"wait %b" % os.fsencode(gate)
    with serving(SKLEARN_RUNTIME_DRAIN_TIMEOUT="0.1") as server, server.connect() as client:
        # After a quick one of its length, on the loop: the worker can hear nothing while the model works.
        server.invoke(b"x" * len(body))
        client.sendall(post(body))
        with gate.open("w"):
            assert server.terminate() == 0
        server.wait_for(lambda line: line["message"] == "1 workers did not stop in time and are killed")
