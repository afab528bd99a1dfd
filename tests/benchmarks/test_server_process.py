"""A server is waited for, and ended with all that it started."""

import os
import sys

import pytest

from benchmarks.serving.cpu_time import read_processes
from benchmarks.serving.server_process import Launch, ServerFailedError, free_port, running

SERVE = """
import http.server, os, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ping" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()
child = subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); time.sleep(600)"])
open("child", "w").write(str(child.pid))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def launch(folder, program, port) -> Launch:
    return Launch([sys.executable, "-c", program, str(port)], {"PATH": os.defpath}, folder)


def is_running(pid: int) -> bool:
    return any(process.pid == pid and not process.ended for process in read_processes())


def test_a_server_is_ready_with_its_first_200_and_leaves_nothing_behind(tmp_path):
    port = free_port()
    with running(launch(tmp_path, SERVE, port), port, "/ping") as server:
        assert server.ready_seconds > 0
        assert server.cpu_seconds() > 0
        child = int((tmp_path / "child").read_text())
        assert is_running(child)
    # In a session of its own, which a signal to the server's would not have reached.
    assert not is_running(child)


def test_a_server_that_ends_shows_the_end_of_its_log(tmp_path):
    program = "raise SystemExit('model.joblib is missing')"
    refused = pytest.raises(ServerFailedError, match=r"ended with status 1: model\.joblib is missing")
    with refused, running(launch(tmp_path, program, 1), 1, "/ping"):
        raise AssertionError


def test_a_server_that_is_never_ready_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.serving.server_process.START_SECONDS", 0.2)
    refused = pytest.raises(ServerFailedError, match=r"not ready within 0\.2 s: its log is empty")
    with refused, running(launch(tmp_path, "import time; time.sleep(60)", 1), 1, "/ping"):
        raise AssertionError
