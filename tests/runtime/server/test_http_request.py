"""The request reader gives the same requests however the bytes are split, and refuses what is ambiguous."""

import doctest

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sklearn_runtime.server import http_request as module
from sklearn_runtime.server.http_head import ProtocolError
from sklearn_runtime.server.http_request import Continue, Request, RequestReader

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


def compared(pieces):
    """What `read` gives, in a form that can be compared."""
    events, refusal, phase = read(pieces)
    plain = [
        (event.head.method, event.head.path, event.head.headers, event.body) if event else "100" for event in events
    ]
    return plain, refusal, phase


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
    assert compared([stream[i : i + 1] for i in range(len(stream))]) == compared([stream])


@given(st.lists(st.sampled_from(STREAMS), min_size=1, max_size=3), st.lists(st.integers(0, 4000), max_size=12))
def test_any_split_gives_what_the_whole_gives(streams, cuts):
    stream = b"".join(streams)
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    assert compared([stream[a:b] for a, b in zip(edges, edges[1:])]) == compared([stream])


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
    assert compared([stream[a:b] for a, b in zip(edges, edges[1:])]) == compared([stream])


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
        (400, header(b"Name : 1")),
        (400, b"\r\n\r\n"),
        (400, b"\x16\x03\x01\x02\x00\n"),
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


@pytest.mark.parametrize(("length", "kind"), [(10, bytes), (65536, bytes), (65537, bytearray)])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_long_body_is_not_copied_into_bytes(length, kind, chunked):
    body = b"x" * length
    framing = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" if chunked else b"Content-Length: %d\r\n\r\n%b"
    reader = RequestReader(MAX_HEADER, 2 * length)
    stream = b"POST / HTTP/1.1\r\nHost: a\r\n" + framing % (length, body)
    events = []
    for start in range(0, len(stream), 1000):
        reader.feed(memoryview(stream)[start : start + 1000])
        events.append(reader.next_event())
    request = events[-1]
    assert events[:-1] == [None] * (len(events) - 1)
    assert isinstance(request, Request)
    assert (type(request.body), request.body) == (bytes if len(events) == 1 else kind, body)


def test_a_body_takes_no_more_memory_than_has_come():
    reader = RequestReader(MAX_HEADER, 10**9)
    reader.feed(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 1000)
    assert reader.next_event() is None
    reader.feed(b"x" * 1000)
    assert len(reader._body) == 2000


def test_a_header_just_within_the_limit_is_taken():
    filler = b"x" * (MAX_HEADER - len(header(b"A: ")))
    assert read_one(header(b"A: " + filler)).head.headers["a"] == filler.decode()
    assert status_of(header(b"A: x" + filler)) == 431


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
