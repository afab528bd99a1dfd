"""A body in parts over a real socket: each part by itself, and an end that cannot be mistaken."""

import http.client
import os
import socket
import threading

import pytest

from tests.runtime.serving_process import HOST, post, read_all, read_response, serving

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.fixture(scope="module")
def server():
    with serving(SCRIPT_MAY_BLOCK="true") as server:
        yield server


@pytest.fixture
def gate(tmp_path):
    """A named pipe that the second part waits for: opening it for writing waits until it is being made."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


def read_until(client, end):
    received = b""
    while not received.endswith(end):
        piece = client.recv(65536)
        assert piece, received
        received += piece
    return received


@pytest.mark.parametrize(("number", "chunks"), [(0, b""), (2, b"2\r\n0 \r\n2\r\n1 \r\n")])
def test_each_part_is_a_chunk_and_the_connection_is_kept(server, number, chunks):
    with server.connect() as client:
        for _ in range(2):
            client.sendall(post(b"numbers %d" % number))
            received = read_until(client, b"\r\n0\r\n\r\n")
            head, _, body = received.partition(b"\r\n\r\n")
            assert head.startswith(HEAD + b"Transfer-Encoding: chunked\r\nDate: ")
            assert body == chunks + b"0\r\n\r\n"
        client.sendall(post(b"plain"))
        assert read_response(client)[2] == b"plain"


def test_the_next_request_is_answered_after_the_last_part(server):
    with server.connect() as client:
        client.sendall(post(b"numbers 3") + post(b"plain"))
        received = read_until(client, b"plain")
    assert received.index(b"0\r\n\r\n") < received.index(b"Content-Length: 5")


def test_a_client_that_closes_gets_all_parts_before(server):
    received = server.exchange(post(b"numbers 2", b"Connection: close"))
    assert b"Connection: close\r\n" in received
    assert received.endswith(b"2\r\n1 \r\n0\r\n\r\n")


def test_a_client_of_http_1_0_gets_no_chunks(server):
    request = b"POST /invocations HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 9\r\n\r\nnumbers 2"
    head, _, body = server.exchange(request).partition(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in head
    assert b"Connection: close" in head
    assert body == b"0 1 "


def test_a_part_is_sent_before_the_next_is_made_and_others_are_answered_between(server, gate):
    with server.connect() as client:
        client.sendall(post(b"gated %b" % os.fsencode(gate)))
        read_until(client, b"6\r\nfirst \r\n")
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1)
        client.setblocking(True)
        gate.write_bytes(b"second")
        read_until(client, b"6\r\nsecond\r\n0\r\n\r\n")


def test_a_slow_client_holds_nobody_up_and_no_part_is_made_for_it():
    with serving(SCRIPT_MAY_BLOCK="true") as server:
        with server.connect() as client:
            client.sendall(post(b"endless 1000000"))
            assert client.recv(10) == b"HTTP/1.1 2"
            # The hooks have one thread.
            assert server.invoke(b"thread")[0] == 200
        [line] = server.wait_for(lambda line: "closed after" in str(line["message"]))
        assert int(str(line["message"]).split()[2]) < 50


def test_a_client_that_takes_nothing_is_cut_off():
    with serving(SCRIPT_MAY_BLOCK="true", SKLEARN_RUNTIME_WRITE_TIMEOUT="0.2") as server, server.connect() as client:
        client.sendall(post(b"endless 1000000"))
        server.wait_for(lambda line: "closed after" in str(line["message"]))


def test_a_client_that_leaves_stops_the_hook(server):
    before = len([line for line in server.stderr if "closed after" in str(line["message"])])
    with server.connect() as client:
        client.sendall(post(b"endless 10"))
        assert client.recv(10) == b"HTTP/1.1 2"
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    server.wait_for(lambda line: "closed after" in str(line["message"]), count=before + 1)


def test_a_client_that_has_left_before_the_first_part_stops_the_hook_too(server, gate):
    before = len([line for line in server.stderr if "closed after" in str(line["message"])])
    with server.connect() as blocker, server.connect() as client:
        blocker.sendall(post(b"wait %b" % os.fsencode(gate)))
        writer = threading.Thread(target=gate.write_bytes, args=(b"done",))
        client.sendall(post(b"endless 10"))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
        writer.start()
        assert read_response(blocker)[2] == b"done"
        writer.join()
    server.wait_for(lambda line: "closed after" in str(line["message"]), count=before + 1)


def test_what_the_parts_came_from_is_closed_at_the_end(server):
    assert server.invoke(b"lines one two")[::2] == (200, b"onetwo")
    server.wait_for(lambda line: line["message"] == "the lines are closed")


def test_a_hook_that_fails_leaves_no_whole_answer(server):
    client = server.http()
    client.request("POST", "/invocations", b"failing secret-free")
    response = client.getresponse()
    assert response.status == 200
    with pytest.raises(http.client.IncompleteRead) as error:
        response.read()
    client.close()
    assert error.value.partial == b"first "
    [line] = server.wait_for(lambda line: "broke off after 6 bytes" in str(line["message"]))
    assert "RuntimeError: secret-free" in str(line)


def test_a_client_of_http_1_0_is_reset_by_a_hook_that_fails(server):
    request = b"POST /invocations HTTP/1.0\r\n" + HOST + b"Content-Length: 9\r\n\r\nfailing x"
    with server.connect() as client:
        client.sendall(request)
        with pytest.raises(ConnectionResetError):
            read_all(client)


def test_the_log_has_the_bytes_of_all_parts(server):
    with server.connect() as client:
        client.sendall(post(b"numbers 7"))
        read_until(client, b"0\r\n\r\n")
    server.wait_for(lambda line: line.get("response_bytes") == 14, "stdout")


def test_a_stream_is_given_to_its_end_after_sigterm(gate):
    with serving(SCRIPT_MAY_BLOCK="true") as server, server.connect() as client:
        client.sendall(post(b"gated %b" % os.fsencode(gate)))
        read_until(client, b"6\r\nfirst \r\n")
        server.process.terminate()
        while server.accepts():
            pass
        gate.write_bytes(b"second")
        assert read_all(client).endswith(b"6\r\nsecond\r\n0\r\n\r\n")
        assert server.wait() == 0
