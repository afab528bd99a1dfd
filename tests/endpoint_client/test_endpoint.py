"""Weights of an endpoint that runs on the local cloud."""

from collections import Counter
from collections.abc import Iterator

import pytest

from endpoint_client import ConfigurationError, Endpoint, EndpointNotFound, EndpointTimeout, InvalidRequest
from tests.local_sagemaker.cloud import Cloud, running_cloud, scripted


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def name(cloud: Cloud) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one")), cloud.make_model(scripted("two"))))


@pytest.fixture
def endpoint(cloud: Cloud, name: str, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    settings = {"AWS_ENDPOINT_URL": cloud.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)
    return Endpoint(name, region="us-east-1")


def test_traffic_follows_new_weights_at_once(cloud, name, endpoint):
    endpoint.set_weights({"variant-1": 3, "variant-2": 1})
    assert endpoint.status == "InService"
    assert endpoint.weights == {"variant-1": 3.0, "variant-2": 1.0}
    assert Counter(cloud.invoke(name) for _ in range(8)) == {"one": 6, "two": 2}
    endpoint.set_weights({"variant-1": 0})
    assert {cloud.invoke(name) for _ in range(4)} == {"two"}


def test_nobody_waits_longer_than_they_want_to(endpoint, monkeypatch):
    endpoint.set_weights({"variant-1": 1}, wait=False)
    monkeypatch.setattr(endpoint, "_describe", lambda: {"EndpointStatus": "Updating"})
    with pytest.raises(EndpointTimeout, match="is still updating after 0 s"):
        endpoint._wait(0)


def test_an_update_that_failed_gives_its_reason(endpoint, monkeypatch):
    described = {"EndpointStatus": "InService", "FailureReason": "no capacity"}
    monkeypatch.setattr(endpoint, "_describe", lambda: described)
    with pytest.raises(InvalidRequest, match="kept its weights: no capacity"):
        endpoint._wait(1)


def test_what_is_no_weight_or_no_variant_is_refused(endpoint):
    for weights in ({}, {"variant-1": -1.0}):
        with pytest.raises(ConfigurationError, match="give at least one, and 0 or more each"):
            endpoint.set_weights(weights)
    with pytest.raises(InvalidRequest, match=r"variant name\(s\) \"three\" is/are not present"):
        endpoint.set_weights({"three": 1})
    with pytest.raises(EndpointNotFound, match="endpoint 'nothing' does not exist in us-east-1"):
        assert Endpoint("nothing", region="us-east-1").status
