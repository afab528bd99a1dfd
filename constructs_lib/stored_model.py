"""Model data that lies in S3, read once: for the digest of its files, and for what they were fitted with."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sys
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from constructs_lib.digest import digest_of_sums, file_digest, is_counted
from constructs_lib.sklearn_version import find_sklearn_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class UnreadableModel(Exception):  # noqa: N818  named for what happened
    """Model data could not be read; the text says why, and what to do."""


@dataclass(frozen=True)
class Address:
    """An object, or a prefix, which ends in ``/``.

    Example
    -------
    >>> str(Address.parse("s3://models/churn/model.tar.gz").parent)
    's3://models/churn/'
    """

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> Address:
        """Read ``s3://bucket/key``.

        Raises
        ------
        UnreadableModel
            It is none.
        """
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        if not uri.startswith("s3://") or not bucket:
            raise UnreadableModel(
                f"{uri!r} is not an address in S3; give 's3://bucket/model.tar.gz' or 's3://bucket/prefix/'"
            )
        return cls(bucket, key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        """The last part, with the slash of a prefix."""
        return PurePosixPath(self.key).name + ("/" if self.key.endswith("/") else "")

    @property
    def parent(self) -> Address:
        """The prefix that it lies below."""
        return Address(self.bucket, self.key.removesuffix(self.name))


class StoredModel:
    """A model.tar.gz, or the uncompressed files below a prefix.

    The content passes through, whatever its size; of a file that is searched for a version, there is a copy on the disk
    for as long.

    Attributes
    ----------
    address
        Of the archive, or of the prefix.
    objects
        Key, Size and ETag of each object, as they were when this was made: nothing else is read.

    Raises
    ------
    UnreadableModel
        There is nothing.
    botocore.exceptions.ClientError
        S3 refuses.
    """

    def __init__(self, s3: Any, address: Address) -> None:
        self._s3 = s3
        self.address = address
        self.objects: list[Mapping[str, Any]] = list(self._found())
        if not self.objects:
            raise UnreadableModel(f"there is no object below {address}; correct the prefix")
        self._progress = _Progress(sum(item["Size"] for item in self.objects))

    def read(self) -> tuple[str, str | None]:
        """Give the digest of the model's files, and the scikit-learn version in the first of them that says one.

        Raises
        ------
        UnreadableModel
            It is no whole archive, has links or no file, or changed meanwhile.
        botocore.exceptions.ClientError
            S3 refuses.
        """
        import botocore.exceptions

        try:
            return self._read()
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in {"412", "PreconditionFailed"}:
                raise UnreadableModel(f"{self.address} changed while it was read; run the command again") from None
            raise
        except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableModel(
                f"{self.address} is not a whole model.tar.gz ({error}); pack it with 'tar czf model.tar.gz', or give "
                "the prefix of uncompressed files, ending in '/'"
            ) from None

    def _read(self) -> tuple[str, str | None]:
        sums: dict[str, str] = {}
        version = None
        with tempfile.TemporaryDirectory(prefix="sagemaker-sklearn-cdk-") as folder:
            spool = Path(folder, "file")
            for name, content in self._files():
                # Of a name that is there twice, what is unpacked last stays.
                sums[name] = _sum(content, spool if version is None else None)
                version = version or find_sklearn_version(spool)
        self._progress.end()
        if not sums:
            raise UnreadableModel(f"{self.address} holds no file of a model; correct the address")
        return digest_of_sums(sums.items()), version

    def _found(self) -> Iterator[Mapping[str, Any]]:
        bucket, key = self.address.bucket, self.address.key
        if not key.endswith("/"):
            head = self._s3.head_object(Bucket=bucket, Key=key)
            yield {"Key": key, "Size": head["ContentLength"], "ETag": head["ETag"]}
            return
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
            yield from (item for item in page.get("Contents", ()) if not item["Key"].endswith("/"))

    def _files(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Yield name and content of each file that counts for the digest."""
        for item in self.objects:
            answer = self._s3.get_object(Bucket=self.address.bucket, Key=item["Key"], IfMatch=item["ETag"])
            with answer["Body"] as body:
                content = _Counting(body, self._progress.add)
                if self.address.key.endswith("/"):
                    name = item["Key"].removeprefix(self.address.key)
                    if is_counted(name):
                        yield name, content  # type: ignore[misc]
                    continue
                # tarfile's own "r|gz" takes one of several gzip members for the whole, and checks no CRC.
                with (
                    gzip.GzipFile(fileobj=content) as unzipped,  # type: ignore[call-overload]
                    tarfile.open(fileobj=unzipped, mode="r|") as archive,
                ):
                    for member in archive:
                        name = str(PurePosixPath(member.name))
                        if member.islnk() or member.issym() or ".." in PurePosixPath(name).parts:
                            raise UnreadableModel(
                                f"{self.address} has {name!r}, which is a link or lies outside of the archive; pack "
                                "the files themselves"
                            )
                        stream = archive.extractfile(member) if member.isfile() and is_counted(name) else None
                        if stream is not None:
                            yield name, stream
                    while unzipped.read(_BLOCK_BYTES):
                        pass


class _Counting:
    """Reads on, and tells how much."""

    def __init__(self, stream: Any, told: Callable[[int], None]) -> None:
        self._stream = stream
        self._told = told

    def read(self, size: int = -1) -> bytes:
        block: bytes = self._stream.read(size if size >= 0 else None)
        self._told(len(block))
        return block


class _Progress:
    """Says on the standard error stream, where that is a terminal, how much was read."""

    def __init__(self, total: int) -> None:
        self._total = max(total, 1)
        self._done = 0
        self._shown = -1

    def add(self, count: int) -> None:
        self._done += count
        percent = 100 * self._done // self._total
        if percent > self._shown and sys.stderr.isatty():
            self._shown = percent
            print(f"\rread {self._done:,} of {self._total:,} bytes, {percent}%", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._shown >= 0:
            print(file=sys.stderr)


def _sum(content: IO[bytes], spool: Path | None) -> str:
    if spool is not None:
        with spool.open("wb") as file:
            shutil.copyfileobj(content, file, _BLOCK_BYTES)
        return file_digest(spool)
    digest = hashlib.sha256()
    while block := content.read(_BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()


_BLOCK_BYTES = 1 << 20
