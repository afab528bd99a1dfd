"""A head is read strictly: what two readers could understand differently is refused."""

import doctest

import pytest

from sklearn_runtime.server import http_head as module
from sklearn_runtime.server.http_head import ProtocolError, read_head


def read(data):
    """The head of a request that is given with the empty line after it."""
    assert data.endswith(b"\r\n\r\n")
    return read_head(data[:-4])


def header(*lines):
    return b"\r\n".join((b"POST /invocations HTTP/1.1", b"Host: a", *lines)) + b"\r\n\r\n"


def test_a_repeated_field_is_one_list():
    head = read(b"GET / HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\nACCEPT:\tapplication/json \r\n\r\n")
    assert head.headers["accept"] == "text/csv, application/json"


def test_an_absolute_target_is_its_path():
    assert read(b"GET http://a:80/ping?x HTTP/1.1\r\nHost: a\r\n\r\n").path == "/ping"
    assert read(b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").path == "/"
    assert read(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").path == "*"


def test_an_empty_line_before_the_request_line_is_let_pass():
    assert read(b"\r\nGET /ping HTTP/1.0\r\n\r\n").path == "/ping"


@pytest.mark.parametrize(
    ("lines", "keep_alive"),
    [
        (b"HTTP/1.1\r\nHost: a", True),
        (b"HTTP/1.1\r\nHost: a\r\nConnection: close", False),
        (b"HTTP/1.1\r\nHost: a\r\nConnection: x, Close", False),
        (b"HTTP/1.0", False),
        (b"HTTP/1.0\r\nConnection: keep-alive", True),
    ],
)
def test_the_connection_is_kept_as_version_and_header_say(lines, keep_alive):
    assert read(b"GET /ping " + lines + b"\r\n\r\n").keep_alive is keep_alive


@pytest.mark.parametrize(
    ("lines", "body_bytes", "waits"),
    [
        ((), 0, False),
        ((b"Content-Length: 12",), 12, False),
        ((b"Transfer-Encoding: Chunked",), None, False),
        ((b"Content-Length: 12", b"Expect: 100-Continue"), 12, True),
        ((b"Content-Length: 0", b"Expect: 100-continue"), 0, False),
    ],
)
def test_a_head_says_how_its_body_comes(lines, body_bytes, waits):
    head = read(header(*lines))
    assert (head.body_bytes, head.expects_continue) == (body_bytes, waits)


@pytest.mark.parametrize(
    ("status", "data"),
    [
        (400, header(b"Content-Length: 1", b"Transfer-Encoding: chunked")),
        (400, header(b"Content-Length: 1", b"Content-Length: 1")),
        (400, header(b"Content-Length: 1, 1")),
        (400, header(b"Content-Length: +1")),
        (400, header(b"Content-Length: -1")),
        (400, header(b"Content-Length: 0x1")),
        (400, header(b"Content-Length: 1_0")),
        (400, header(b"Content-Length:")),
        (400, header(b"Content-Length: \xb2")),
        (400, header(b"Content-Length: " + b"9" * 19)),
        (400, header(b"Transfer-Encoding: chunked, chunked")),
        (400, header(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked")),
        (501, header(b"Transfer-Encoding: gzip, chunked")),
        (501, header(b"Transfer-Encoding: identity")),
        (501, header(b"Transfer-Encoding: xchunked")),
        (501, header(b"Transfer-Encoding:")),
        (400, b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (400, header(b" folded: 1")),
        (400, header(b"A: 1", b"\tfolded")),
        (400, header(b"Name : 1")),
        (400, header(b": 1")),
        (400, header(b"no colon")),
        (400, header(b"N\xe4me: 1")),
        (400, header(b"A: \x00")),
        (400, header(b"A: \x7f")),
        (400, header(b"A: 1\rB: 2")),
        (400, header(b"A: 1\nB: 2")),
        (400, header(b"Host: b")),
        (400, b"GET / HTTP/1.1\r\n\r\n"),
        (400, b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        (400, b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        (400, b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"),
        (400, b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        (400, b"G@T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, b"GET ping HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, b"GET /\r\n\r\n"),
        (400, b"\r\n\r\n"),
        (505, b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        (505, b"GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        (417, header(b"Expect: more", b"Content-Length: 1")),
    ],
)
def test_a_malformed_or_ambiguous_head_is_refused(status, data):
    with pytest.raises(ProtocolError) as refusal:
        read(data)
    assert refusal.value.status == status


def test_the_memory_of_heads_is_bounded_and_never_mixes_them():
    for number in range(3 * module._HEADS_MOST):
        assert read(header(b"X-Number: %d" % number)).headers["x-number"] == str(number)
    assert len(module._HEADS) <= module._HEADS_MOST
    head = read(header(b"A: 1"))
    assert read(header(b"A: 1")) is head
    read(header(b"A: " + b"y" * 5000))
    assert max(map(len, module._HEADS)) <= module._HEADS_LONGEST


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
