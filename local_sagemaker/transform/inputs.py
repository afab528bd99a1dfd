"""The objects that a transform job reads, and where what becomes of each is written.

Rules: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformS3DataSource.html and
API_TransformOutput.html there. The example of the latter leaves open how much of an input's key stands in its output's;
here it is what follows the folder that S3Uri names or lies in.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.transform.transform_failures import InputFailure

if TYPE_CHECKING:
    from collections.abc import Mapping


class InputObject(NamedTuple):
    """An object.

    Attributes
    ----------
    location
        Where it is.
    name
        Its key below the input's folder.
    """

    location: Location
    name: str

    def output(self, path: str) -> Location:
        """Give where its results go below S3OutputPath.

        Example
        -------
        >>> str(InputObject(Location("data", "in/may/a.csv"), "may/a.csv").output("s3://results/out"))
        's3://results/out/may/a.csv.out'
        """
        folder = Location.parse(path)
        prefix = folder.key.rstrip("/")
        return Location(folder.bucket, f"{prefix}/{self.name}.out" if prefix else f"{self.name}.out")


def list_objects(given: Mapping[str, Any], store: ArtifactStore) -> list[InputObject]:
    """Find the objects of a TransformInput.

    Parameters
    ----------
    given
        TransformInput.
    store
        S3 with the rights of the role.

    Raises
    ------
    DataPlaneError
        There are none, or the role may not see them.
    InputFailure
        A manifest is none.
    """
    source = given["DataSource"]["S3DataSource"]
    location = Location.parse(source["S3Uri"])
    if source["S3DataType"] == "ManifestFile":
        return _of_manifest(location, store.read(location))
    folder = f"{location.key}/" if location.key and not location.key.endswith("/") else location.key
    parent = location.key[: location.key.rfind("/") + 1]
    return [
        InputObject(Location(location.bucket, key), key.removeprefix(folder if key.startswith(folder) else parent))
        for key in sorted(store.keys(location))
    ]


def _of_manifest(location: Location, content: bytes) -> list[InputObject]:
    try:
        head, *names = json.loads(content)
        prefix = Location.parse(head["prefix"])
        return [InputObject(Location(prefix.bucket, f"{prefix.key}{name}"), name.lstrip("/")) for name in names]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputFailure(
            f"{location} is no manifest ({type(error).__name__}: {error}); give a JSON array of "
            '{"prefix": "s3://bucket/prefix/"} and then of the names of objects below it'
        ) from None
