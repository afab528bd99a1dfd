"""A local cloud for the tests of tuning jobs."""

from collections.abc import Iterator

import pytest

from local_sagemaker.containers.processes import stop_watchdog
from tests.local_sagemaker.cloud import running_cloud
from tests.local_sagemaker.tuning.tuning_cloud import TuningCloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[TuningCloud]:
    with running_cloud() as cloud:
        yield TuningCloud(cloud)


@pytest.fixture(scope="package", autouse=True)
def no_watchdog_is_left() -> Iterator[None]:
    yield
    stop_watchdog()
