"""Log lines go out whole and in order; a reader that is late stops nobody, and what it missed is counted."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading

import pytest

from sklearn_runtime.server.log_stream import PIPE_BYTES, LogPiece, LogStream, standard_stream


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    yield reader, writer
    os.close(reader)
    os.close(writer)


@pytest.fixture
def stream(pipe):
    stream = LogStream(pipe[1], most_bytes=2000)
    yield stream
    stream.close()


def lines(count, size=100, matters=False):
    return [LogPiece(b"%d " % number + b"x" * (size - 6) + b"\n", matters) for number in range(count)]


def read(reader):
    received = b""
    while True:
        try:
            piece = os.read(reader, 1 << 20)
        except BlockingIOError:
            return received
        if not piece:
            return received
        received += piece


def fill(descriptor):
    """Leave no room in a pipe."""
    own = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(own, b"-" * 4095 + b"\n")
    except BlockingIOError:
        os.close(own)


def test_lines_are_written_in_pieces_that_do_not_interleave(pipe, stream, monkeypatch):
    sizes = []

    def send(data):
        sizes.append(len(data))
        return len(data)

    monkeypatch.setattr(stream, "_send", send)
    stream.write(lines(100))
    assert max(sizes) <= PIPE_BYTES < sum(sizes)
    assert len(sizes) < 5


def test_lines_that_find_no_room_wait_for_the_next_ones(pipe, stream):
    fill(pipe[1])
    first, second = LogPiece(b"first\n", False), LogPiece(b"second\n", False)
    stream.write([first])
    assert stream.waiting
    assert set(read(pipe[0]).split(b"\n")) == {b"-" * 4095, b""}
    stream.write([second])
    assert not stream.waiting
    assert read(pipe[0]) == b"first\nsecond\n"


def test_beyond_the_bound_good_news_are_lost_first_and_counted(pipe, stream):
    fill(pipe[1])
    errors = [LogPiece(b"error %d\n" % number, True) for number in range(3)]
    stream.write([*lines(30), *errors, *lines(5)])
    read(pipe[0])
    stream.write([LogPiece(b"again\n", False)])
    *received, again, lost = read(pipe[0]).splitlines()
    assert received == [b"error 0", b"error 1", b"error 2"]
    assert again == b"again"
    assert json.loads(lost)["message"] == "35 log lines were lost: nobody read them in time"
    stream.write([LogPiece(b"later\n", False)])
    assert read(pipe[0]) == b"later\n"


def test_of_too_many_errors_the_first_are_kept(pipe, stream):
    fill(pipe[1])
    errors = lines(50, matters=True)
    stream.write(errors)
    read(pipe[0])
    stream.flush()
    assert read(pipe[0]).splitlines()[:-1] == [line.text[:-1] for line in errors[: 2000 // len(errors[0].text)]]


def test_a_line_longer_than_a_pipe_is_whole_in_the_end(pipe):
    stream = LogStream(pipe[1])
    long = LogPiece(b"y" * 200_000 + b"\n", False)
    stream.write([LogPiece(b"before\n", False), long, LogPiece(b"after\n", False)])
    received = b""
    while stream.waiting:
        received += read(pipe[0])
        stream.flush()
    received += read(pipe[0])
    assert received == b"before\n" + long.text + b"after\n"
    stream.close()


def test_flush_waits_for_the_reader_but_not_for_ever(pipe, stream):
    fill(pipe[1])
    stream.write([LogPiece(b"last\n", True)])
    stream.flush(0.01)
    assert stream.waiting
    reading = threading.Timer(0.05, lambda: read(pipe[0]))
    reading.start()
    stream.flush(60.0)
    reading.join()
    assert not stream.waiting


def test_others_that_share_the_pipe_still_wait_for_room(pipe, stream):
    assert os.get_blocking(pipe[1])


def test_a_socket_does_not_make_the_server_wait_either():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stream = LogStream(ours.fileno())
        written = lines(10_000)
        stream.write(written)
        waited = stream.waiting
        assert waited
        assert ours.getblocking()
        received = b""
        while stream.waiting:
            received += theirs.recv(1 << 20)
            stream.flush()
        theirs.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            for piece in iter(lambda: theirs.recv(1 << 20), b""):
                received += piece
        assert received == b"".join(line.text for line in written)
        stream.close()


@pytest.mark.parametrize("taken", [1, 99, 100, 101, 250])
def test_what_goes_out_in_parts_is_whole_in_the_end(taken, stream, monkeypatch):
    received = []

    def send(data):
        received.append(data[:taken])
        return len(received[-1])

    monkeypatch.setattr(stream, "_send", send)
    stream.write(lines(5))
    while stream.waiting:
        stream.flush()
    assert b"".join(received) == b"".join(line.text for line in lines(5))


def test_a_descriptor_that_is_closed_is_given_up():
    reader, writer = os.pipe()
    os.close(reader)
    os.close(writer)
    stream = LogStream(writer)
    stream.write(lines(1))
    assert stream.broken


def test_a_file_is_written_as_it_is(tmp_path):
    with (tmp_path / "log").open("wb") as file:
        file.write(b"before\n")
        file.flush()
        stream = LogStream(file.fileno())
        stream.write(lines(2))
        stream.close()
    assert (tmp_path / "log").read_bytes() == b"before\n" + b"".join(line.text for line in lines(2))


def test_a_reader_that_is_gone_is_given_up(pipe):
    reader, writer = os.pipe()
    stream = LogStream(writer)
    os.close(reader)
    for _ in range(2):
        stream.write(lines(1))
        assert stream.broken
        assert not stream.waiting
    stream.close()
    os.close(writer)


def test_a_pipe_without_a_reader_from_the_start_is_given_up():
    reader, writer = os.pipe()
    os.close(reader)
    stream = LogStream(writer)
    stream.write(lines(1))
    assert stream.broken
    stream.close()
    os.close(writer)


PROGRAM = """
import logging, time
from sklearn_runtime.server import log_stream, logs
logs.configure(20)
started = time.monotonic()
for number in range(2000):
    logging.warning("line %d", number)
print(time.monotonic() - started < 30, flush=True)
log_stream.standard_stream(2).flush(60)
"""


def test_a_process_whose_log_is_not_read_goes_on():
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"True\n"
    received = [json.loads(line)["message"] for line in process.stderr]
    assert process.wait() == 0
    process.stdout.close()
    process.stderr.close()
    assert received == [f"line {number}" for number in range(len(received))]
    assert len(received) == 2000


def test_a_standard_stream_is_one_a_process():
    assert standard_stream(1) is standard_stream(1)
