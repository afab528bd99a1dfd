"""The arrays of an npz file: a file that is none, and one that unpacks to more than memory holds."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest

from sklearn_runtime.codecs.npy import encode_npy
from sklearn_runtime.codecs.npz_members import read_members
from sklearn_runtime.errors import MalformedBody, PayloadTooLarge


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def test_the_arrays_are_read_by_name():
    arrays = read_members(zipped([("a.npy", encode_npy([1])), ("b.npy", encode_npy([2.5]))]))
    assert {name: array.tolist() for name, array in arrays.items()} == {"a": [1], "b": [2.5]}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty: send what scipy.sparse.save_npz writes"),
        (b"PK", "the body is not npz: it starts with b'PK'"),
        (b"[[1, 2], [3, 4], [5, 6], [7, 8]]", "does not end as a zip file does"),
        (zipped([("a.npy", encode_npy([1]))])[:-1], "does not end as a zip file does"),
        (zipped([("a.txt", b"1")]), "the npz holds 'a.txt': send"),
        (zipped([("a.npy", b"")]), "the npz member 'a.npy' cannot be read: the body is empty"),
        (zipped([("a.npy", b"1")]), "the npz member 'a.npy' cannot be read: the body is not NPY"),
        (zipped([("a.npy", encode_npy([1]))], zipfile.ZIP_BZIP2), "'a.npy' is compressed by another method"),
        (zipped([("a.npy", encode_npy([1]))], zipfile.ZIP_LZMA), "'a.npy' is compressed by another method"),
        (zipped([(f"{name}.npy", b"") for name in range(100)]), "more members than a sparse matrix has"),
    ],
)
def test_what_is_no_npz_is_named(body, message):
    with pytest.raises(MalformedBody, match=message):
        read_members(body)


def test_two_members_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        body = zipped([("a.npy", encode_npy([1])), ("a.npy", encode_npy([2]))])
    with pytest.raises(MalformedBody, match=r"the npz holds 'a\.npy', 'a\.npy'"):
        read_members(body)


def test_a_directory_of_the_64_bit_form_is_refused():
    body = zipped([("a.npy", encode_npy([1]))])
    with pytest.raises(MalformedBody, match="more members than a sparse matrix has"):
        read_members(body[:-22] + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1) + body[-22:])


def test_a_member_that_is_encrypted_or_changed_is_refused():
    body = zipped([("a.npy", encode_npy([1]))])
    directory = body.index(b"PK\x01\x02")
    with pytest.raises(MalformedBody, match=r"the body is not npz: .*encrypted"):
        read_members(body[: directory + 8] + b"\x01" + body[directory + 9 :])
    with pytest.raises(MalformedBody, match="the body is not npz: Bad CRC-32"):
        read_members(body[: directory + 16] + b"1234" + body[directory + 20 :])


def test_a_bomb_is_refused_before_it_is_unpacked():
    content = encode_npy(np.zeros(20 << 20))
    body = zipped([("a.npy", content)])
    assert len(body) < len(content) / 500
    with pytest.raises(PayloadTooLarge, match=f"{len(content)} bytes in memory, .*compressed=False"):
        read_members(body)


def test_a_bomb_that_declares_few_bytes_is_read_no_further():
    body = zipped([("a.npy", bytes(80 << 20))])
    directory = body.index(b"PK\x01\x02")
    sizes = struct.pack("<L", zlib.crc32(bytes(100))), struct.pack("<L", 100)
    local = body[:14] + sizes[0] + body[18:22] + sizes[1] + body[26:directory]
    central = bytearray(body[directory:])
    central[16:20], central[24:28] = sizes
    with pytest.raises(MalformedBody, match=r"'a\.npy' cannot be read"):
        read_members(local + bytes(central))


def test_a_member_shorter_than_declared_is_refused():
    body = bytearray(zipped([("a.npy", encode_npy([1]))]))
    directory = body.index(b"PK\x01\x02")
    body[directory + 24 : directory + 28] = struct.pack("<L", 5000)
    with pytest.raises(MalformedBody):
        read_members(bytes(body))
