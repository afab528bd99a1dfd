"""A model artifact in one stack: where it lies, what the role must read for it, and the assets that carry it there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aws_cdk import Annotations, AssetHashType, Aws, Stack, Stage
from aws_cdk import aws_s3_assets as s3_assets

from constructs_lib import statements
from constructs_lib.archive import ArchiveFile, build_archive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from constructs_lib.statements import Statement


@dataclass(frozen=True, kw_only=True)
class ReadableObject:
    """Something in S3 that the role must read.

    Attributes
    ----------
    policy_id
        Follows its content.
    statements
        What the role needs for it.
    prefix_reason
        Why its keys are not known, where they never are; see `add_policies`.
    """

    policy_id: str
    statements: tuple[Statement, ...]
    prefix_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class BoundModelData:
    """A model artifact in one stack.

    Attributes
    ----------
    archive_uri
        ``s3://`` address of a model.tar.gz; None for anything else.
    prefix_uri
        ``s3://`` address of uncompressed files, ending in ``/``; None for anything else.
    models_uri
        ``s3://`` address of many model.tar.gz, ending in ``/``; None for anything else.
    code_uri
        ``s3://`` address of the serving code; None where it lies in the archive, below ``code/``.
    objects
        What the role must be able to read.
    """

    archive_uri: str | None = None
    prefix_uri: str | None = None
    models_uri: str | None = None
    code_uri: str | None = None
    objects: tuple[ReadableObject, ...]


def readable(
    policy_id: str, own: Sequence[Statement], encryption_key: kms.IKey | None, prefix_reason: str | None = None
) -> ReadableObject:
    """Return something that the role must read, which may be encrypted with a KMS key."""
    needed = tuple(own)
    if encryption_key is not None:
        needed += (statements.decrypt_through_s3(encryption_key.key_arn, Aws.REGION, Aws.URL_SUFFIX),)
    return ReadableObject(policy_id=policy_id, statements=needed, prefix_reason=prefix_reason)


def archive_asset(
    scope: Construct, construct_id: str, files: Sequence[ArchiveFile], encryption_key: kms.IKey | None
) -> tuple[s3_assets.Asset, ReadableObject]:
    """Pack files and have the deployment publish them to the bootstrap bucket.

    Parameters
    ----------
    scope, construct_id
        Of the asset.
    encryption_key
        The KMS key of the bootstrap bucket, where that has one of its own.
    """
    outdir = cast("Stage", Stage.of(scope)).asset_outdir
    archive, digest = build_archive(files, Path(outdir) / "sklearn-archives")
    if (size := archive.stat().st_size) > _LARGE_ARCHIVE_BYTES:
        Annotations.of(scope).add_warning_v2(
            "constructs_lib:large-archive",
            f"the archive has {size:,} bytes, and the CDK command line may fail to upload more than "
            f"{_LARGE_ARCHIVE_BYTES:,}; upload the model with 'aws s3 cp', and take it from there: python -m "
            "constructs_lib copy s3://bucket/model.tar.gz",
        )
    asset = s3_assets.Asset(
        scope, construct_id, path=str(archive), asset_hash=digest, asset_hash_type=AssetHashType.CUSTOM
    )
    object_arn = f"arn:{Stack.of(scope).partition}:s3:::{asset.s3_bucket_name}/{asset.s3_object_key}"
    return asset, readable(f"{construct_id}{digest[:8]}", [statements.read_object(object_arn)], encryption_key)


# The command line reads a file into one buffer of Node, which ends at 2 GiB (aws-cdk issues 22988 and 24569).
_LARGE_ARCHIVE_BYTES = 3 << 29
