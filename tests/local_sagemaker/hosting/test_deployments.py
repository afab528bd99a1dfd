"""The life of an endpoint where a whole cloud is too slow or too late to show it."""

from types import SimpleNamespace
from typing import Any

import pytest

from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.hosting import deployments
from local_sagemaker.hosting.deployments import Deployment, describe_variants
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from tests.local_sagemaker.cloud import ACCOUNT, REGION

CONFIG = {"ProductionVariants": [{"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.m5.large"}]}


class Fleet:
    """Starts and stops at once; what happens while it starts is the test's."""

    def __init__(self, while_starting: Any = lambda: None) -> None:
        self.all_variants: list[Any] = []
        self.variants: dict[str, Any] = {}
        self.while_starting = while_starting
        self.stops = 0

    def start(self) -> None:
        self.while_starting()

    def stop(self) -> None:
        self.stops += 1


@pytest.fixture
def deployment() -> Deployment:
    resource = SimpleNamespace(
        endpoint_status="Creating",
        endpoint_config_name="first",
        production_variants=describe_variants(CONFIG)["ProductionVariants"],
    )
    backend = SimpleNamespace(describe_endpoint_config=lambda _: CONFIG, describe_model=lambda _: None)
    return Deployment(EndpointIdentity("churn", ACCOUNT, REGION), resource, backend, "http://localhost:1")


def next_fleet(monkeypatch: pytest.MonkeyPatch, fleet: Fleet) -> Fleet:
    monkeypatch.setattr(deployments, "make_fleet", lambda *_: fleet)
    return fleet


def test_what_was_stopped_before_it_began_never_starts(deployment, monkeypatch):
    next_fleet(monkeypatch, Fleet(while_starting=lambda: pytest.fail("it started")))
    deployment.stop()
    deployment.create()
    with pytest.raises(DataPlaneError, match="the local cloud stopped the endpoint"):
        deployment.wait()
    assert deployment.router is None


def test_what_was_stopped_while_it_started_takes_no_traffic(deployment, monkeypatch):
    fleet = next_fleet(monkeypatch, Fleet(while_starting=deployment.stop))
    deployment.create()
    with pytest.raises(DataPlaneError, match="the local cloud stopped the endpoint"):
        deployment.wait()
    assert deployment.router is None
    assert fleet.stops == 1


def test_an_endpoint_that_was_stopped_cannot_be_retuned(deployment, monkeypatch):
    next_fleet(monkeypatch, Fleet())
    deployment.create()
    deployment.wait()
    deployment.stop()
    deployment.retune([{"VariantName": "AllTraffic", "DesiredWeight": 2}])
    with pytest.raises(DataPlaneError, match="the local cloud stopped the endpoint"):
        deployment.wait()


def test_an_error_that_nobody_foresaw_is_the_reason_with_its_type(deployment, monkeypatch):
    def fail() -> None:
        raise ZeroDivisionError("division by zero")

    next_fleet(monkeypatch, Fleet(while_starting=fail))
    deployment.create()
    with pytest.raises(DataPlaneError, match=r"^ZeroDivisionError: division by zero$"):
        deployment.wait()


def test_an_update_stops_the_fleet_that_it_replaced(deployment, monkeypatch):
    old = next_fleet(monkeypatch, Fleet())
    deployment.create()
    deployment.wait()
    new = next_fleet(monkeypatch, Fleet())
    deployment.update("second")
    deployment.wait()
    assert (old.stops, new.stops) == (1, 0)
    deployment.stop()
    assert (old.stops, new.stops) == (1, 1)


def test_variants_are_described_with_awss_defaults():
    serverless = {"VariantName": "S", "ServerlessConfig": {"MaxConcurrency": 1}, "InitialVariantWeight": 0}
    shown = describe_variants({"ProductionVariants": [*CONFIG["ProductionVariants"], serverless]})
    assert set(shown) == {"ProductionVariants"}
    assert shown["ProductionVariants"] == [
        {
            "VariantName": "AllTraffic",
            "CurrentWeight": 1.0,
            "DesiredWeight": 1.0,
            "CurrentInstanceCount": 1,
            "DesiredInstanceCount": 1,
        },
        {
            "VariantName": "S",
            "CurrentWeight": 0.0,
            "DesiredWeight": 0.0,
            "CurrentServerlessConfig": {"MaxConcurrency": 1},
            "DesiredServerlessConfig": {"MaxConcurrency": 1},
        },
    ]
