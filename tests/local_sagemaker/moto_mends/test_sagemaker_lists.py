"""Models, endpoint configurations and endpoints are listed as AWS lists them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from moto.core.utils import utcnow
from moto.sagemaker.models import sagemaker_backends

from local_sagemaker.app import ACCOUNT_ID, DEFAULT_REGION

VARIANT = {"VariantName": "A", "ModelName": "name-00", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


@pytest.fixture
def client(mended: bool, every_client: Callable[[str, str], Any]) -> Any:
    del mended
    return every_client("sagemaker", DEFAULT_REGION)


def fill(count: int) -> None:
    """Make so many of each, the last one newest."""
    backend = sagemaker_backends[ACCOUNT_ID][DEFAULT_REGION]
    for number in range(count):
        name = f"name-{number:02}"
        config: dict[str, Any] = {"data_capture_config": {}, "async_inference_config": {}, "tags": [], "kms_key_id": ""}
        resources = (
            backend.create_model(name, "arn", {}, {}, [], []),
            backend.create_endpoint_config(endpoint_config_name=name, production_variants=[VARIANT], **config),
            backend.create_endpoint(name, name, []),
        )
        for resource in resources:
            resource.creation_time = utcnow() - timedelta(minutes=count - number)


@pytest.mark.parametrize(
    ("operation", "result", "members"),
    [
        ("list_models", "Models", {"ModelName", "ModelArn", "CreationTime"}),
        ("list_endpoint_configs", "EndpointConfigs", {"EndpointConfigName", "EndpointConfigArn", "CreationTime"}),
        (
            "list_endpoints",
            "Endpoints",
            {"EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus"},
        ),
    ],
)
def test_pages_have_ten_the_newest_first(client, mended, operation, result, members):
    fill(12)
    first = getattr(client, operation)()[result]
    names = [item[min(member for member in members if member.endswith("Name"))] for item in first]
    assert (names == [f"name-{number:02}" for number in range(11, 1, -1)]) is mended
    assert set(first[0]) == members
    pages = list(client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 5}))
    assert ([len(page[result]) for page in pages] == [5, 5, 2]) is (mended or operation != "list_models")


def test_models_are_found_by_a_part_of_their_name(client, mended):
    fill(12)
    found = client.list_models(NameContains="NAME-1", SortBy="Name", SortOrder="Ascending")["Models"]
    assert ([model["ModelName"] for model in found] == ["name-10", "name-11"]) is mended
