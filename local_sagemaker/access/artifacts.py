"""Models, code and training data: fetched from S3 with a role's rights, and put where the container looks for them.

Rules: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html (ModelDataUrl,
ModelDataSource). Bucket policies are not evaluated; identity policies are.
"""

from __future__ import annotations

import io
import re
import tarfile
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from moto.kms.models import kms_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from local_sagemaker.data_plane_errors import (
    AccessDeniedError,
    MissingModelDataError,
    ModelDataError,
    UnsupportedModelError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_sagemaker.access.rights import Principal

_VIRTUAL_HOST = re.compile(
    r"(?P<bucket>.+)\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?|(?P<only>.+)\.s3\.localhost"
)
_PATH_HOST = re.compile(r"s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?|localhost")


class Location(NamedTuple):
    """An object or a prefix in S3."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @classmethod
    def parse(cls, url: str) -> Location:
        """Read an S3 URI or an https address of S3.

        Parameters
        ----------
        url
            ``s3://bucket/key``, ``https://bucket.s3.region.amazonaws.com/key`` or
            ``https://s3.region.amazonaws.com/bucket/key``.

        Raises
        ------
        ModelDataError
            It is none of them.

        Example
        -------
        >>> Location.parse("https://s3.eu-west-1.amazonaws.com/models/churn/model.tar.gz")
        Location(bucket='models', key='churn/model.tar.gz')
        """
        parts = urlsplit(url)
        host, path = parts.hostname or "", unquote(parts.path.lstrip("/"))
        if parts.scheme == "s3" and host:
            return cls(parts.netloc, path)
        virtual = _VIRTUAL_HOST.fullmatch(host)
        if virtual:
            return cls(virtual["bucket"] or virtual["only"], path)
        if _PATH_HOST.fullmatch(host) and "/" in path:
            return cls(*path.split("/", 1))
        raise ModelDataError(
            f"{url!r} is no address of an S3 object: give s3://bucket/key or https://bucket.s3.region.amazonaws.com/key"
        )


class ArtifactStore:
    """S3 as a role sees it.

    Parameters
    ----------
    role
        Whose rights count.
    account_id, region
        Of the endpoint or the training job.
    what
        What messages call the objects.
    """

    def __init__(self, role: Principal, *, account_id: str, region: str, what: str = "model data") -> None:
        self._role = role
        self._account_id = account_id
        self._region = region
        self._partition = get_partition(region)
        self._what = what

    def read(self, location: Location) -> bytes:
        """Give the content of an object.

        Raises
        ------
        AccessDeniedError, ModelDataError
        """
        content: bytes = self._find(location).value
        return content

    def content_type(self, location: Location) -> str:
        """Give the content type of an object.

        Raises
        ------
        AccessDeniedError, ModelDataError
        """
        return str(self._find(location).metadata["Content-Type"])

    def keys(self, location: Location) -> list[str]:
        """List the objects under a prefix, without those that stand for folders.

        Raises
        ------
        AccessDeniedError, MissingModelDataError
        """
        self._check_prefix(location)
        objects = self._bucket(location).keys
        keys = [
            key
            for key in objects
            if key.startswith(location.key) and not key.endswith("/") and _is_object(objects.get(key))
        ]
        if not keys:
            raise MissingModelDataError(f"Could not find {self._what} at {location}: no object has this prefix.")
        return keys

    def fetch_archive(self, location: Location, folder: Path, *, read_only: bool = True) -> None:
        """Unpack a tar.gz object into a folder.

        Parameters
        ----------
        location
            The object; its name does not matter (the CDK publishes a ``.tar.gz`` asset as ``.gz``).
        folder
            An existing folder.
        read_only
            Whether its files may only be read afterwards.

        Raises
        ------
        AccessDeniedError, ModelDataError
        """
        content: bytes = self._find(location).value
        try:
            with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
                # The filter refuses absolute paths, paths and links that lead outside, and devices.
                archive.extractall(folder, filter="data")
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise ModelDataError(
                f'Failed to extract {self._what} archive from URL "{location}". Please ensure that the object located '
                f"at the URL is a valid tar.gz archive. ({type(error).__name__}: {error})"
            ) from error
        if read_only:
            _make_read_only(folder)

    def fetch_model(self, container: Mapping[str, Any], folder: Path) -> None:
        """Put a container definition's model artifact into a folder.

        Parameters
        ----------
        container
            ContainerDefinition, with ModelDataUrl, ModelDataSource or neither.
        folder
            An existing folder, which becomes ``/opt/ml/model``.

        Raises
        ------
        AccessDeniedError, ModelDataError, UnsupportedModelError
        """
        kind, location = _model_data(container)
        if location is None:
            return
        if kind.archive:
            self.fetch_archive(location, folder)
        elif kind.prefix:
            for key in self.keys(location):
                target = (folder / key.removeprefix(location.key).lstrip("/")).resolve()
                if not target.is_relative_to(folder.resolve()):
                    raise ModelDataError(f"the key {key!r} leads outside the model folder: rename the object")
                self._save(Location(location.bucket, key), target)
        else:
            self._save(location, folder / location.key.rsplit("/", 1)[-1])

    def check_model(self, container: Mapping[str, Any]) -> None:
        """Make sure that a container definition's model artifact is there and may be read, as CreateModel does.

        Parameters
        ----------
        container
            ContainerDefinition.

        Raises
        ------
        AccessDeniedError, ModelDataError, UnsupportedModelError
        """
        if is_multi_model(container):
            self._check_prefix(Location.parse(container.get("ModelDataUrl", "")))
            return
        kind, location = _model_data(container)
        if location is None:
            return
        for key in self.keys(location) if kind.prefix else [location.key]:
            self._find(Location(location.bucket, key))

    def _check_prefix(self, location: Location) -> None:
        """Models may come later, so there need be none yet."""
        self._authorize("s3:ListBucket", location, f"arn:{self._partition}:s3:::{location.bucket}", location.key)
        self._bucket(location)

    def _save(self, location: Location, target: Path) -> None:
        content: bytes = self._find(location).value
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o444)

    def _find(self, location: Location) -> Any:
        """Give moto's object, if the role may read it."""
        self._authorize("s3:GetObject", location, f"arn:{self._partition}:s3:::{location.bucket}/{location.key}")
        found = self._bucket(location).keys.get(location.key)
        if not _is_object(found):
            raise MissingModelDataError(f"Could not find {self._what} at {location}.")
        key_id = found.kms_key_id
        # The key that AWS manages for S3 may be used through S3 by everyone in the account.
        if found.encryption == "aws:kms" and key_id and not key_id.endswith("alias/aws/s3"):
            self._authorize_decrypt(location, key_id)
        return found

    def _bucket(self, location: Location) -> Any:
        try:
            return s3_backends[self._account_id][self._partition].get_bucket(location.bucket)
        except MissingBucket:
            raise MissingModelDataError(
                f"Could not find {self._what} at {location}: the bucket does not exist."
            ) from None

    def _authorize_decrypt(self, location: Location, key_id: str) -> None:
        region, account_id = self._region, self._account_id
        if key_id.startswith("arn:"):
            region, account_id = key_id.split(":")[3:5]
        raw = kms_backends[account_id][region].any_id_to_key_id(key_id)
        arn = f"arn:{self._partition}:kms:{region}:{account_id}:key/{raw}"
        context = {"kms:ViaService": f"s3.{region}.amazonaws.com", "kms:CallerAccount": account_id}
        self._ask("kms:Decrypt", location, arn, context)

    def _authorize(self, action: str, location: Location, resource: str, prefix: str | None = None) -> None:
        context = {"s3:ResourceAccount": self._account_id, "aws:ResourceAccount": self._account_id}
        self._ask(action, location, resource, context if prefix is None else {**context, "s3:prefix": prefix})

    def _ask(self, action: str, location: Location, resource: str, context: Mapping[str, str]) -> None:
        try:
            self._role.authorize(action, resource, context)
        except AccessDeniedError as error:
            raise error.during(f"Could not access {self._what} at {location}.") from None


def is_multi_model(container: Mapping[str, Any]) -> bool:
    """Say whether a container definition is for many models, which lie under a prefix."""
    return container.get("Mode") == "MultiModel"


class _Kind(NamedTuple):
    archive: bool
    prefix: bool


_KINDS = {
    ("S3Object", "Gzip"): _Kind(archive=True, prefix=False),
    ("S3Object", "None"): _Kind(archive=False, prefix=False),
    ("S3Prefix", "None"): _Kind(archive=False, prefix=True),
}


def _model_data(container: Mapping[str, Any]) -> tuple[_Kind, Location | None]:
    source = container.get("ModelDataSource", {}).get("S3DataSource")
    if source is None:
        url = container.get("ModelDataUrl")
        return _KINDS["S3Object", "Gzip"], Location.parse(url) if url else None
    wanted = (source["S3DataType"], source["CompressionType"])
    if wanted not in _KINDS:
        raise UnsupportedModelError(
            f"ModelDataSource with S3DataType {wanted[0]!r} and CompressionType {wanted[1]!r} is not emulated: "
            "use S3Object with Gzip or None, or S3Prefix with None"
        )
    return _KINDS[wanted], Location.parse(source["S3Uri"])


def _is_object(found: Any) -> bool:
    # The newest version may be a delete marker, which has no content.
    return hasattr(found, "value")


def _make_read_only(folder: Path) -> None:
    # Files only: Python may still write its caches beside the code, as root does in the image.
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o555)
