"""Pulling an image takes four rights, three of them on exactly its repository."""

import pytest

from local_sagemaker.containers.images import authorize_pull, repository_arn, split_address
from tests.local_sagemaker.cloud import IMAGE, REPOSITORY
from tests.local_sagemaker.recorder import Recorder


@pytest.mark.parametrize(
    ("image", "partition", "expected"),
    [
        (IMAGE, "aws", REPOSITORY),
        (
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/own@sha256:00",
            "aws-cn",
            "arn:aws-cn:ecr:cn-north-1:123456789012:repository/team/own",
        ),
        (
            "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a",
            "aws-us-gov",
            "arn:aws-us-gov:ecr:us-gov-west-1:123456789012:repository/a",
        ),
        ("docker.io/library/python:3.12", "aws", None),
    ],
)
def test_the_repository_is_read_from_the_image(image, partition, expected):
    assert repository_arn(image, partition) == expected


def test_a_pull_asks_for_each_right():
    role = Recorder()
    authorize_pull(role, IMAGE, "aws")
    assert role.asked == [
        ("ecr:GetAuthorizationToken", "*"),
        ("ecr:BatchCheckLayerAvailability", REPOSITORY),
        ("ecr:GetDownloadUrlForLayer", REPOSITORY),
        ("ecr:BatchGetImage", REPOSITORY),
    ]


def test_an_image_that_is_not_in_ecr_takes_no_right():
    role = Recorder()
    authorize_pull(role, "python:3.12", "aws")
    assert role.asked == []


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (IMAGE, ("us-east-1", "sagemaker-scikit-learn", "1.9-0-cpu-py3")),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/own@sha256:00", ("cn-north-1", "team/own", None)),
        ("docker.io/library/python:3.12", None),
    ],
)
def test_an_address_is_taken_apart(image, expected):
    assert split_address(image) == expected
