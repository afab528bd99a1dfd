"""Every log line is one JSON object, and none holds a payload."""

import doctest
import json
import logging
import os
import subprocess
import sys
import threading
from typing import Any, List

import pytest

from sklearn_runtime.server import logs as module
from sklearn_runtime.server.http_response import Answer
from sklearn_runtime.server.log_stream import LogStream
from sklearn_runtime.server.logs import AccessLog, JsonFormatter
from sklearn_runtime.server.routes import route_of


class Later:
    """Collects what an event loop would call later."""

    def __init__(self):
        self.calls = []

    def __call__(self, seconds, call):
        self.calls.append(call)


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    os.close(writer)


@pytest.fixture
def stream(pipe):
    stream = LogStream(pipe[1])
    yield stream
    stream.close()


def read_lines(reader):
    return [json.loads(line) for line in os.read(reader, 1 << 20).splitlines()]


CSV = route_of("POST", "/invocations", {"content-type": "text/csv"})


def test_a_request_leaves_one_line_with_what_can_be_asked_for(pipe, stream):
    later = Later()
    log = AccessLog(logging.INFO, later, stream)
    answer = Answer(400, "application/json", b'{"error": {"type": "MalformedBody", "message": "secret"}}')
    log.request(CSV, answer, 0.0125, 17)
    assert len(later.calls) == 1
    later.calls[0]()
    [line] = read_lines(pipe[0])
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "WARNING",
        "event": "request",
        "method": "POST",
        "path": "/invocations",
        "status": 400,
        "ms": 12.5,
        "request_bytes": 17,
        "response_bytes": len(answer.body),
        "content_type": "text/csv",
        "accept": None,
        "response_content_type": "application/json",
        "error_type": "MalformedBody",
        "pid": os.getpid(),
    }


def test_a_request_whose_head_was_not_understood_leaves_a_line_too(pipe, stream):
    log = AccessLog(logging.INFO, Later(), stream)
    log.request(None, Answer(431, None, b""), 0.0, 0)
    log.flush()
    [line] = read_lines(pipe[0])
    assert (line["method"], line["path"], line["content_type"], line["status"]) == ("-", "-", None, 431)


@pytest.mark.parametrize(
    ("path", "status", "level"),
    [
        ("/ping", 200, logging.DEBUG),
        ("/ping", 405, logging.WARNING),
        ("/invocations", 200, logging.INFO),
        ("/invocations", 400, logging.WARNING),
        ("/invocations", 500, logging.ERROR),
    ],
)
def test_a_line_is_written_from_its_level_on(path, status, level, stream):
    for threshold, lines in ((level, 1), (level + 1, 0)):
        later = Later()
        AccessLog(threshold, later, stream).request(route_of("GET", path, {}), Answer(status, None, b""), 0.0, 0)
        assert len(later.calls) == lines


def test_a_client_s_text_is_quoted_and_cut(pipe, stream):
    log = AccessLog(logging.DEBUG, Later(), stream)
    log.request(route_of("POST", '/"\n\u00e4' + "x" * 5000, {}), Answer(404, None, b""), 0.0, 0)
    log.flush()
    [line] = read_lines(pipe[0])
    assert line["path"] == ('/"\n\u00e4' + "x" * 5000)[:200]


def test_many_requests_are_written_before_their_time(pipe, stream, monkeypatch):
    monkeypatch.setattr(module, "_FLUSH_REQUESTS", 3)
    later = Later()
    log = AccessLog(logging.DEBUG, later, stream)
    for _ in range(5):
        log.request(CSV, Answer(200, None, b""), 0.0, 0)
    assert len(read_lines(pipe[0])) == 3
    later.calls[-1]()
    assert len(read_lines(pipe[0])) == 2


def test_lines_that_the_reader_has_no_room_for_are_written_later(pipe, stream):
    later = Later()
    log = AccessLog(logging.DEBUG, later, stream)
    for _ in range(1000):
        log.request(CSV, Answer(200, None, b""), 0.0, 0)
    log.flush()
    lines = 0
    while lines < 1000:
        lines += len(read_lines(pipe[0]))
        later.calls[-1]()
    calls = len(later.calls)
    log.flush()
    assert len(later.calls) == calls


def test_the_last_lines_wait_for_their_reader(pipe, stream):
    log = AccessLog(logging.DEBUG, Later(), stream)
    for _ in range(1000):
        log.request(CSV, Answer(200, None, b""), 0.0, 0)
    received = []
    reading = threading.Thread(target=lambda: received.append(read_exactly(pipe[0], 1000)))
    reading.start()
    log.close()
    reading.join()
    assert len(received[0]) == 1000


def read_exactly(reader, count):
    lines: List[Any] = []
    while len(lines) < count:
        lines += read_lines(reader)
    return lines


def test_a_log_that_nobody_reads_any_more_is_given_up():
    reader, writer = os.pipe()
    stream = LogStream(writer)
    os.close(reader)
    later = Later()
    log = AccessLog(logging.DEBUG, later, stream)
    for _ in range(2):
        log.request(CSV, Answer(200, None, b""), 0.0, 0)
        log.flush()
    os.close(writer)
    stream.close()
    assert len(later.calls) == 1


def test_a_record_is_one_line_with_its_traceback():
    try:
        raise ValueError("line 1\nline 2")
    except ValueError:
        record = logging.LogRecord("a.b", logging.ERROR, "", 0, "failed: %s", ("x\ny",), sys.exc_info())
    record.fields = {"workers": 2}
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["level"], line["message"], line["logger"], line["workers"]) == ("ERROR", "failed: x\ny", "a.b", 2)
    assert line["traceback"].startswith("Traceback")


def test_a_record_that_cannot_be_written_fails_nobody(pipe, stream, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    handler = module._Handler(stream)
    handler.setFormatter(JsonFormatter())
    for arguments in (("one",), (1,)):
        handler.emit(logging.LogRecord("a", logging.ERROR, "", 0, "%d", arguments, None))
    assert [line["message"] for line in read_lines(pipe[0])] == ["1"]


def test_warnings_and_other_libraries_are_logged_as_json_too():
    program = (
        "import logging, warnings; from sklearn_runtime.server import logs; logs.configure(20);"
        "logging.getLogger('other').info('hello'); logging.getLogger('other').debug('no'); warnings.warn('careful')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, second = (json.loads(line) for line in done.stderr.splitlines())
    assert (first["logger"], first["message"]) == ("other", "hello")
    assert (second["logger"], second["level"]) == ("py.warnings", "WARNING")


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(module).failed == 0
