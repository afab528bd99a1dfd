"""One local cloud with an endpoint for all tests of REST APIs, and the APIs that most of them call."""

from collections.abc import Iterator

import pytest

from constructs_lib import ApiKeyAuthorization, Throttle
from tests.local_sagemaker.api_gateway.front_desk import DeployedStack, FrontDesk, running_front_desk

EVERY_TYPE = ["application/json", "text/csv", "application/x-npy"]


@pytest.fixture(scope="module")
def desk() -> Iterator[FrontDesk]:
    """Give a local cloud with an endpoint."""
    with running_front_desk() as front_desk:
        yield front_desk


@pytest.fixture(scope="module")
def signed(desk: FrontDesk) -> DeployedStack:
    """Deploy an API that takes signatures and every type, and the account's role for logs."""
    return desk.deploy("Signed", cloud_watch_role=True, content_types=EVERY_TYPE)


@pytest.fixture(scope="module")
def keyed(desk: FrontDesk, signed: DeployedStack) -> DeployedStack:
    """Deploy an API that takes keys, and JSON alone."""
    del signed
    plenty = ApiKeyAuthorization(throttle=Throttle(rate=1000, burst=1000))
    return desk.deploy("Keyed", authorization=plenty)
