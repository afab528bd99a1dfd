"""Copies model data in S3 under a key that holds its digest, after reading it once: ``python -m constructs_lib copy``.

SageMaker reads by key, at every start of an instance: a key whose content never changes is what makes scaling out and
rolling back safe.
"""

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
from constructs_lib.model_files import is_model_file
from constructs_lib.sklearn_version import find_sklearn_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class CopyFailed(Exception):  # noqa: N818  named for what happened
    """Model data could not be copied; the text says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class CopiedModelData:
    """Model data under a key of its own.

    Attributes
    ----------
    uri
        ``s3://`` address of the copy.
    sha256
        Digest of the model's files, as `ModelData.sha256` of the same files.
    sklearn_version
        What the model was fitted with; None where it does not say.
    was_there
        Whether an earlier copy was found, and nothing was written.
    """

    uri: str
    sha256: str
    sklearn_version: str | None
    was_there: bool

    def __str__(self) -> str:
        """Return the line that an app takes it with."""
        version = "" if self.sklearn_version is None else f', sklearn_version="{self.sklearn_version}"'
        return f'ModelData.from_s3("{self.uri}", sha256="{self.sha256}"{version})'


def copy_model_data(
    uri: str,
    *,
    to: str | None = None,
    encryption_key: str | None = None,
    region: str | None = None,
    profile: str | None = None,
) -> CopiedModelData:
    """Read model data once, for its digest and its scikit-learn version, and have S3 copy it under the digest.

    The content passes through, whatever its size; of a model file that has to be searched, there is a copy on the disk
    for as long. S3 copies what was read, or refuses.

    Parameters
    ----------
    uri
        ``s3://bucket/key`` of a model.tar.gz, or ``s3://bucket/prefix/`` of uncompressed files.
    to
        ``s3://`` address, ending in ``/``, that the copy goes below, in the endpoint's region; default: beside the
        original.
    encryption_key
        ARN or id of the KMS key for the copy; default: the bucket's.
    region, profile
        As for the AWS command line; default: those that are set.

    Raises
    ------
    CopyFailed
        boto3 or credentials are missing, there is nothing, it may not be read or written, it is no archive, or it
        changed meanwhile.
    """
    try:
        import boto3
        import botocore.exceptions
    except ModuleNotFoundError:
        raise CopyFailed("copying needs boto3; pip install 'sagemaker-sklearn-cdk[client]'") from None
    source = _location(uri)
    target = source.parent if to is None else _location(to)
    if target.key and not target.key.endswith("/"):
        raise CopyFailed(f"--to {to!r} does not end in '/'; give the address that the copy goes below")
    if source.key.endswith("/") and target.bucket == source.bucket and target.key.startswith(source.key):
        raise CopyFailed(f"--to {to!r} lies below {uri!r}, and would be part of the next copy; give another address")
    try:
        s3 = boto3.Session(profile_name=profile, region_name=region).client("s3")
        copy = _Copy(s3, source)
        sha256, version = copy.read()
        written = copy.write(f"{target.key}{sha256}/{source.name}", target.bucket, encryption_key)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in {"412", "PreconditionFailed"}:
            raise CopyFailed(f"{uri} changed while it was read; run the command again") from None
        raise CopyFailed(f"{uri} could not be copied: {error}") from None
    except botocore.exceptions.BotoCoreError as error:
        raise CopyFailed(f"{uri} could not be copied: {error}") from None
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CopyFailed(
            f"{uri} is not a whole model.tar.gz ({error}); pack it with 'tar czf model.tar.gz', or give the prefix of "
            "uncompressed files, ending in '/'"
        ) from None
    copied = f"s3://{target.bucket}/{target.key}{sha256}/{source.name}"
    return CopiedModelData(uri=copied, sha256=sha256, sklearn_version=version, was_there=not written)


@dataclass(frozen=True)
class _Location:
    bucket: str
    key: str

    @property
    def name(self) -> str:
        """The last part, with the slash of a prefix."""
        return PurePosixPath(self.key).name + ("/" if self.key.endswith("/") else "")

    @property
    def parent(self) -> _Location:
        return _Location(self.bucket, self.key.removesuffix(self.name))


class _Copy:
    def __init__(self, s3: Any, source: _Location) -> None:
        self._s3 = s3
        self._source = source
        self._objects = list(self._found())
        if not self._objects:
            raise CopyFailed(f"there is no object below s3://{source.bucket}/{source.key}; correct the prefix")
        self._progress = _Progress(sum(item["Size"] for item in self._objects))

    def read(self) -> tuple[str, str | None]:
        """Give the digest of the model's files, and what they were fitted with."""
        sums: dict[str, str] = {}
        versions = []
        with tempfile.TemporaryDirectory(prefix="sagemaker-sklearn-cdk-") as folder:
            for name, content in self._files():
                wanted = is_model_file(name) and "/" not in name
                # Of a name that is there twice, what is unpacked last stays.
                sums[name] = _sum(content, Path(folder, "model") if wanted else None)
                if wanted:
                    versions.append(find_sklearn_version(Path(folder, "model")))
        self._progress.end()
        if not sums:
            raise CopyFailed(
                f"s3://{self._source.bucket}/{self._source.key} holds no file of a model; correct the address"
            )
        return digest_of_sums(sums.items()), next((version for version in versions if version), None)

    def write(self, key: str, bucket: str, encryption_key: str | None) -> bool:
        """Copy what was read; say whether anything had to be."""
        extra = {} if encryption_key is None else {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": encryption_key}
        written = False
        for item in self._objects:
            target = key + item["Key"].removeprefix(self._source.key)
            # Its key holds the digest: what lies there is the same, and may be in use.
            if self._is_there(bucket, target):
                continue
            origin = {"Bucket": self._source.bucket, "Key": item["Key"]}
            # What was read, or nothing.
            self._s3.copy(origin, bucket, target, ExtraArgs={"CopySourceIfMatch": item["ETag"], **extra})
            written = True
        return written

    def _found(self) -> Iterator[Mapping[str, Any]]:
        bucket, key = self._source.bucket, self._source.key
        if not key.endswith("/"):
            head = self._s3.head_object(Bucket=bucket, Key=key)
            yield {"Key": key, "Size": head["ContentLength"], "ETag": head["ETag"]}
            return
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
            yield from (item for item in page.get("Contents", ()) if not item["Key"].endswith("/"))

    def _files(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Yield name and content of each file that counts for the digest."""
        for item in self._objects:
            answer = self._s3.get_object(Bucket=self._source.bucket, Key=item["Key"], IfMatch=item["ETag"])
            with answer["Body"] as body:
                content = _Counting(body, self._progress.add)
                if self._source.key.endswith("/"):
                    name = item["Key"].removeprefix(self._source.key)
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
                            raise CopyFailed(
                                f"s3://{self._source.bucket}/{item['Key']} has {name!r}, which is a link or lies "
                                "outside of the archive; pack the files themselves"
                            )
                        stream = archive.extractfile(member) if member.isfile() and is_counted(name) else None
                        if stream is not None:
                            yield name, stream
                    while unzipped.read(_BLOCK_BYTES):
                        pass

    def _is_there(self, bucket: str, key: str) -> bool:
        import botocore.exceptions

        try:
            self._s3.head_object(Bucket=bucket, Key=key)
        except botocore.exceptions.ClientError as error:
            # Without the right to list, S3 does not say that there is nothing.
            if error.response["Error"]["Code"] in {"403", "404", "NoSuchKey"}:
                return False
            raise
        return True


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


def _location(uri: str) -> _Location:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket:
        raise CopyFailed(f"{uri!r} is not an address in S3; give 's3://bucket/model.tar.gz' or 's3://bucket/prefix/'")
    return _Location(bucket, key)


_BLOCK_BYTES = 1 << 20
