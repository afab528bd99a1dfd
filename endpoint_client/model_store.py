"""The models of an endpoint that serves many: they lie under one prefix in S3, and come and go without a deployment."""

from __future__ import annotations

import tarfile
import tempfile
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

from endpoint_client.connection import connect_control_plane, connect_storage
from endpoint_client.exceptions import ConfigurationError, InvalidInput
from endpoint_client.service_errors import from_storage_error, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3
    from types_boto3_s3 import S3Client

_SUFFIX = ".tar.gz"
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
        try:
            with _packed(Path(path)) as archive:
                self._storage.put_object(Bucket=bucket, Key=prefix + name, Body=archive, IfNoneMatch="*")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _TAKEN:
                raise ConfigurationError(
                    f"there is a model {name!r} already, and instances do not notice that one was overwritten: take a "
                    "new name, or remove it first and wait until no instance has it loaded"
                ) from error
            raise from_storage_error(error, self.uri + name) from error
        return self.uri + name

    def remove(self, name: str) -> None:
        """Remove a model; instances that have it loaded answer for it until they let it go.

        Raises
        ------
        ServiceError
            S3 refuses it.
        """
        from botocore.exceptions import ClientError

        bucket, prefix = self._place
        try:
            self._storage.delete_object(Bucket=bucket, Key=prefix + name)
        except ClientError as error:
            raise from_storage_error(error, self.uri + name) from error

    def _names(self) -> Iterator[str]:
        from botocore.exceptions import ClientError

        bucket, prefix = self._place
        try:
            for page in self._storage.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for item in page.get("Contents", []):
                    if not item["Key"].endswith("/"):
                        yield item["Key"].removeprefix(prefix)
        except ClientError as error:
            raise from_storage_error(error, self.uri) from error

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
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for file in [path] if path.is_file() else sorted(path.iterdir()):
            archive.add(file, file.name)
    packed.seek(0)
    return packed
