"""The model artifact: files on this machine, packaged at synthesis, or an object or prefix that lies in S3."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import weakref
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aws_cdk import Annotations, AssetHashType, Aws, Stack, Stage, Token
from aws_cdk import aws_s3_assets as s3_assets

from constructs_lib import statements
from constructs_lib.archive import ArchiveFile, build_archive, list_files
from constructs_lib.digest import model_digest
from constructs_lib.exceptions import ModelDataError
from constructs_lib.model_files import MODEL_SUFFIXES, content_problems, is_model_file, model_files, unpack
from constructs_lib.sklearn_version import find_sklearn_version, is_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from constructs_lib.statements import Statement


@dataclass(frozen=True, kw_only=True)
class ReadableObject:
    """Something in S3 that the role must read: an id that follows its content, and the statements for it."""

    policy_id: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, kw_only=True)
class BoundModelData:
    """A model artifact in one stack.

    Attributes
    ----------
    archive_uri
        ``s3://`` address of a model.tar.gz; None for a prefix.
    prefix_uri
        ``s3://`` address of uncompressed files, ending in ``/``; None for an archive.
    code_uri
        ``s3://`` address of the serving code; None where it lies in the archive, below ``code/``.
    objects
        What the role must be able to read.
    """

    archive_uri: str | None = None
    prefix_uri: str | None = None
    code_uri: str | None = None
    objects: tuple[ReadableObject, ...]


class ModelData(ABC):
    """A model artifact; make one with `from_directory`, `from_file` or `from_s3`.

    One object may serve several models, stacks and environments: each stack gets its own asset.

    Attributes
    ----------
    sha256
        Digest of the model's files, checked by the runtime before it unpickles anything; None where not known.
    sklearn_version
        The version that the model was fitted with; None where not known.
    revision
        A text that names the content, so that a change of it replaces the model; None where the digest does that.
    code_in_archive
        Whether the serving code travels in the model archive.

    Example
    -------
    >>> ModelData.from_s3("s3://models/churn/", version="7").revision
    '7'
    """

    def __init__(
        self,
        *,
        sha256: str | None,
        sklearn_version: str | None,
        encryption_key: kms.IKey | None,
        revision: str | None = None,
        code_in_archive: bool,
    ) -> None:
        self.sha256 = sha256
        self.sklearn_version = sklearn_version
        self.revision = revision
        self.code_in_archive = code_in_archive
        self._encryption_key = encryption_key

    @staticmethod
    def from_directory(
        path: str | Path, *, sklearn_version: str | None = None, encryption_key: kms.IKey | None = None
    ) -> ModelData:
        """Return a model that lies in a folder with whatever files it needs.

        Parameters
        ----------
        path
            A folder with exactly one ``*.joblib``, ``*.pkl``, ``*.pickle`` or ``*.skops`` at its top. Any files will
            do where the entry point defines ``model_fn``. A folder ``code/`` is refused: the serving code goes there.
        sklearn_version
            The version that the model was fitted with, e.g. ``1.9.0``; default: read from the model file.
        encryption_key
            The KMS key of the bootstrap bucket, where that has one of its own: the role may then decrypt with it.

        Raises
        ------
        ModelDataError
            When the folder does not exist or holds no file.
        """
        root = Path(path)
        if not root.is_dir():
            raise ModelDataError(f"model directory {str(path)!r} does not exist; train the model first, or correct it")
        return _LocalModelData(repr(str(path)), list_files(root), sklearn_version, encryption_key)

    @staticmethod
    def from_file(
        path: str | Path, *, sklearn_version: str | None = None, encryption_key: kms.IKey | None = None
    ) -> ModelData:
        """Return a model that is one file, see `from_directory` for its kinds, or a ready ``model.tar.gz``.

        An archive is unpacked and packaged again with the serving code. Other parameters are as there.

        Raises
        ------
        ModelDataError
            When there is no such file, or it is of another kind, or the archive is damaged.
        """
        file = Path(path)
        if not file.is_file():
            raise ModelDataError(f"model file {str(path)!r} does not exist; train the model first, or correct it")
        if file.name.endswith((".tar.gz", ".tgz")):
            folder = unpack(file)
            data = _LocalModelData(repr(str(path)), list_files(folder), sklearn_version, encryption_key)
            weakref.finalize(data, shutil.rmtree, folder, ignore_errors=True)
            return data
        if not is_model_file(file.name):
            raise ModelDataError(
                f"model file {str(path)!r} has the suffix {file.suffix!r}; save the model as one of "
                f"{', '.join(MODEL_SUFFIXES)}, or give a model.tar.gz or, with an entry point, a folder"
            )
        files = (ArchiveFile(name=file.name, source=file),)
        return _LocalModelData(repr(str(path)), files, sklearn_version, encryption_key)

    @staticmethod
    def from_s3(
        uri: str,
        *,
        version: str | None = None,
        sha256: str | None = None,
        sklearn_version: str | None = None,
        encryption_key: kms.IKey | None = None,
    ) -> ModelData:
        """Return a model that lies in S3, in the endpoint's region: a model.tar.gz, or files below a prefix.

        SageMaker reads by key, never by version, at every start of an instance. So a key whose content changes
        breaks scaling out, patching and rolling back; put each model under a key of its own, which holds its digest.

        Parameters
        ----------
        uri
            ``s3://bucket/key`` of a model.tar.gz, or ``s3://bucket/prefix/`` (with the slash) of uncompressed files.
            The bucket may be a token: ``f"s3://{bucket.bucket_name}/model.tar.gz"``.
        version
            Any text that names this content, e.g. the object's version id. When it changes, the model is deployed
            anew, although the key stays the same.
        sha256
            Digest of the model's files (`ModelData.sha256` of the same files on disk). As `version`, and the runtime
            refuses a model with another digest.
        sklearn_version
            The version that the model was fitted with, e.g. ``1.9.0``; it cannot be read from here.
        encryption_key
            The KMS key that the object is encrypted with: the role may then decrypt with it.

        Raises
        ------
        ModelDataError
            When `uri` is not the address of an object or prefix, or `sha256` not a digest.
        """
        return _S3ModelData(uri, version, sha256, sklearn_version, encryption_key)

    @property
    @abstractmethod
    def formats(self) -> frozenset[str]:
        """Suffixes of the model files, as far as they are known at synthesis."""

    @abstractmethod
    def content_problems(self) -> list[str]:
        """Say why the runtime's own ``model_fn`` would not load this artifact."""

    @abstractmethod
    def bind(self, scope: Construct, code: Sequence[ArchiveFile]) -> BoundModelData:
        """Bring artifact and serving code to the stack of `scope`; assets become children of `scope`."""

    def _statements(self, *own: Statement) -> tuple[Statement, ...]:
        if self._encryption_key is None:
            return own
        return (*own, statements.decrypt_through_s3(self._encryption_key.key_arn, Aws.REGION, Aws.URL_SUFFIX))

    def _asset(
        self, scope: Construct, construct_id: str, files: Sequence[ArchiveFile]
    ) -> tuple[s3_assets.Asset, ReadableObject]:
        outdir = cast("Stage", Stage.of(scope)).asset_outdir
        archive, digest = build_archive(files, Path(outdir) / "sklearn-archives")
        if (size := archive.stat().st_size) > _LARGE_ARCHIVE_BYTES:
            Annotations.of(scope).add_warning_v2(
                "constructs_lib:large-archive",
                f"the archive has {size:,} bytes, and the CDK command line may fail to upload more than "
                f"{_LARGE_ARCHIVE_BYTES:,}; upload it yourself and use ModelData.from_s3",
            )
        asset = s3_assets.Asset(
            scope, construct_id, path=str(archive), asset_hash=digest, asset_hash_type=AssetHashType.CUSTOM
        )
        object_arn = f"arn:{Stack.of(scope).partition}:s3:::{asset.s3_bucket_name}/{asset.s3_object_key}"
        return asset, ReadableObject(
            policy_id=f"{construct_id}{digest[:8]}", statements=self._statements(statements.read_object(object_arn))
        )


class _LocalModelData(ModelData):
    def __init__(
        self,
        description: str,
        files: tuple[ArchiveFile, ...],
        sklearn_version: str | None,
        encryption_key: kms.IKey | None,
    ) -> None:
        if not files:
            raise ModelDataError(f"{description} holds no file; save a model there, e.g. with joblib.dump")
        if any(file.name.startswith("code/") for file in files):
            raise ModelDataError(
                f"{description} holds a folder 'code', where the serving code goes; "
                "move it out and give it as source_dir with entry_point"
            )
        self._description = description
        self._files = files
        found = (find_sklearn_version(file.source) for file in model_files(files))
        super().__init__(
            sha256=model_digest(files),
            sklearn_version=_checked_version(sklearn_version) or next((text for text in found if text), None),
            encryption_key=encryption_key,
            code_in_archive=True,
        )

    @property
    def formats(self) -> frozenset[str]:
        return frozenset(Path(file.name).suffix.lower() for file in model_files(self._files))

    def content_problems(self) -> list[str]:
        return content_problems(self._description, self._files)

    def bind(self, scope: Construct, code: Sequence[ArchiveFile]) -> BoundModelData:
        asset, readable = self._asset(scope, "ModelData", [*self._files, *(file.below("code") for file in code)])
        return BoundModelData(archive_uri=asset.s3_object_url, objects=(readable,))


class _S3ModelData(ModelData):
    def __init__(
        self,
        uri: str,
        version: str | None,
        sha256: str | None,
        sklearn_version: str | None,
        encryption_key: kms.IKey | None,
    ) -> None:
        address = re.fullmatch(r"s3://([^/]+)/(.+)", uri)
        if address is None:
            raise ModelDataError(
                f"model data {uri!r} is not the address of an object or a prefix; give 's3://bucket/model.tar.gz' or "
                "'s3://bucket/prefix/'"
            )
        self._uri = uri
        self._bucket, self._key = address.groups()
        if is_model_file(self._key):
            raise ModelDataError(
                f"model data {uri!r} is not a model.tar.gz; give the prefix that it lies under, ending in '/', "
                "or pack it with 'tar czf model.tar.gz'"
            )
        if sha256 is not None and not Token.is_unresolved(sha256) and not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ModelDataError(f"sha256 {sha256!r} is not a digest; give 64 hexadecimal digits, lower case")
        super().__init__(
            sha256=sha256,
            sklearn_version=_checked_version(sklearn_version),
            encryption_key=encryption_key,
            revision=version,
            code_in_archive=False,
        )

    @property
    def formats(self) -> frozenset[str]:
        return frozenset()

    def content_problems(self) -> list[str]:
        return []

    def bind(self, scope: Construct, code: Sequence[ArchiveFile]) -> BoundModelData:
        if not re.search(r"[0-9a-f]{32,}", self._key):
            digest = self.sha256 or "<sha256>"
            copy = f"s3://{self._bucket}/{digest}/{self._key}"
            Annotations.of(scope).add_warning_v2(
                "constructs_lib:mutable-model-data",
                f"SageMaker reads {self._uri} anew at every instance start: overwriting it breaks scaling out and "
                f"rollback; deploy a copy under a key that holds its digest: "
                f"aws s3 cp {self._uri} {copy}{' --recursive' if self._key.endswith('/') else ''}",
            )
        asset, readable_code = self._asset(scope, "Code", code)
        bucket_arn = f"arn:{Stack.of(scope).partition}:s3:::{self._bucket}"
        is_prefix = self._key.endswith("/")
        own = [statements.read_object(f"{bucket_arn}/{self._key}" + ("*" if is_prefix else ""))]
        if is_prefix:
            own.append(statements.list_prefix(bucket_arn, self._key))
        # A token's text changes from run to run, what it resolves to does not.
        identity = json.dumps([Stack.of(scope).resolve(self._uri), self.revision, self.sha256], sort_keys=True)
        readable = ReadableObject(
            policy_id=f"ModelData{hashlib.sha256(identity.encode()).hexdigest()[:8]}",
            statements=self._statements(*own),
        )
        return BoundModelData(
            archive_uri=None if is_prefix else self._uri,
            prefix_uri=self._uri if is_prefix else None,
            code_uri=asset.s3_object_url,
            objects=(readable, readable_code),
        )


def _checked_version(text: str | None) -> str | None:
    if text is not None and not Token.is_unresolved(text) and not is_version(text):
        raise ModelDataError(f"sklearn_version {text!r} is not a version; give one such as '1.9.0'")
    return text


# The command line reads a file into one buffer of Node, which ends at 2 GiB (aws-cdk issues 22988 and 24569).
_LARGE_ARCHIVE_BYTES = 3 << 29
