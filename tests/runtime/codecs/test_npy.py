"""NPY: exact both ways, and nothing of a body is ever unpickled."""

from __future__ import annotations

import contextlib
import io
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sklearn_runtime.codecs import encode
from sklearn_runtime.codecs.npy import decode_npy, encode_npy
from sklearn_runtime.content_types import NPY
from sklearn_runtime.errors import MalformedBody, NotAcceptable

ARRAYS = hnp.arrays(
    dtype=st.one_of(
        hnp.floating_dtypes(endianness="?"),
        hnp.integer_dtypes(endianness="?"),
        hnp.unsigned_integer_dtypes(endianness="?"),
        hnp.boolean_dtypes(),
        hnp.unicode_string_dtypes(endianness="?", min_len=1, max_len=5),
        hnp.byte_string_dtypes(min_len=1, max_len=5),
        hnp.complex_number_dtypes(endianness="?"),
        hnp.datetime64_dtypes(),
    ),
    shape=hnp.array_shapes(min_dims=0, min_side=0, max_dims=3, max_side=5),
)


def saved(array, version=None):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version, allow_pickle=True)
    return stream.getvalue()


def with_header(text: bytes, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


@given(
    ARRAYS,
    st.sampled_from([(1, 0), (2, 0), (3, 0)]),
    st.booleans(),
    st.sampled_from([bytes, bytearray, memoryview, lambda body: memoryview(bytearray(body))]),
)
def test_what_numpy_saves_is_read_bit_for_bit(array, version, fortran, kind):
    sent = np.asfortranarray(array) if fortran and array.ndim else array
    read = decode_npy(kind(saved(sent, version)))
    assert read.shape == array.shape
    assert read.dtype == array.dtype.newbyteorder("=")
    assert read.dtype.isnative
    assert read.flags.writeable
    assert read.flags.aligned
    assert read.tobytes() == array.astype(array.dtype.newbyteorder("=")).tobytes()


def test_an_array_lies_in_the_memory_of_a_bytearray():
    body = bytearray(saved(np.array([[1.0, 2.0]])))
    read = decode_npy(body)
    read[0, 1] = 3.0
    assert decode_npy(body).tolist() == [[1.0, 3.0]]


@pytest.mark.parametrize("kind", [bytes, memoryview])
def test_an_array_of_any_other_body_is_a_copy(kind):
    body = saved(np.array([[1.0, 2.0]]))
    read = decode_npy(kind(body))
    read[0, 1] = 3.0
    assert body == saved(np.array([[1.0, 2.0]]))


def test_a_bytearray_that_was_cut_at_its_front_gives_whole_words():
    body = bytearray(b"HTTP " + saved(np.arange(12.0).reshape(3, 4, order="F")))
    del body[:5]
    read = decode_npy(body)
    assert read.flags.aligned
    assert read.flags.f_contiguous
    np.testing.assert_array_equal(read, np.arange(12.0).reshape(3, 4, order="F"))


@given(ARRAYS, st.booleans())
def test_what_is_written_is_read_by_numpy_without_pickle(array, fortran):
    sent = np.asfortranarray(array) if fortran and array.ndim else array
    read = np.load(io.BytesIO(encode_npy(sent)), allow_pickle=False)
    assert read.shape == array.shape
    assert read.astype(array.dtype).tobytes() == array.tobytes()


@given(ARRAYS.filter(lambda array: array.dtype.isnative))
def test_native_arrays_are_written_as_numpy_saves_them(array):
    stream = io.BytesIO()
    np.save(stream, array)
    assert encode_npy(array) == stream.getvalue()


def test_a_slice_is_written_like_its_copy():
    array = np.arange(24.0).reshape(4, 6)[::2, 1::2]
    assert encode_npy(array) == encode_npy(array.copy())


def test_string_labels_in_an_object_array_are_written_as_text():
    read = np.load(io.BytesIO(encode_npy(np.array(["yes", "no"], dtype=object))), allow_pickle=False)
    assert read.dtype == np.dtype("<U3")
    assert read.tolist() == ["yes", "no"]


@pytest.mark.parametrize(
    "value", [np.array([1, None, "a"], dtype=object), {"a": 1}, np.zeros(2, dtype=[("a", int)]), [[1, 2], [3]]]
)
def test_what_could_only_be_pickled_is_not_acceptable(value):
    with pytest.raises(NotAcceptable, match="accept application/json"):
        encode_npy(value)


class Exploit:
    unpickled = False

    def __reduce__(self):
        return (setattr, (Exploit, "unpickled", True))


def test_a_pickle_in_the_body_is_refused_from_the_header_and_never_run():
    body = saved(np.array([Exploit()], dtype=object))
    with pytest.raises(MalformedBody, match="nothing is unpickled from a request"):
        decode_npy(body)
    assert not Exploit.unpickled
    pickle.loads(pickle.dumps(Exploit()))
    assert Exploit.unpickled, "the exploit itself must work for the test to mean anything"


FLOAT = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty"),
        (b"[[1.0]]", r"it starts with b'\[\[1.0\]\]'"),
        (b"\x93NUMPY", "the body is not NPY"),
        (b"\x93NUMPY\x01\x00\x10", "ends within the NPY header"),
        (b"\x93NUMPY\x04\x00\x10\x00", "NPY version 4.0 is not supported"),
        (b"\x93NUMPY\x02\x00\x10\x00", "ends within the NPY header"),
        (b"\x93NUMPY\x02\x00" + struct.pack("<I", 100) + FLOAT, "ends within the NPY header"),
        (b"\x93NUMPX\x01\x00\x10\x00", "the body is not NPY"),
        (b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31), "the NPY header has 2147483648 bytes"),
        (with_header(FLOAT)[:-1], "ends within the NPY header"),
        (with_header(FLOAT, b"\0" * 7), "has 8 bytes, the body holds 7 after the header: it was cut off"),
        (with_header(FLOAT, b"\0" * 9), "has trailing bytes"),
        (with_header(b"{'descr': "), "header cannot be read"),
        (with_header(b"\xff"), "header cannot be read"),
        (with_header(b"(" * 5000), "header cannot be read"),
        (with_header(b"__import__('os').getcwd()"), "header cannot be read"),
        (with_header(b"{[]: 1}"), "header cannot be read"),
        (with_header(FLOAT.replace(b"(1,)", b"(0, %d)" % 10**4000)), "has shape"),
        (with_header(b"[1]"), "not exactly descr, fortran_order and shape"),
        (with_header(b"{'descr': '<f8', 'shape': (1,)}"), "not exactly descr, fortran_order and shape"),
        (with_header(FLOAT.replace(b"(1,)", b"(-1,)")), "has shape"),
        (with_header(FLOAT.replace(b"(1,)", b"(True,)")), "has shape"),
        (with_header(FLOAT.replace(b"(1,)", b"[1]")), "has shape"),
        (with_header(FLOAT.replace(b"(1,)", b"(" + b"1," * 33 + b")")), "has shape"),
        (with_header(FLOAT.replace(b"False", b"0")), "fortran_order 0"),
        (with_header(FLOAT.replace(b"(1,)", b"(0, %d)" % 2**62)), "is not possible"),
        (with_header(FLOAT.replace(b"'<f8'", b"'<x9'")), "not a plain one"),
        (with_header(FLOAT.replace(b"'<f8'", b"[('a', '<f8')]")), "not a plain one"),
        (with_header(FLOAT.replace(b"'<f8'", b"[('a', '|O')]")), "not a plain one"),
        (with_header(FLOAT.replace(b"'<f8'", b"'|V8'")), "not a plain one"),
        (with_header(FLOAT.replace(b"'<f8'", b"'<U0'")), "not a plain one"),
        (with_header(FLOAT.replace(b"'<f8'", b"'(2,)f8'")), "not a plain one"),
        (with_header(FLOAT.replace(b"'<f8'", b"'O,O'")), "not a plain one|pickled"),
    ],
)
def test_a_body_that_is_not_exactly_an_array_is_refused(body, message):
    with pytest.raises(MalformedBody, match=message):
        decode_npy(body)


@given(st.binary(max_size=200), st.sampled_from([bytes, lambda data: b"\x93NUMPY\x01\x00" + data, with_header]))
def test_any_bytes_are_read_or_refused(data, wrap):
    with contextlib.suppress(MalformedBody):
        decode_npy(wrap(data))


def test_an_answer_is_written_row_by_row():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    body = encode(array, NPY)
    assert body == encode_npy(np.ascontiguousarray(array))
    assert body != encode_npy(array)
    assert decode_npy(body).tolist() == array.tolist()
