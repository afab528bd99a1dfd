"""An object as records, and records as the requests that a container gets.

Rules: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html (BatchStrategy,
MaxPayloadInMB) and API_TransformInput.html there (SplitType, CompressionType).
"""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, NamedTuple

from local_sagemaker.transform.transform_failures import ClientFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MEGABYTE = 1024 * 1024


class Batch(NamedTuple):
    """Records that go to a container in one request.

    Attributes
    ----------
    first
        Number of the first in its object, from 1.
    records
        Each without its line end.
    """

    first: int
    records: list[bytes]

    @property
    def where(self) -> str:
        """Which they are, for people."""
        last = self.first + len(self.records) - 1
        return f"record {self.first}" if last == self.first else f"records {self.first} to {last}"


def split(content: bytes, *, split_type: str, compression: str) -> list[bytes]:
    """Give the records of an object.

    Parameters
    ----------
    content
        Of the object.
    split_type
        ``None``: the object is one record; ``Line``: each line, and a last one without a line end, is one.
    compression
        ``None`` or ``Gzip``.

    Raises
    ------
    ClientFailure
        It is not what `compression` says.
    """
    if compression == "Gzip":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise ClientFailure(f"the object is no gzip file, as CompressionType says ({error})") from None
    if split_type != "Line":
        return [content]
    lines = content.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def batches(records: Iterable[bytes], *, several: bool, most_bytes: int) -> Iterator[Batch]:
    """Put records into requests.

    Parameters
    ----------
    records
        In their order.
    several
        As many as fit into each request, or one (MultiRecord, SingleRecord).
    most_bytes
        Of a request; 0 for no limit.

    Raises
    ------
    ClientFailure
        A record is larger than that.

    Example
    -------
    >>> [batch.records for batch in batches([b"1", b"2", b"3"], several=True, most_bytes=4)]
    [[b'1', b'2'], [b'3']]
    """
    first, size = 1, 0
    held: list[bytes] = []
    for number, record in enumerate(records, 1):
        if most_bytes and len(record) > most_bytes:
            raise ClientFailure(
                f"record {number} has {len(record):,} bytes, and MaxPayloadInMB allows {most_bytes:,}: make the record "
                "smaller, or allow more (100 MB at most, times MaxConcurrentTransforms)"
            )
        # Each is sent with a line end.
        if held and (not several or (most_bytes and size + len(record) + 1 > most_bytes)):
            yield Batch(first, held)
            first, size, held = number, 0, []
        held.append(record)
        size += len(record) + 1
    if held:
        yield Batch(first, held)
