"""What both ways of sending are held to: a predictor that sends through boto3, and one that sends past it."""

import os
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from endpoint_client import Predictor
from tests.endpoint_client.transport.faulty_network import FaultyNetwork, faulty_network


@pytest.fixture(params=[False, True], ids=["boto3", "fast"])
def fast(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Give a session that has read boto3's files of the service already."""
    return boto3.Session("test", "test", region_name="us-east-1")


@pytest.fixture
def make_predictor(endpoint: Any, fast: bool, session: boto3.Session) -> Iterator[Callable[..., Predictor]]:
    """Make predictors of the endpoint "ep" that send as the test's parameter says."""
    made: list[Predictor] = []

    def make(**settings: Any) -> Predictor:
        made.append(Predictor("ep", fast=fast, **{"session": session, **settings}))
        return made[-1]

    yield make
    for predictor in made:
        predictor.close()


@pytest.fixture
def network(endpoint: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyNetwork]:
    """Put a network that can break before the endpoint."""
    with faulty_network(os.environ["AWS_ENDPOINT_URL"]) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.url)
        yield between


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the pauses before further tries, which are not waited for."""
    seconds: list[float] = []
    monkeypatch.setattr("endpoint_client.transport.retries.time", SimpleNamespace(sleep=seconds.append))
    return seconds
