"""Endpoints through boto3 and through CloudFormation: created, described, updated, deleted, as on AWS."""

from collections.abc import Iterator

import pytest

from tests.local_sagemaker.hosting import Cloud, running_cloud, scripted


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


def test_a_created_endpoint_answers_with_its_model(cloud: Cloud):
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("first"))))
    assert cloud.invoke(name) == "first"
