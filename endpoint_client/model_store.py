"""The models of an endpoint that serves many: they lie under one prefix in S3, and come and go without a deployment."""

from __future__ import annotations

import tarfile
import tempfile
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

from endpoint_client.connection import connect_control_plane, connect_storage
from endpoint_client.exceptions import ConfigurationError, InvalidInput
from endpoint_client.transport.service_errors import from_boto_error, from_storage_error, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3
    from types_boto3_s3 import S3Client

_SUFFIX = ".tar.gz"
_RIGHTS = "SklearnMultiModel.grant_manage_models gives all that is needed"
_LEFT_OUT = frozenset({"__pycache__", ".git", ".ipynb_checkpoints", ".DS_Store"})
# Codes of PutObject where an object has the key already, or is just being given it.
_TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


class ModelStore:
    """Lists, adds and removes the models that a multi-model endpoint serves.

    The credentials need the endpoint's, its configuration's and its model's Describe right, and what
    `SklearnMultiModel.grant_manage_models` gives.

    Parameters
    ----------
    endpoint_name : str
        The endpoint's name.
    region : str, optional
        AWS region; default: the session's.
    session : boto3.Session, optional
        Credentials and region to use; default: boto3's own.

    Example
    -------
    >>> models = ModelStore("cities", region="eu-central-1")
    >>> models.add("paris.tar.gz", "models/paris")  # doctest: +SKIP
    >>> models.names()  # doctest: +SKIP
    ['paris.tar.gz']
    """

    def __init__(self, endpoint_name: str, *, region: str | None = None, session: boto3.Session | None = None) -> None:
        self.endpoint_name = endpoint_name
        self._session = session
        self._client = connect_control_plane(region=region, session=session)

    @cached_property
    def uri(self) -> str:
        """The ``s3://`` address that the models lie under, as the endpoint's model gives it.

        Raises
        ------
        ConfigurationError
            The endpoint serves a single model.
        ServiceError
            There is no such endpoint, or the credentials may not look at it.
        """
        with translated(endpoint_name=self.endpoint_name, region=self._client.meta.region_name):
            config_name = self._client.describe_endpoint(EndpointName=self.endpoint_name)["EndpointConfigName"]
            config = self._client.describe_endpoint_config(EndpointConfigName=config_name)
            for variant in config["ProductionVariants"]:
                model = self._client.describe_model(ModelName=variant.get("ModelName", ""))
                container = model.get("PrimaryContainer", {})
                if container.get("Mode") == "MultiModel":
                    return container["ModelDataUrl"]
        raise ConfigurationError(
            f"endpoint {self.endpoint_name!r} serves a single model, which only a deployment changes"
        )

    def names(self) -> list[str]:
        """Give the models, sorted: what `Predictor` takes as `target_model`."""
        return sorted(self._names())

    def add(self, name: str, path: str | Path) -> str:
        """Put a model under the prefix; the next request that names it loads it.

        Parameters
        ----------
        name : str
            What requests will call it; ends in ``.tar.gz`` and may hold folders, for example ``"eu/paris.tar.gz"``.
        path : str or Path
            A ``model.tar.gz``, or a model file or a folder, which is packed. Serving code belongs to the endpoint and
            not into it.

        Returns
        -------
        str
            The object's URI.

        Raises
        ------
        InvalidInput
            There is no such file or folder, or the name does not end in ``.tar.gz``.
        ConfigurationError
            There is a model of that name: instances do not notice that one was overwritten, so take a new name.
        ServiceError
            S3 refuses it.
        """
        from botocore.exceptions import ClientError

        if not name.endswith(_SUFFIX) or name.startswith("/"):
            raise InvalidInput(f"the model's name is {name!r}: give one such as 'paris{_SUFFIX}'")
        bucket, prefix = self._place
        with self._told(name), _packed(Path(path)) as archive:
            try:
                self._storage.put_object(Bucket=bucket, Key=prefix + name, Body=archive, IfNoneMatch="*")
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in _TAKEN:
                    raise
                raise ConfigurationError(
                    f"there is a model {name!r} already, and instances keep the files that they once fetched: take a "
                    "new name"
                ) from error
        return self.uri + name

    def remove(self, name: str) -> None:
        """Remove a model; an instance that has fetched it may answer for it as long as it runs.

        Raises
        ------
        ServiceError
            S3 refuses it.
        """
        bucket, prefix = self._place
        with self._told(name):
            self._storage.delete_object(Bucket=bucket, Key=prefix + name)

    def _names(self) -> Iterator[str]:
        bucket, prefix = self._place
        with self._told():
            for page in self._storage.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for item in page.get("Contents", []):
                    if not item["Key"].endswith("/"):
                        yield item["Key"].removeprefix(prefix)

    @contextmanager
    def _told(self, name: str = "") -> Iterator[None]:
        """Raise what S3 and botocore raise inside as this package's exceptions."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            raise from_storage_error(error, self.uri + name, _RIGHTS) from error
        except BotoCoreError as error:
            region = self._client.meta.region_name
            raise from_boto_error(error, endpoint_name=self.endpoint_name, region=region) from error

    @property
    def _place(self) -> tuple[str, str]:
        bucket, prefix = self.uri.removeprefix("s3://").split("/", 1)
        return bucket, prefix

    @cached_property
    def _storage(self) -> S3Client:
        return connect_storage(self._client, self._session)


def _packed(path: Path) -> IO[bytes]:
    """Open a ready archive, or pack a file or a folder on the disk: a model may be larger than the memory."""
    if path.is_file() and path.name.endswith((_SUFFIX, ".tgz")):
        return path.open("rb")
    if not path.exists():
        raise InvalidInput(f"there is no model at {str(path)!r}: give a model file, a folder or a model.tar.gz")
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.name not in _LEFT_OUT)
    if not files:
        raise InvalidInput(f"the folder {str(path)!r} is empty: save the model there, for example with joblib.dump")
    if any(file.name == "code" and file.is_dir() for file in files):
        raise InvalidInput(
            f"the folder {str(path)!r} holds a folder 'code': the endpoint's own code serves all its models, so give "
            "yours to SklearnMultiModel as entry_point or source_dir"
        )
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        # A link to where the model lies would lead nowhere in the container.
        with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1, dereference=True) as archive:
            for file in files:
                archive.add(file, file.name, filter=_kept)
        packed.seek(0)
    except BaseException:
        packed.close()
        raise
    return packed


def _kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if entry.name.rsplit("/", 1)[-1] in _LEFT_OUT else entry
