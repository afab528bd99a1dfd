"""The request reader gives the same requests however the bytes are split, and refuses what is ambiguous."""

import doctest

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sklearn_runtime import http_request as module
from sklearn_runtime.http_request import Continue, ProtocolError, Request, RequestReader

MAX_HEADER, MAX_BODY = 512, 1000


def read(pieces):
    """All events of a stream that comes in these pieces, and the status of its refusal."""
    reader = RequestReader(MAX_HEADER, MAX_BODY)
    events = []
    try:
        for piece in pieces:
            reader.feed(piece)
            while True:
                event = reader.next_event()
                if event is None:
                    break
                events.append(event)
    except ProtocolError as refusal:
        return events, (refusal.status, str(refusal)), None
    return events, None, reader.phase


def read_one(data):
    events, refusal, phase = read([data])
    assert (refusal, phase, len(events)) == (None, "idle", 1)
    return events[0]


def status_of(data):
    _, refusal, phase = read([data])
    assert refusal is not None, f"taken, and now in {phase}"
    return refusal[0]


GET = b"GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /invocations?x=1 HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: 5\r\n\r\n1,2\r\n"
CHUNKED = b"POST /invocations HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAMS = [
    GET,
    POST,
    GET * 5 + POST * 2,
    b"\r\n" + GET,
    b"GET /ping HTTP/1.0\r\n\r\n",
    b"GET /ping HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + GET,
    CHUNKED + b"5\r\n1,2\r\n\r\n0\r\n\r\n" + GET,
    CHUNKED + b'3;name=value\r\nabc\r\n0A \t; x="y"\r\n0123456789\r\n000\r\nTrailer: 1\r\nOther: 2\r\n\r\n' + POST,
    CHUNKED + b"1\r\na\r\n" * 100 + b"0\r\n\r\n",
    CHUNKED + b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n",
    CHUNKED + b"3e8\r\n" + b"x" * 1000 + b"\r\n1\r\n",
    CHUNKED + b"0\r\nBad Trailer: 1\r\n\r\n",
    CHUNKED + b"0\r\nA: " + b"x" * 600 + b"\r\n\r\n",
    CHUNKED + b"0\r\nA: 1\nB: 2\r\n\r\n",
    CHUNKED + b"5\r\nabcdefg\r\n",
    CHUNKED + b"g\r\n",
    CHUNKED + b"5" + b";" * 300,
    CHUNKED + b"5\n",
    CHUNKED + b"5\rx",
    b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab" + GET,
    b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n",
    b"GET / HTTP/1.1\nHost: a\n\n",
    b"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: " + b"x" * 600,
    b"GET / HTTP/1.1\r\nA: " + b"x" * 600 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"x" * 478 + b"\r",
    b"\r\n\r\n",
    b"\r\n\r\nGET",
    GET + b"nonsense\r\n\r\n" + GET,
]


@pytest.mark.parametrize("stream", STREAMS)
def test_one_byte_at_a_time_gives_what_the_whole_gives(stream):
    assert read([stream[i : i + 1] for i in range(len(stream))]) == read([stream])


@given(st.lists(st.sampled_from(STREAMS), min_size=1, max_size=3), st.lists(st.integers(0, 4000), max_size=12))
def test_any_split_gives_what_the_whole_gives(streams, cuts):
    stream = b"".join(streams)
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    assert read([stream[a:b] for a, b in zip(edges, edges[1:])]) == read([stream])


NOISE = st.lists(
    st.sampled_from(
        [b"\r", b"\n", b"\r\n", b" ", b":", b"0", b"5", b"a", b";", b"\0", GET, CHUNKED, b"Host: a\r\n", b"x" * 90]
    ),
    max_size=14,
).map(b"".join)


@given(st.sampled_from([b"", GET, CHUNKED, b"GET / HTTP/1.1\r\n"]), NOISE, st.lists(st.integers(0, 4000), max_size=12))
@example(b"", b"\r\n", [1])
def test_noise_is_understood_the_same_however_it_is_split(start, noise, cuts):
    stream = start + noise
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    assert read([stream[a:b] for a, b in zip(edges, edges[1:])]) == read([stream])


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=8))
def test_a_chunked_and_a_sized_body_hold_the_same_bytes(chunks):
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    whole = b"".join(chunks)
    sized = b"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(whole), whole)
    assert read_one(CHUNKED + framed + b"0\r\n\r\n").body == read_one(sized).body == whole


def test_a_request_carries_method_path_headers_and_body():
    request = read_one(POST)
    assert (request.head.method, request.head.path, request.body) == ("POST", "/invocations", b"1,2\r\n")
    assert request.head.headers == {"host": "a", "content-type": "text/csv", "content-length": "5"}
    assert request.head.keep_alive


def test_a_repeated_field_is_one_list():
    head = read_one(b"GET / HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\nACCEPT:\tapplication/json \r\n\r\n").head
    assert head.headers["accept"] == "text/csv, application/json"


def test_an_absolute_target_is_its_path():
    assert read_one(b"GET http://a:80/ping?x HTTP/1.1\r\nHost: a\r\n\r\n").head.path == "/ping"
    assert read_one(b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").head.path == "/"
    assert read_one(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").head.path == "*"


@pytest.mark.parametrize(
    ("head", "keep_alive"),
    [
        (b"HTTP/1.1\r\nHost: a", True),
        (b"HTTP/1.1\r\nHost: a\r\nConnection: close", False),
        (b"HTTP/1.1\r\nHost: a\r\nConnection: x, Close", False),
        (b"HTTP/1.0", False),
        (b"HTTP/1.0\r\nConnection: keep-alive", True),
    ],
)
def test_the_connection_is_kept_as_version_and_header_say(head, keep_alive):
    assert read_one(b"GET /ping " + head + b"\r\n\r\n").head.keep_alive is keep_alive


def test_a_client_that_waits_is_told_to_continue_before_its_body():
    events, refusal, _ = read([b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"])
    assert refusal is None
    assert [type(event) for event in events] == [Continue, Request]


def test_the_phase_tells_where_the_stream_stands():
    reader = RequestReader(MAX_HEADER, MAX_BODY)
    phases = [reader.phase]
    for piece in (POST[:10], POST[10:-2], POST[-2:]):
        reader.feed(piece)
        event = reader.next_event()
        phases.append(reader.phase)
    assert phases == ["idle", "head", "body", "idle"]
    assert isinstance(event, Request)
    assert event.body == b"1,2\r\n"


def header(*lines):
    return b"\r\n".join((b"POST /invocations HTTP/1.1", b"Host: a", *lines)) + b"\r\n\r\n"


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
        (400, b"\x16\x03\x01\x02\x00\n"),
        (505, b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        (505, b"GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        (417, header(b"Expect: more", b"Content-Length: 1")),
        (413, header(b"Content-Length: 1001")),
        (413, CHUNKED + b"3e9\r\n"),
        (413, CHUNKED + b"fffffffffffffff\r\n"),
        (431, header(b"A: " + b"x" * MAX_HEADER)),
        (431, CHUNKED + b"0\r\nA: " + b"x" * MAX_HEADER),
        (400, CHUNKED + b"0x5\r\n"),
        (400, CHUNKED + b" 5\r\n"),
        (400, CHUNKED + b"5 \r\n"),
        (400, CHUNKED + b"-5\r\n"),
        (400, CHUNKED + b"\r\n"),
        (400, CHUNKED + b"1" * 16 + b"\r\n"),
        (400, CHUNKED + b"1;\x00\r\n"),
        (400, CHUNKED + b"1\r\nab\r\n"),
        (400, CHUNKED + b"1\r\na\n"),
        (400, CHUNKED + b"1\r\na0\r\n"),
        (400, CHUNKED + b"0\r\n folded\r\n\r\n"),
    ],
)
def test_a_malformed_or_ambiguous_request_is_refused(status, data):
    assert status_of(data) == status


def test_a_header_just_within_the_limit_is_taken():
    filler = b"x" * (MAX_HEADER - len(header(b"A: ")))
    assert read_one(header(b"A: " + filler)).head.headers["a"] == filler.decode()
    assert status_of(header(b"A: x" + filler)) == 431


def test_the_memory_of_heads_is_bounded_and_never_mixes_them():
    for number in range(3 * module._HEADS_MOST):
        assert read_one(header(b"X-Number: %d" % number)).head.headers["x-number"] == str(number)
    assert len(module._HEADS) <= module._HEADS_MOST
    long = RequestReader(10_000, MAX_BODY)
    long.feed(header(b"A: " + b"y" * 5000))
    assert isinstance(long.next_event(), Request)
    assert max(map(len, module._HEADS)) <= module._HEADS_LONGEST


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
