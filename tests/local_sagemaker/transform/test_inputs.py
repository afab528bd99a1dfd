from typing import Any, cast

import pytest

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.transform.inputs import InputObject, list_objects
from local_sagemaker.transform.transform_failures import InputFailure


class Store:
    """Objects of one bucket."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self._contents = contents

    def keys(self, location: Location) -> list[str]:
        return [key for key in self._contents if key.startswith(location.key)]

    def read(self, location: Location) -> bytes:
        return self._contents[location.key]


def names(uri: str, contents: dict[str, bytes], kind: str = "S3Prefix") -> list[tuple[str, str]]:
    given = {"DataSource": {"S3DataSource": {"S3DataType": kind, "S3Uri": uri}}}
    found = list_objects(given, cast("ArtifactStore", cast("Any", Store(contents))))
    return [(str(one.location), one.name) for one in found]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("s3://data/in/", ["a.csv", "may/b.csv"]),
        ("s3://data/in", ["a.csv", "may/b.csv", "inner.csv"]),
        ("s3://data/in/may/b.csv", ["b.csv"]),
        ("s3://data/in/m", ["may/b.csv"]),
        ("s3://data/", ["in/a.csv", "in/may/b.csv", "inner.csv"]),
    ],
)
def test_a_name_is_what_follows_the_folder(uri, expected):
    found = names(uri, dict.fromkeys(("in/may/b.csv", "in/a.csv", "inner.csv"), b""))
    assert [name for _, name in found] == expected


def test_outputs_lie_below_the_output_path_in_the_same_folders():
    item = InputObject(Location("data", "in/may/a.csv"), "may/a.csv")
    assert str(item.output("s3://out")) == "s3://out/may/a.csv.out"
    assert str(item.output("s3://out/here/")) == str(item.output("s3://out/here")) == "s3://out/here/may/a.csv.out"


def test_a_manifest_names_objects_below_its_prefix():
    manifest = b'[{"prefix": "s3://data/in/"}, "a.csv", "may/b.csv"]'
    assert names("s3://data/m", {"m": manifest}, "ManifestFile") == [
        ("s3://data/in/a.csv", "a.csv"),
        ("s3://data/in/may/b.csv", "may/b.csv"),
    ]


@pytest.mark.parametrize("manifest", [b"a.csv", b"[]", b"{}", b'["a.csv"]', b'[{"prefix": "s3://data/"}, 1]'])
def test_what_is_no_manifest_is_told(manifest):
    with pytest.raises(InputFailure, match="s3://data/m is no manifest"):
        names("s3://data/m", {"m": manifest}, "ManifestFile")
