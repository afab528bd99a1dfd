"""A local cloud for the tests of training jobs."""

from collections.abc import Iterator

import pytest

from tests.local_sagemaker.cloud import running_cloud
from tests.local_sagemaker.training.job_cloud import JobCloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[JobCloud]:
    with running_cloud() as cloud:
        yield JobCloud(cloud)
