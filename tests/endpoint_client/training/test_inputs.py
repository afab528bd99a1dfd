"""Channels as CreateTrainingJob takes them, and what is refused before anything is sent."""

import pytest

from endpoint_client import InvalidInput, TrainingInput
from endpoint_client.training.inputs import render_channels


def test_one_address_alone_is_the_channel_training_as_in_the_sdk():
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": "s3://bucket/train",
        "S3DataDistributionType": "FullyReplicated",
    }
    channel = {"ChannelName": "training", "DataSource": {"S3DataSource": source}, "InputMode": "File"}
    assert render_channels("s3://bucket/train") == [channel]
    assert render_channels(TrainingInput("s3://bucket/train")) == [channel]


def test_a_channel_has_what_was_said_about_it():
    given = TrainingInput(
        "s3://bucket/train",
        content_type="text/csv",
        input_mode="FastFile",
        distribution="ShardedByS3Key",
    )
    train, validation = render_channels({"train": given, "val-set": "s3://bucket/val"})
    assert train["ContentType"] == "text/csv"
    assert train["InputMode"] == "FastFile"
    assert train["DataSource"]["S3DataSource"]["S3DataDistributionType"] == "ShardedByS3Key"
    assert validation["ChannelName"] == "val-set"


@pytest.mark.parametrize("address", ["data/train", "/data/train.csv", "s3://", "s3:///train", "https://x/y", 3, None])
def test_what_is_no_address_in_s3_says_to_upload_it(address):
    with pytest.raises(InvalidInput, match=r"channel 'train': .* is no address in S3.*upload local data first"):
        render_channels({"train": address})


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "träin", 5])
def test_a_name_that_no_channel_has_is_refused(name):
    with pytest.raises(InvalidInput, match=r"a name is 1 to 64 letters, digits"):
        render_channels({name: "s3://bucket/train"})


@pytest.mark.parametrize("count", [0, 21])
def test_a_job_has_one_to_twenty_channels(count):
    with pytest.raises(InvalidInput, match=f"inputs has {count} channels; SageMaker takes 1 to 20"):
        render_channels({f"c{number}": "s3://bucket/x" for number in range(count)})
    assert len(render_channels({f"c{number}": "s3://bucket/x" for number in range(20)})) == 20


@pytest.mark.parametrize(("name", "value"), [("input_mode", "Pipe"), ("distribution", "Sharded")])
def test_a_value_that_there_is_not_is_named_with_those_that_there_are(name, value):
    with pytest.raises(InvalidInput, match=f"{name}='{value}': give one of"):
        TrainingInput("s3://bucket/x", **{name: value})
