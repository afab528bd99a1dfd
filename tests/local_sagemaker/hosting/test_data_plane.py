"""The register of endpoints: by account, region and name."""

from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import sagemaker_backends

from local_sagemaker.hosting.data_plane import DataPlane
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from tests.local_sagemaker.cloud import ACCOUNT

VARIANT = {"VariantName": "A", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


@pytest.fixture
def plane() -> Iterator[DataPlane]:
    BackendDict.reset()
    plane = DataPlane(lambda: "http://localhost:1")
    yield plane
    plane.close()
    BackendDict.reset()


def backend(region: str):
    found = sagemaker_backends[ACCOUNT][region]
    found.create_model("m", "arn:test", {"Image": "own"}, {}, [], [])
    found.create_endpoint_config(
        endpoint_config_name="c",
        production_variants=[VARIANT],
        data_capture_config={},
        async_inference_config={},
        tags=[],
        kms_key_id="",
    )
    return found


def test_an_endpoint_that_is_not_there_takes_no_traffic(plane):
    assert plane.find_router(EndpointIdentity("none", ACCOUNT, "us-east-1")) is None


def test_a_name_is_one_endpoint_in_each_region(plane):
    east, west = backend("us-east-1"), backend("us-west-2")
    for found in (east, west):
        plane.create(found, "churn", "c", [])
    with pytest.raises(ValidationError, match="Cannot create already existing endpoint"):
        plane.create(east, "churn", "c", [])
    plane.stop(lambda identity: identity.region == "us-east-1")
    with pytest.raises(ValidationError, match="Could not find endpoint"):
        plane.deployment(east, "churn")
    assert plane.deployment(west, "churn").identity.region == "us-west-2"
