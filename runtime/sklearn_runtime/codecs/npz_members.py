"""The arrays of an npz file, a zip of NPY files, read without pickle and with a bound on what they unpack to."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Dict

from sklearn_runtime.codecs.expansion import check_expansion
from sklearn_runtime.codecs.npy import decode_npy
from sklearn_runtime.errors import MalformedBody, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["REMEDY", "read_members"]

MAX_DIRECTORY_BYTES = 4096
"""Of the zip's table of contents: save_npz writes at most seven members, of less than 100 bytes each."""

REMEDY = "send fewer rows at once, or do not compress: scipy.sparse.save_npz(file, matrix, compressed=False)"

_SEND = "send what scipy.sparse.save_npz writes"
_SUFFIX = ".npy"
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_ZIP64_LOCATOR_MAGIC = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for a file that is broken, encrypted or of another version."""


def read_members(body: bytes) -> "Dict[str, NDArray[Any]]":
    """Read every array of an npz file.

    Parameters
    ----------
    body : bytes

    Returns
    -------
    dict
        Arrays by name, without the suffix ``.npy``.

    Raises
    ------
    PayloadTooLarge
        The members unpack to more than `expansion.allowed_bytes`.
    MalformedBody
        Not npz, or a member that is not NPY.
    """
    if not body:
        raise MalformedBody(f"the body is empty: {_SEND}")
    _check_directory(body)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            check_expansion(len(body), sum(info.file_size for info in members), REMEDY)
            contents = {info.filename: _content(archive, info) for info in members}
    except _ZIP_ERRORS as error:
        raise MalformedBody(f"the body is not npz: {error}; {_SEND}") from None
    if len(contents) != len(members) or not all(name.endswith(_SUFFIX) for name in contents):
        raise MalformedBody(f"the npz holds {', '.join(shown(info.filename) for info in members)}: {_SEND}")
    return {name[: -len(_SUFFIX)]: _array(name, content) for name, content in contents.items()}


def _check_directory(body: bytes) -> None:
    """Bound the table of contents before zipfile makes an object of each entry."""
    size = _END_OF_DIRECTORY.size
    end = body[-size:]
    if len(end) < size or end[:4] != _END_MAGIC:
        raise MalformedBody(
            f"the body is not npz: it starts with {shown(body[:4])}, and does not end as a zip file does; {_SEND}"
        )
    *_, directory_bytes, _start, _comment = _END_OF_DIRECTORY.unpack(end)
    if directory_bytes > MAX_DIRECTORY_BYTES or body[-size - _ZIP64_LOCATOR_BYTES :].startswith(_ZIP64_LOCATOR_MAGIC):
        raise MalformedBody(f"the npz holds more members than a sparse matrix has: {_SEND}")


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise MalformedBody(
            f"the npz member {shown(info.filename)} is compressed by another method than deflate: {_SEND}"
        )
    with archive.open(info) as member:
        # Not more than was declared, whatever the stream holds; at its end the check sum is compared.
        content = member.read(info.file_size)
    if len(content) != info.file_size:
        raise MalformedBody(f"the npz member {shown(info.filename)} was cut off")
    return content


def _array(name: str, content: bytes) -> "NDArray[Any]":
    try:
        return decode_npy(content)
    except MalformedBody as error:
        raise MalformedBody(f"the npz member {shown(name)} cannot be read: {error.message}") from None
