"""A local cloud for the tests of training jobs."""

from collections.abc import Iterator

import pytest

from local_sagemaker.containers.processes import stop_watchdog
from tests.local_sagemaker.cloud import running_cloud
from tests.local_sagemaker.training.job_cloud import JobCloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[JobCloud]:
    with running_cloud() as cloud:
        yield JobCloud(cloud)


@pytest.fixture(scope="module", autouse=True)
def no_watchdog_is_left() -> Iterator[None]:
    yield
    stop_watchdog()
