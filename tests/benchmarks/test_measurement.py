"""A cell is measured only where the answer is scikit-learn's, and every answer is its own request's."""

import http.server
import json
import threading

import numpy as np
import pytest

from benchmarks.serving.matching import count_right
from benchmarks.serving.measurement import answer_problem, measure
from benchmarks.serving.protocol import SAGEMAKER
from benchmarks.serving.results import Sample
from benchmarks.serving.server_process import ServerProcess
from benchmarks.serving.workload import Cell, Workload


class FirstColumn(http.server.BaseHTTPRequestHandler):
    """A server that answers each row with its first number."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps([row[0] for row in rows]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format, *args):  # noqa: A002
        """Keep the tests' output clean."""


class Listening(http.server.ThreadingHTTPServer):
    """Takes 64 connections at once."""

    request_queue_size = 128


class Running(ServerProcess):
    """The server above, in this process."""

    def __init__(self, port):
        self.port = port

    def cpu_seconds(self):
        return 0.0


@pytest.fixture
def server():
    with Listening(("127.0.0.1", 0), FirstColumn) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield Running(listening.server_port)
        listening.shutdown()
        thread.join()


class Predictor:
    def __init__(self, column):
        self.column = column

    def predict(self, rows):
        return rows[:, self.column]


@pytest.fixture
def workload():
    rows = np.arange(2200.0).reshape(1100, 2)
    return Workload({"right": Predictor(0), "wrong": Predictor(1)}, rows)


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (200, b"[1, 2]", None),
        (200, b"[1, 3]", "wrong"),
        (200, b"[1]", "wrong"),
        (200, b"<p>", "wrong"),
        (500, b"", "HTTP 500"),
    ],
)
def test_an_answer_is_compared_with_what_scikit_learn_says(status, body, problem):
    assert answer_problem(status, body, SAGEMAKER, "json", np.array([1, 2])) == problem


def test_large_requests_are_sent_one_by_one(server, workload, tmp_path):
    sample = measure(server, SAGEMAKER, Cell("right", 1000, "json", 0), workload, 0, tmp_path)
    assert isinstance(sample, Sample)
    assert sample.requests_per_second == pytest.approx(1e3 / sample.p50_ms)
    assert 0 <= sample.others <= 1


def test_a_wrong_server_is_not_measured(server, workload, tmp_path):
    assert measure(server, SAGEMAKER, Cell("wrong", 10, "json", 0), workload, 0, tmp_path) == "wrong"


def test_a_server_that_hangs_up_is_not_measured(workload, tmp_path):
    assert (
        measure(Running(1), SAGEMAKER, Cell("right", 10, "json", 0), workload, 0, tmp_path) == "ConnectionRefusedError"
    )


def test_each_of_a_thousand_rows_gets_its_own_answer(server, workload):
    assert count_right(server, SAGEMAKER, workload.numbered_rows(), "json") == 1000


def test_swapped_answers_are_counted_as_wrong(server, workload):
    rows = workload.numbered_rows()
    rows[[3, 4]] = rows[[4, 3]]
    assert count_right(server, SAGEMAKER, rows, "json") == 998


def test_a_server_that_is_not_there_answers_nothing_right(workload):
    assert count_right(Running(1), SAGEMAKER, workload.numbered_rows()[:70], "json") == 0
