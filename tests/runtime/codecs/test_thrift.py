"""Thrift's compact protocol: structures that were written by hand, and bytes of any kind."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_runtime.codecs.thrift import read_struct
from sklearn_runtime.errors import MalformedBody

STOP = b"\x00"


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (STOP, {}),
        (b"\x15\x08" + STOP, {1: 4}),
        (b"\x16\x07" + STOP, {1: -4}),
        (b"\x14\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" + STOP, {1: -(2**63)}),
        (b"\x05\x28\x02" + STOP, {20: 1}),
        (b"\x11\x12\x13\x07\x17" + b"8" * 8 + b"\x15\x02" + STOP, {5: 1}),
        (b"\x18\x02hi" + STOP, {1: b"hi"}),
        (b"\x2c\x15\x02" + STOP + STOP, {2: {1: 1}}),
        (b"\x19\x25\x02\x04" + STOP, {1: [1, 2]}),
        (b"\x19\x28\x01a\x01b" + STOP, {1: [b"a", b"b"]}),
        (b"\x1a\x1c\x15\x02" + STOP + STOP, {1: [{1: 1}]}),
        (b"\x19\xf5\x10" + b"\x02" * 16 + STOP, {1: [1] * 16}),
        (b"\x19\x21\x01\x02\x15\x02" + STOP, {1: [], 2: 1}),
    ],
)
def test_a_structure_is_read_by_the_numbers_of_its_fields(data, fields):
    assert read_struct(b"..." + data + b"...", 3) == (fields, 3 + len(data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it was cut off"),
        (b"\x15", "it was cut off"),
        (b"\x18\x7fhi", "it was cut off"),
        (b"\x19\xf5\x7f", "it was cut off"),
        (b"\x15" + b"\xff" * 11 + STOP, "cannot be read"),
        (b"\x1b\x00" + STOP, "cannot be read"),
        (b"\x1c" * 20, "nested too deeply"),
        (b"\x1c" + b"\x19" * 50, "nested too deeply|cannot be read|cut off"),
    ],
)
def test_what_is_no_structure_is_refused(data, message):
    with pytest.raises(MalformedBody, match=message):
        read_struct(data, 0)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(MalformedBody):
        assert read_struct(data, 0)[1] <= len(data) + 8
