"""What a parquet file stands for, rows and bytes, read from its own metadata before anything is unpacked.

pyarrow takes the size of a page from the page itself: a file of a kilobyte may hold one that unpacks to two gigabytes.
Names and numbers of fields are those of parquet-format's parquet.thrift.
"""

from __future__ import annotations

import re
import struct
from typing import Any, FrozenSet, Iterator, List, NamedTuple, Tuple

from sklearn_runtime.codecs.thrift import Struct, read_struct
from sklearn_runtime.errors import MalformedBody, shown

__all__ = ["FileSizes", "read_file_sizes"]

MAGIC = b"PAR1"

MAX_FOOTER_BYTES = 1 << 20
"""Of the metadata at the end of a file: about 150 a column and row group."""

MAX_PAGES = 100_000
"""Of one body; a page usually holds a megabyte."""

_REWRITE = "write the file anew, for example with pandas.DataFrame.to_parquet"

_FILE_ROW_GROUPS, _FILE_CREATED_BY = 4, 6
_GROUP_COLUMNS, _GROUP_ROWS = 1, 3
_CHUNK_METADATA, _CHUNK_BYTES, _CHUNK_DATA_PAGE, _CHUNK_DICTIONARY_PAGE = 3, 7, 9, 11
_PAGE_KIND, _PAGE_UNPACKED_BYTES, _PAGE_PACKED_BYTES = 1, 2, 3
_PAGE_DATA, _PAGE_DATA_ENCODING = 5, 2
_PAGE_DATA_V2, _PAGE_DATA_V2_ENCODING = 8, 4

_DICTIONARY_PAGE = 2
_DELTA_BYTE_ARRAY = 7

# These have chunks that are longer than they say, so that pyarrow reads on behind them (PARQUET-816).
_LONGER_CHUNKS = re.compile(rb"parquet-mr(?! version (?:1\.(?:[3-9]|\d\d)|[2-9]))", re.IGNORECASE)


class FileSizes(NamedTuple):
    """What a file stands for.

    Attributes
    ----------
    rows : int
    unpacked_bytes : int
        Of all pages; what pyarrow allocates for them, or fails.
    dictionaries : frozenset of int
        Places of the columns that have a dictionary, so that a few bytes may stand for a long text.
    """

    rows: int
    unpacked_bytes: int
    dictionaries: FrozenSet[int]


def read_file_sizes(body: bytes) -> FileSizes:
    """Add up the rows of all row groups and the bytes of all pages.

    Raises
    ------
    MalformedBody
        Not parquet; a page outside of the file, or encoded so that its size says nothing.
    """
    footer = _footer(body)
    if _LONGER_CHUNKS.match(_get(footer, _FILE_CREATED_BY, bytes)):
        raise MalformedBody(f"the file was written by parquet-mr before 1.3: {_REWRITE}")
    rows = unpacked = pages = 0
    dictionaries = set()
    for group in _structs(footer, _FILE_ROW_GROUPS):
        group_rows = _get(group, _GROUP_ROWS, int)
        if group_rows < 0:
            raise MalformedBody("the file has a row group of less than no rows")
        rows += group_rows
        for place, chunk in enumerate(_structs(group, _GROUP_COLUMNS)):
            for kind, size in _pages(body, _get(chunk, _CHUNK_METADATA, dict)):
                if kind == _DICTIONARY_PAGE:
                    dictionaries.add(place)
                unpacked += size
                pages += 1
                if pages > MAX_PAGES:
                    raise MalformedBody(f"the file has more than {MAX_PAGES} pages: {_REWRITE}")
    return FileSizes(rows, unpacked, frozenset(dictionaries))


def _footer(body: bytes) -> Struct:
    if len(body) < 12 or not body.startswith(MAGIC) or not body.endswith(MAGIC):
        raise MalformedBody(f"the body is not parquet: it starts with {shown(body[:4])}, or its end was cut off")
    (length,) = struct.unpack("<I", body[-8:-4])
    if length > MAX_FOOTER_BYTES:
        raise MalformedBody(f"the file has {length} bytes of metadata, at most {MAX_FOOTER_BYTES} are read: {_REWRITE}")
    if length > len(body) - 12:
        raise MalformedBody("the file has metadata that cannot be read: it was cut off")
    return read_struct(body[-8 - length : -8], 0)[0]


def _pages(body: bytes, chunk: Struct) -> Iterator[Tuple[int, int]]:
    """Kind and unpacked bytes of each page of a column chunk."""
    at, end = _span(chunk)
    if not 0 < at <= end <= len(body):
        raise MalformedBody("the file has a column that lies outside of it: it was cut off")
    while at < end:
        page, at = read_struct(body, at)
        # A value of this encoding repeats the start of the one before it at the cost of a byte.
        if _DELTA_BYTE_ARRAY in (
            _get(page, _PAGE_DATA, dict).get(_PAGE_DATA_ENCODING),
            _get(page, _PAGE_DATA_V2, dict).get(_PAGE_DATA_V2_ENCODING),
        ):
            raise MalformedBody(f"the file has a page in the encoding DELTA_BYTE_ARRAY, which is not read: {_REWRITE}")
        unpacked, packed = _get(page, _PAGE_UNPACKED_BYTES, int), _get(page, _PAGE_PACKED_BYTES, int)
        if unpacked < 0 or packed < 0:
            raise MalformedBody("the file has a page of less than no bytes")
        yield _get(page, _PAGE_KIND, int), unpacked
        at += packed


def _span(chunk: Struct) -> Tuple[int, int]:
    """Where a column chunk starts and ends, as pyarrow takes it."""
    start, dictionary = _get(chunk, _CHUNK_DATA_PAGE, int), _get(chunk, _CHUNK_DICTIONARY_PAGE, int)
    if 0 < dictionary < start:
        start = dictionary
    return start, start + _get(chunk, _CHUNK_BYTES, int)


def _get(fields: Struct, number: int, kind: Any) -> Any:
    """A field, or what an absent one stands for."""
    value = fields.get(number, kind())
    if not isinstance(value, kind):
        raise MalformedBody("the file has metadata that cannot be read")
    return value


def _structs(fields: Struct, number: int) -> List[Struct]:
    items: List[Struct] = _get(fields, number, list)
    if not all(isinstance(item, dict) for item in items):
        raise MalformedBody("the file has metadata that cannot be read")
    return items
