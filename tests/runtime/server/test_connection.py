"""One connection over a real socket: order, limits, deadlines, and what is refused."""

import json
import os
import socket
import threading

import pytest

from tests.runtime.serving_process import HOST, PING, post, read_all, read_response, serving


@pytest.fixture(scope="module")
def server():
    with serving(SCRIPT_PARAMETERS="true", SKLEARN_RUNTIME_MAX_BODY_BYTES="20000000") as server:
        yield server


@pytest.fixture(scope="module")
def threaded():
    with serving(SCRIPT_MAY_BLOCK="true") as server:
        yield server


@pytest.fixture
def gate(tmp_path):
    """A named pipe that the model waits for: opening it for writing waits until the request runs."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/ping", 200, None),
        ("HEAD", "/ping", 200, None),
        ("POST", "/ping", 405, "GET, HEAD"),
        ("POST", "/invocations", 200, None),
        ("POST", "/invocations?a=b", 200, None),
        ("GET", "/invocations", 405, "POST"),
        ("OPTIONS", "/invocations", 405, "POST"),
        ("GET", "/execution-parameters", 200, None),
        ("HEAD", "/execution-parameters", 200, None),
        ("PUT", "/execution-parameters", 405, "GET, HEAD"),
        ("GET", "/", 404, None),
        ("GET", "/ping/", 404, None),
    ],
)
def test_each_route_answers_its_methods_and_no_others(server, method, path, status, allow):
    client = server.http()
    client.request(method, path, b"1,2" if method == "POST" else None)
    response = client.getresponse()
    assert (response.status, response.headers["Allow"]) == (status, allow)
    assert response.headers["Date"].endswith(" GMT")
    body = response.read()
    client.close()
    if status >= 400:
        assert set(json.loads(body)["error"]) == {"type", "message", "row", "column"}
    if method == "HEAD":
        assert body == b""
        assert int(response.headers["Content-Length"]) == (0 if path == "/ping" else 32)


def test_headers_reach_the_model(server):
    _, _, body = server.invoke(
        b"headers",
        Content_Type="text/csv",
        Accept="application/json",
        X_Amzn_SageMaker_Custom_Attributes="method=predict_proba",
    )
    assert body == b"('text/csv', 'application/json', 'method=predict_proba')"


def test_many_requests_share_one_connection(server):
    with server.connect() as client:
        for number in range(20):
            client.sendall(post(b"%d" % number))
            status, headers, body = read_response(client)
            assert (status, body) == (200, b"%d" % number)
            assert "connection" not in headers


def test_pipelined_requests_are_answered_in_order(server):
    with server.connect() as client:
        client.sendall(b"".join(post(b"%d" % number) for number in range(50)) + PING)
        assert [read_response(client)[2] for _ in range(51)] == [*(b"%d" % number for number in range(50)), b""]


def test_a_pipelined_request_waits_for_a_slow_one_before_it(threaded, gate):
    with threaded.connect() as client:
        client.sendall(post(b"wait %b" % os.fsencode(gate)) + post(b"second") + PING)
        with gate.open("w") as pipe:
            pipe.write("first")
        assert [read_response(client)[2] for _ in range(3)] == [b"first", b"second", b""]


def test_a_chunked_body_is_whole(server):
    chunks = b"3\r\n1,2\r\n2\r\n,3\r\n0\r\nTrailer: 1\r\n\r\n"
    with server.connect() as client:
        client.sendall(b"POST /invocations HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        for i in range(len(chunks)):
            client.sendall(chunks[i : i + 1])
        assert read_response(client)[2] == b"1,2,3"


def test_a_client_that_expects_100_continue_gets_it_before_it_sends_the_body(server):
    with server.connect() as client:
        client.sendall(post(b"abc", b"Expect: 100-continue")[:-3])
        assert read_response(client)[0] == 100
        client.sendall(b"abc")
        assert read_response(client)[::2] == (200, b"abc")


def test_http_1_0_closes_unless_asked_to_keep_the_connection(server):
    assert b"\r\nConnection: close\r\n" in server.exchange(b"GET /ping HTTP/1.0\r\n\r\n")
    with server.connect() as client:
        for _ in range(2):
            client.sendall(b"GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert read_response(client)[1]["connection"] == "keep-alive"


def test_the_connection_is_closed_when_the_client_asks(server):
    answer = server.exchange(post(b"a", b"Connection: close") + post(b"b"))
    assert answer.endswith(b"\r\n\r\na")
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize(
    ("status", "data"),
    [
        (b"400", b"GET /ping HTTP/1.1\r\n\r\n"),
        (b"400", post(b"a", b"Transfer-Encoding: chunked")),
        (b"400", post(b"a", b"Folded: 1", b" 2")),
        (b"400", b"GET /ping HTTP/1.1\n"),
        (b"413", post(b"x" * 20_000_001)),
        (b"431", b"GET /ping HTTP/1.1\r\nA: " + b"x" * 20_000),
        (b"501", b"POST /invocations HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n"),
    ],
)
def test_a_refused_request_is_answered_and_the_connection_closed(server, status, data):
    answer = server.exchange(data + PING)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert answer.count(b"HTTP/1.1") == 1
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["type"] == "ProtocolError"


def test_a_large_body_and_a_large_response_are_whole(server):
    body = os.urandom(5_000_000)
    assert server.invoke(body)[::2] == (200, body)


def test_a_client_that_has_sent_all_and_closed_its_side_is_answered(server, threaded, gate):
    for one in (server, threaded):
        with one.connect() as client:
            client.sendall(post(b"a") + post(b"b"))
            client.shutdown(socket.SHUT_WR)
            assert read_all(client).count(b"HTTP/1.1 200 OK") == 2
    with threaded.connect() as client:
        client.sendall(post(b"wait %b" % os.fsencode(gate)))
        client.shutdown(socket.SHUT_WR)
        with gate.open("w") as pipe:
            pipe.write("late")
        assert read_all(client).endswith(b"late")
    with server.connect() as client:
        client.sendall(post(b"size 20000000"))
        client.shutdown(socket.SHUT_WR)
        assert len(read_all(client)) > 20_000_000


def test_a_client_that_leaves_within_a_request_costs_nothing(server, threaded, gate):
    with server.connect() as client:
        client.sendall(post(b"abc")[:-1])
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b""
    client = threaded.connect()
    client.sendall(post(b"wait %b" % os.fsencode(gate)) + post(b"never asked"))
    # Close with a reset: the server must not wait for anything.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    with gate.open("w") as pipe:
        client.close()
        pipe.write("nobody reads this")
    assert threaded.invoke(b"still here")[::2] == (200, b"still here")


def test_the_model_s_failure_is_a_json_error(server):
    for command, kind, message in (
        (b"raise", "RuntimeError", "invoke raised"),
        (b"exit", "SystemExit", "the hook left"),
    ):
        status, _, body = server.invoke(command)
        assert status == 500
        assert json.loads(body)["error"] == {"type": kind, "message": message, "row": None, "column": None}


def test_a_content_type_cannot_carry_a_header(server):
    status, headers, body = server.invoke(b"type a\r\nX-Injected: 1")
    assert (status, headers["X-Injected"]) == (500, None)
    assert json.loads(body)["error"]["type"] == "InvalidContentType"


def test_no_response_waits_for_an_acknowledgement(server):
    with server.connect() as client:
        client.sendall(post(b"nodelay"))
        options = json.loads(read_response(client)[2])
    assert options
    assert all(options)


def test_a_slow_header_and_a_slow_body_are_answered_with_408():
    with serving(SKLEARN_RUNTIME_HEADER_TIMEOUT="0.1", SKLEARN_RUNTIME_BODY_TIMEOUT="0.1") as server:
        for start, part in ((b"GET /ping HTTP/1.1\r\nHo", "header"), (post(b"abc")[:-1], "body")):
            answer = server.exchange(start)
            assert answer.startswith(b"HTTP/1.1 408 Request Timeout")
            assert (
                json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"] == f"the {part} did not come in time"
            )


def test_each_request_has_a_deadline_of_its_own():
    timeouts = {"SKLEARN_RUNTIME_HEADER_TIMEOUT": "1", "SKLEARN_RUNTIME_KEEP_ALIVE_TIMEOUT": "30"}
    with serving(**timeouts) as server, server.connect() as client:
        for _ in range(4):
            client.sendall(PING[:10])
            client.sendall(PING[10:])
            assert read_response(client)[0] == 200
        client.sendall(PING + PING[:10])
        assert read_response(client)[0] == 200
        assert read_response(client)[0] == 408


def test_an_idle_connection_is_closed_without_a_word():
    with serving(SKLEARN_RUNTIME_KEEP_ALIVE_TIMEOUT="0.1") as server:
        assert server.exchange(b"") == b""
        answer = server.exchange(PING)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"408" not in answer


def test_a_client_that_does_not_read_is_cut_off_and_its_place_is_free_again():
    with serving(SKLEARN_RUNTIME_WRITE_TIMEOUT="0.1", SKLEARN_RUNTIME_MAX_CONNECTIONS="1") as server:
        client = server.connect()
        client.sendall(post(b"size 50000000"))
        # Served only when the first has been cut off.
        assert server.invoke(b"next")[::2] == (200, b"next")
        assert len(read_all(client)) < 50_000_000
        client.close()


def test_connections_beyond_the_limit_wait_for_their_turn():
    with serving(SKLEARN_RUNTIME_MAX_CONNECTIONS="1") as server:
        first = server.connect()
        first.sendall(PING)
        assert read_response(first)[0] == 200
        with server.connect() as second:
            second.sendall(PING)
            answers: list[int] = []
            reader = threading.Thread(target=lambda: answers.append(read_response(second)[0]))
            reader.start()
            first.sendall(PING)
            assert read_response(first)[0] == 200
            assert answers == []
            first.close()
            reader.join(30)
            assert answers == [200]


def write_without_end(client):
    while True:
        client.sendall(PING * 100)


def test_a_client_that_ignores_the_close_is_closed_all_the_same(server):
    with server.connect() as client:
        client.sendall(b"GET /ping HTTP/1.0\r\n\r\n")
        assert read_response(client)[0] == 200
        assert client.recv(1) == b""
        # Writing goes on without an error until the server's patience ends and it resets the connection.
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            write_without_end(client)
