"""Rows out of bytes that come in pieces of any size."""

import doctest
import io

import numpy as np
import pytest

from endpoint_client import EndpointUnreachable, UnreadableResponse
from endpoint_client.transport import streamed_rows
from endpoint_client.transport.streamed_rows import rows_reader
from sklearn_runtime import codecs

ARRAYS = [
    np.arange(20),
    np.linspace(0, 1, 30).reshape(10, 3),
    np.arange(24.0, dtype=np.float32).reshape(2, 3, 4),
    np.array(["no", "perhaps", "yes"]),
    np.array([True, False]),
    np.asfortranarray(np.linspace(0, 1, 30).reshape(10, 3)),
    np.zeros((5, 0)),
    np.zeros(0),
]


def read(body, content_type, size):
    reader = rows_reader(content_type)
    given = [reader.feed(body[start : start + size]) for start in range(0, len(body), size)]
    return [rows for rows in [*given, reader.finish()] if rows is not None]


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
@pytest.mark.parametrize("array", ARRAYS)
def test_npy_in_pieces(array, size):
    pieces = read(codecs.encode_npy(array), "application/x-npy", size)
    if len(array):
        np.testing.assert_array_equal(np.concatenate(pieces), array)
    assert {piece.dtype for piece in pieces} <= {array.dtype}
    assert all(piece.flags.writeable for piece in pieces if piece.size)


def test_rows_are_given_as_soon_as_they_are_whole():
    array = np.arange(12.0).reshape(4, 3)
    body = codecs.encode_npy(array)
    reader = rows_reader("application/x-npy")
    given = [reader.feed(piece) for piece in (body[: -3 * 24], body[-3 * 24 : -25], body[-25:])]
    assert [np.array(rows).tolist() for rows in given] == [[[0, 1, 2]], [[3, 4, 5]], [[6, 7, 8], [9, 10, 11]]]
    assert reader.finish() is None


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_json_lines_in_pieces(size):
    pieces = read(b"[0.5, 1]\n[0.25, 2]\n\n[1, 3]", "application/x-ndjson; charset=utf-8", size)
    np.testing.assert_array_equal(np.concatenate(pieces), [[0.5, 1], [0.25, 2], [1, 3]])


@pytest.mark.parametrize(("content_type", "body"), [("text/csv", b"1\n0\n"), ("application/json", b"[1, 0]")])
def test_all_else_comes_at_the_end(content_type, body):
    (array,) = read(body, content_type, 1)
    assert array.tolist() == [1, 0]


@pytest.mark.parametrize("left", [1, 8, 100, 159])
def test_npy_that_breaks_off(left):
    body = codecs.encode_npy(np.arange(20.0))[:-left]
    with pytest.raises(EndpointUnreachable, match=f"broke off {left} bytes before its end"):
        read(body, "application/x-npy", 50)


def test_npy_that_goes_on_behind_its_end():
    with pytest.raises(UnreadableResponse, match="has 3 bytes behind its last row"):
        read(codecs.encode_npy(np.arange(20.0)) + b"abc", "application/x-npy", 50)


def test_nothing_is_unpickled():
    stream = io.BytesIO()
    np.save(stream, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(UnreadableResponse):
        read(stream.getvalue(), "application/x-npy", 50)


def test_what_is_no_array():
    with pytest.raises(UnreadableResponse):
        read(b"no array", "application/x-npy", 3)


@pytest.mark.parametrize("body", [b"", b"\x93NUM", b"\x93NUMPY\x01\x00"])
def test_a_header_that_breaks_off(body):
    with pytest.raises(EndpointUnreachable, match=f"broke off after {len(body)} bytes of its header"):
        read(body, "application/x-npy", 3)


def npy(header: bytes, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def test_rows_have_this_machines_byte_order():
    stream = io.BytesIO()
    np.save(stream, np.arange(20, dtype=">i4"))
    pieces = read(stream.getvalue(), "application/x-npy", 50)
    assert {piece.dtype for piece in pieces} == {np.dtype("=i4")}
    assert np.concatenate(pieces).tolist() == list(range(20))


@pytest.mark.parametrize("shape", ["(1000000000000000,)", "(4, 4294967296, 4294967296)", "(2, 9223372036854775807)"])
def test_a_claim_of_more_than_comes_takes_no_memory(shape):
    body = npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': %s, }\n" % shape.encode(), bytes(80))
    with pytest.raises(EndpointUnreachable, match="broke off"):
        read(body, "application/x-npy", 50)


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (2",
        b"{'descr': '<f8'\n  }\n }",
        b"{[]: 1}",
        b"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }",
    ],
)
def test_a_header_that_says_nothing_sensible(header):
    with pytest.raises(UnreadableResponse):
        read(npy(header, bytes(16)), "application/x-npy", 50)


def test_empty_lines_are_no_rows():
    pieces = read(b"\r\n[0.5, 1]\r\n\n\n[0.25, 2]\n\n", "application/jsonlines", 1)
    np.testing.assert_array_equal(np.concatenate(pieces), [[0.5, 1], [0.25, 2]])


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(streamed_rows).failed == 0
