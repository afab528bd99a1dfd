"""Channels bring the objects under a prefix as files, each in its place."""

import json
from typing import Any

import pytest
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.training.channels import Channel, InputData, file_name, refusals
from local_sagemaker.training.job_failures import ClientFailure
from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, REGION
from tests.local_sagemaker.recorder import Recorder
from tests.local_sagemaker.training.job_cloud import channel

ROLE = "arn:aws:iam::123456789012:role/training"


@pytest.fixture
def bucket():
    BackendDict.reset()
    backend = s3_backends[ACCOUNT]["aws"]
    backend.create_bucket(BUCKET, REGION)
    yield lambda key, content=b"": backend.put_object(BUCKET, key, content)
    BackendDict.reset()


def input_data(role=None) -> InputData:
    store = ArtifactStore(role or Recorder(), account_id=ACCOUNT, region=REGION, what="training data")
    return InputData(store, role_arn=ROLE, region=REGION)


def parsed(uri: str, **options: Any) -> Channel:
    return Channel.parse(channel("train", uri, **options), "File")


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("prefix", "key", "name"),
    [
        ("data/train/", "data/train/a.csv", "a.csv"),
        ("data/train/", "data/train/2026/a.csv", "2026/a.csv"),
        ("data/train", "data/train/a.csv", "a.csv"),
        ("data/train", "data/train-2/a.csv", "train-2/a.csv"),
        ("data/train/a", "data/train/a.csv", "a.csv"),
        ("data/train/a.csv", "data/train/a.csv", "a.csv"),
        ("", "a/b.csv", "a/b.csv"),
        ("a", "a.csv", "a.csv"),
    ],
)
def test_a_file_lies_below_the_folder_that_the_prefix_names(prefix, key, name):
    assert file_name(prefix, key) == name


def test_the_objects_under_the_prefix_come_with_their_folders(bucket, tmp_path):
    for key in ("data/train/a.csv", "data/train/2026/b.csv", "data/train/", "data/test/c.csv"):
        bucket(key, key.encode())
    role = Recorder()
    input_data(role).download(parsed(f"s3://{BUCKET}/data/train"), tmp_path / "train")
    assert files(tmp_path / "train") == ["2026/b.csv", "a.csv"]
    assert (tmp_path / "train" / "a.csv").read_bytes() == b"data/train/a.csv"
    assert role.asked[0] == ("s3:ListBucket", f"arn:aws:s3:::{BUCKET}")
    assert (role.contexts["s3:ListBucket"] or {})["s3:prefix"] == "data/train"
    assert ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/data/train/2026/b.csv") in role.asked


def test_data_that_are_gone_since_fail_the_download(bucket, tmp_path):
    with pytest.raises(ClientFailure) as failure:
        input_data().download(parsed(f"s3://{BUCKET}/data/train"), tmp_path)
    assert failure.value.reason.startswith(
        f'ClientError: Data download failed:No S3 objects found under S3 URL "s3://{BUCKET}/data/train" given in input '
    )


def test_a_bucket_that_is_not_there_holds_no_objects(bucket):
    with pytest.raises(ClientFailure, match='No S3 objects found under S3 URL "s3://absent/data"'):
        input_data().keys(Location("absent", "data"))


@pytest.mark.parametrize(("key", "part"), [("data/train//a.csv", "//"), ("data/train/../../a.csv", "..")])
def test_a_key_that_is_no_file_name_fails_the_download(bucket, tmp_path, key, part):
    bucket(key)
    with pytest.raises(ClientFailure, match=f"{key} has an illegal char sub-sequence '{part}' in it"):
        input_data().download(parsed(f"s3://{BUCKET}/data/train/"), tmp_path / "train")
    assert files(tmp_path) == []


def test_an_object_that_has_the_name_of_a_folder_fails_the_download(bucket, tmp_path):
    bucket("data/a")
    bucket("data/a/b")
    with pytest.raises(ClientFailure, match="Unable to download object s3://models/data/a"):
        input_data().download(parsed(f"s3://{BUCKET}/data/"), tmp_path)


def test_a_channel_is_configured_as_it_was_asked_for():
    options = {"ContentType": "text/csv", "CompressionType": "Gzip", "InputMode": "FastFile"}
    source = {"S3DataDistributionType": "ShardedByS3Key"}
    assert parsed("s3://models/data", source=source, **options).config == {
        "TrainingInputMode": "FastFile",
        "S3DistributionType": "ShardedByS3Key",
        "RecordWrapperType": "None",
        "ContentType": "text/csv",
        "CompressionType": "Gzip",
    }
    assert parsed("s3://models/data").config == {
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([channel("a", "s3://m/d"), channel("b", "s3://m/d"), channel("a", "s3://m/d")], '"a" is not unique: 2'),
        ([channel("a", "s3://m/d", InputMode="Pipe")], 'Input mode Pipe of channel "a" is not emulated'),
        (
            [channel("a", "s3://m/d", source={"S3DataType": "AugmentedManifestFile"})],
            "S3DataType AugmentedManifestFile",
        ),
        ([channel("a", "s3://m/d", RecordWrapperType="RecordIO")], "RecordWrapperType RecordIO"),
        ([channel("a", "https://example.com/d")], "is no address of an S3 object"),
        ([{"ChannelName": "a", "DataSource": {"FileSystemDataSource": {}}}], "has no S3DataSource"),
    ],
)
def test_what_cannot_be_a_channel_is_refused(given, message):
    (problem,) = refusals(given, "File")
    assert message in problem


def test_a_channel_without_an_input_mode_has_the_algorithm_s():
    assert list(refusals([channel("a", "s3://m/d")], "FastFile")) == []
    assert "Input mode Pipe" in next(refusals([channel("a", "s3://m/d")], "Pipe"))


def test_a_job_finds_its_channels_and_their_configuration(cloud):
    for key in ("data/both/train/a.csv", "data/both/val/b.csv"):
        cloud.cloud.put(b"", key)
    script = """
import json, os
print(json.dumps([sorted(os.listdir(os.environ["SM_CHANNEL_TRAIN"])), os.listdir(os.environ["SM_CHANNEL_VAL-SET"]),
                  json.loads(os.environ["SM_INPUT_DATA_CONFIG"])["train"]]))
"""
    data = [
        channel("train", f"s3://{BUCKET}/data/both/train", ContentType="text/csv", InputMode="FastFile"),
        channel("val-set", f"s3://{BUCKET}/data/both/val/"),
    ]
    described = cloud.train(script, InputDataConfig=data)
    lines = cloud.lines(described["TrainingJobName"])
    assert json.loads(next(line for line in lines if line.startswith("["))) == [
        ["a.csv"],
        ["b.csv"],
        {
            "TrainingInputMode": "FastFile",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
            "ContentType": "text/csv",
        },
    ]
