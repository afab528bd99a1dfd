import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from constructs_lib import ConfigurationError, TrainingInput
from constructs_lib.training.inputs import channel_problems, channels_of


def test_one_address_is_the_channel_training_and_a_dict_names_them():
    assert list(channels_of("s3://b/p")) == ["training"]
    given = TrainingInput(s3_data="s3://b/test")
    channels = channels_of({"train": "s3://b/train", "test": given})
    assert channels == {"train": TrainingInput(s3_data="s3://b/train"), "test": given}
    assert channels_of(None) == {}


def test_a_channel_is_rendered_as_the_api_takes_it():
    given = TrainingInput(
        s3_data="s3://b/p",
        content_type="text/csv",
        input_mode="FastFile",
        distribution="ShardedByS3Key",
    )
    assert given.render("train") == {
        "ChannelName": "train",
        "ContentType": "text/csv",
        "InputMode": "FastFile",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": "s3://b/p",
                "S3DataDistributionType": "ShardedByS3Key",
            }
        },
    }


def test_the_rights_are_for_the_prefix_and_its_key(stack):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "data")
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/1")
    needed = TrainingInput(s3_data=f"s3://{bucket.bucket_name}/train", encryption_key=key).statements()
    read, listed, decrypted = (stack.resolve(statement) for statement in needed)
    partition = {"Ref": "AWS::Partition"}
    assert read["Resource"] == [{"Fn::Join": ["", ["arn:", partition, ":s3:::data/train*"]]}]
    assert listed["Condition"] == {"StringLike": {"s3:prefix": ["train*"]}}
    assert decrypted["Action"] == ["kms:Decrypt"]


def test_a_whole_bucket_is_a_prefix_too(stack):
    read, _ = TrainingInput(s3_data="s3://data").statements()
    assert stack.resolve(read["Resource"])[0]["Fn::Join"][1][-1] == ":s3:::data/*"


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ({"train": TrainingInput(s3_data="data/train")}, "channel 'train' has s3_data 'data/train'; give 's3://"),
        ({"a b": TrainingInput(s3_data="s3://b/p")}, "channel 'a b' is not a name"),
        ({"x": TrainingInput(s3_data="s3://b/p", input_mode="Pipe")}, "input_mode 'Pipe'; choose one of"),  # type: ignore[arg-type]
        ({f"c{n}": TrainingInput(s3_data="s3://b/p") for n in range(21)}, "inputs has 21 channels"),
    ],
)
def test_what_sagemaker_refuses_is_named(channels, message):
    problems = list(channel_problems(channels))
    assert len(problems) == 1
    assert message in problems[0]


def test_an_address_that_is_none_has_no_rights():
    with pytest.raises(ConfigurationError, match="s3_data 'nowhere'"):
        TrainingInput(s3_data="nowhere").statements()


def test_a_token_is_not_looked_at(stack):
    parameter = cdk.CfnParameter(stack, "Bucket")
    assert not list(channel_problems(channels_of(f"s3://{parameter.value_as_string}/train")))
