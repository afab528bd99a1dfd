"""A local cloud, and the AWS command line beside it."""

from collections.abc import Iterator

import pytest

from local_sagemaker.containers.processes import stop_watchdog
from tests.aws_cli.aws_command import AwsCommand
from tests.local_sagemaker.cloud import Cloud, running_cloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud
    stop_watchdog()


@pytest.fixture(scope="module")
def aws(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> AwsCommand:
    return AwsCommand(cloud.url, tmp_path_factory.mktemp("home"))
