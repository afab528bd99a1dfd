"""The model artifact: files on this machine, packaged at synthesis, or an object or prefix that lies in S3."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import weakref
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Stack, Token

from constructs_lib import statements
from constructs_lib.archive import ArchiveFile, list_files
from constructs_lib.bound_model_data import BoundModelData, archive_asset, readable
from constructs_lib.digest import model_digest
from constructs_lib.exceptions import ModelDataError
from constructs_lib.model_files import MODEL_SUFFIXES, content_problems, is_model_file, model_files, unpack
from constructs_lib.sklearn_version import find_sklearn_version, is_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct


class ModelData(ABC):
    """A model artifact; make one with one of the methods whose names begin with ``from_``.

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
    environment
        Variables that come with the artifact, from a model package; see `from_model_package`.

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
        self.environment: Mapping[str, str] = {}
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
        overwritten: bool = True,
    ) -> ModelData:
        """Return a model that lies in S3, in the endpoint's region: a model.tar.gz, or files below a prefix.

        SageMaker reads by key, never by version, at every start of an instance. So a key whose content changes
        breaks scaling out, patching and rolling back; put each model under a key of its own, which holds its digest:
        ``python -m constructs_lib copy URI`` does, and prints the call of this method.

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
        overwritten
            Whether the key may get another content; False where it never does, although it holds no digest.

        Raises
        ------
        ModelDataError
            When `uri` is not the address of an object or prefix, or `sha256` not a digest.
        """
        return _S3ModelData(uri, version, sha256, sklearn_version, encryption_key, overwritten=overwritten)

    @staticmethod
    def from_training_job(name: str, *, encryption_key: kms.IKey | None = None) -> ModelData:
        """Return the model that a training job made, of the stack's account and region.

        Synthesis calls no AWS: ``python -m constructs_lib lookup training-job NAME`` looks the job up once, and
        writes what it finds into ``cdk.context.json``, which belongs into version control.

        Parameters
        ----------
        name
            Of a completed training job.
        encryption_key
            The KMS key of the training's output: the role may then decrypt with it.

        Raises
        ------
        ModelDataError
            `name` is not a job's name; or, where a model uses it, the job was not looked up.
        """
        from constructs_lib.looked_up_model_data import TrainingJobModelData

        return TrainingJobModelData(name, encryption_key)

    @staticmethod
    def from_model_package(name: str, *, encryption_key: kms.IKey | None = None) -> ModelData:
        """Return the model of a model package in SageMaker's registry, of the stack's account and region or an ARN's.

        Synthesis calls no AWS: ``python -m constructs_lib lookup model-package NAME`` looks the package up, and writes
        its address, digest, scikit-learn version and variables into ``cdk.context.json``, which belongs into version
        control. Of a group it takes the newest version that is approved: look it up again to move on to the next.

        The image, the server and the code are those of `SklearnModel`, not the package's. The package's variables come
        into the container below those that are given there.

        Parameters
        ----------
        name
            A group, ``GROUP/VERSION``, or an ARN, which may be of another account.
        encryption_key
            The KMS key of the model data: the role may then decrypt with it.

        Raises
        ------
        ModelDataError
            `name` is none; or, where a model uses it, the package was not looked up or lies in another region.
        """
        from constructs_lib.looked_up_model_data import ModelPackageModelData

        return ModelPackageModelData(name, encryption_key)

    @staticmethod
    def from_parameter(
        parameter_name: str,
        *,
        artifacts: str,
        sklearn_version: str | None = None,
        encryption_key: kms.IKey | None = None,
    ) -> ModelData:
        """Return the model whose ``s3://`` address a parameter of Systems Manager holds when the stack is deployed.

        `SklearnTraining.publish_to` writes such a parameter. Each deployment reads it anew, so ``cdk deploy`` rolls out
        the newest model even where the template has not changed.

        Parameters
        ----------
        parameter_name
            Of a parameter that exists, such as ``/churn/model-data``.
        artifacts
            ``s3://`` address that every artifact lies below, such as `SklearnTraining.output_path`: the role may read
            all of it, since the fleet of before must read its artifact while an update runs.
        sklearn_version
            The version that the models are fitted with, e.g. ``1.9.0``; it cannot be read from here.
        encryption_key
            The KMS key that the artifacts are encrypted with: the role may then decrypt with it.

        Raises
        ------
        ModelDataError
            One of the texts is of another form.
        """
        from constructs_lib.training.trained_model_data import ParameterModelData

        return ParameterModelData(parameter_name, artifacts, _checked_version(sklearn_version), encryption_key)

    @property
    @abstractmethod
    def formats(self) -> frozenset[str]:
        """Suffixes of the model files, as far as they are known at synthesis."""

    @abstractmethod
    def content_problems(self) -> list[str]:
        """Say why the runtime's own ``model_fn`` would not load this artifact."""

    def in_scope(self, scope: Construct) -> ModelData:  # noqa: ARG002 - most artifacts are the same everywhere
        """Return what this is in the app, account and region of `scope`.

        Raises
        ------
        ModelDataError
            It is not known there.
        """
        return self

    @abstractmethod
    def bind(self, scope: Construct, code: Sequence[ArchiveFile]) -> BoundModelData:
        """Bring artifact and serving code to the stack of `scope`; assets become children of `scope`."""


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
        files = [*self._files, *(file.below("code") for file in code)]
        asset, packed = archive_asset(scope, "ModelData", files, self._encryption_key)
        return BoundModelData(archive_uri=asset.s3_object_url, objects=(packed,))


class _S3ModelData(ModelData):
    def __init__(
        self,
        uri: str,
        version: str | None,
        sha256: str | None,
        sklearn_version: str | None,
        encryption_key: kms.IKey | None,
        *,
        overwritten: bool,
    ) -> None:
        address = re.fullmatch(r"s3://([^/]+)/(.+)", uri)
        if address is None:
            raise ModelDataError(
                f"model data {uri!r} is not the address of an object or a prefix; give 's3://bucket/model.tar.gz' or "
                "'s3://bucket/prefix/'"
            )
        self._uri = uri
        self._overwritten = overwritten
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
        if self._overwritten and not re.search(r"[0-9a-f]{32,}", self._key):
            Annotations.of(scope).add_warning_v2(
                "constructs_lib:mutable-model-data",
                f"SageMaker reads {self._uri} anew at every instance start: overwriting it breaks scaling out and "
                f"rollback; deploy a copy under a key that holds its digest: python -m constructs_lib copy {self._uri}",
            )
        asset, readable_code = archive_asset(scope, "Code", code, self._encryption_key)
        bucket_arn = f"arn:{Stack.of(scope).partition}:s3:::{self._bucket}"
        is_prefix = self._key.endswith("/")
        own = [statements.read_object(f"{bucket_arn}/{self._key}" + ("*" if is_prefix else ""))]
        if is_prefix:
            own.append(statements.list_prefix(bucket_arn, self._key))
        # A token's text changes from run to run, what it resolves to does not.
        identity = json.dumps([Stack.of(scope).resolve(self._uri), self.revision, self.sha256], sort_keys=True)
        policy_id = f"ModelData{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
        return BoundModelData(
            archive_uri=None if is_prefix else self._uri,
            prefix_uri=self._uri if is_prefix else None,
            code_uri=asset.s3_object_url,
            objects=(readable(policy_id, own, self._encryption_key), readable_code),
        )


def _checked_version(text: str | None) -> str | None:
    if text is not None and not Token.is_unresolved(text) and not is_version(text):
        raise ModelDataError(f"sklearn_version {text!r} is not a version; give one such as '1.9.0'")
    return text
