"""Copies model data in S3 under a key that holds its digest, after reading it once: ``python -m constructs_lib copy``.

SageMaker reads by key, at every start of an instance: a key whose content never changes is what makes scaling out and
rolling back safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from constructs_lib.stored_model import Address, StoredModel, UnreadableModel


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
    try:
        source = Address.parse(uri)
        target = source.parent if to is None else Address.parse(to)
        if target.key and not target.key.endswith("/"):
            raise CopyFailed(f"--to {to!r} does not end in '/'; give the address that the copy goes below")
        if source.key.endswith("/") and target.bucket == source.bucket and target.key.startswith(source.key):
            raise CopyFailed(
                f"--to {to!r} lies below {uri!r}, and would be part of the next copy; give another address"
            )
        s3 = boto3.Session(profile_name=profile, region_name=region).client("s3")
        model = StoredModel(s3, source)
        sha256, version = model.read()
        copy = Address(target.bucket, f"{target.key}{sha256}/{source.name}")
        written = _write(s3, model, copy, encryption_key)
    except UnreadableModel as error:
        raise CopyFailed(str(error)) from None
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise CopyFailed(f"{uri} could not be copied: {error}") from None
    return CopiedModelData(uri=str(copy), sha256=sha256, sklearn_version=version, was_there=not written)


def _write(s3: Any, model: StoredModel, target: Address, encryption_key: str | None) -> bool:
    """Copy what was read; say whether anything had to be."""
    import botocore.exceptions

    extra = {} if encryption_key is None else {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": encryption_key}
    written = False
    for item in model.objects:
        key = target.key + item["Key"].removeprefix(model.address.key)
        # Its key holds the digest: what lies there is the same, and may be in use.
        if _is_there(s3, target.bucket, key):
            continue
        origin = {"Bucket": model.address.bucket, "Key": item["Key"]}
        try:
            # What was read, or nothing.
            s3.copy(origin, target.bucket, key, ExtraArgs={"CopySourceIfMatch": item["ETag"], **extra})
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in {"412", "PreconditionFailed"}:
                raise CopyFailed(f"{model.address} changed while it was read; run the command again") from None
            raise
        written = True
    return written


def _is_there(s3: Any, bucket: str, key: str) -> bool:
    import botocore.exceptions

    try:
        s3.head_object(Bucket=bucket, Key=key)
    except botocore.exceptions.ClientError as error:
        # Without the right to list, S3 does not say that there is nothing.
        if error.response["Error"]["Code"] in {"403", "404", "NoSuchKey"}:
            return False
        raise
    return True
