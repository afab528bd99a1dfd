"""A serverless endpoint has limits of its own; it runs as one container."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.invocations.invocations import MAX_SERVERLESS_BODY_BYTES
from tests.local_sagemaker.cloud import Cloud, running_cloud, scripted


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


def test_it_answers_and_is_described(cloud):
    model = cloud.make_model(scripted("one"))
    endpoint = cloud.make_endpoint(cloud.make_serverless_config(model, ProvisionedConcurrency=2))
    assert cloud.invoke(endpoint) == "one"
    (variant,) = cloud.describe(endpoint)["ProductionVariants"]
    assert variant["CurrentServerlessConfig"] == {
        "MemorySizeInMB": 2048,
        "MaxConcurrency": 5,
        "ProvisionedConcurrency": 2,
    }
    assert "CurrentInstanceCount" not in variant


def test_a_request_beyond_its_concurrency_is_throttled_until_it_is_raised(cloud):
    endpoint = cloud.make_endpoint(cloud.make_serverless_config(cloud.make_model(scripted("one")), MaxConcurrency=1))
    clients = [cloud.client("sagemaker-runtime") for _ in range(4)]
    together = threading.Barrier(len(clients))

    def invoke(client):
        together.wait()
        try:
            return client.invoke_endpoint(EndpointName=endpoint, Body=b"sleep 0.5")["Body"].read()
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]

    with ThreadPoolExecutor(len(clients)) as threads:
        answers = list(threads.map(invoke, clients))
    assert answers.count(("ThrottlingException", 429)) == 3
    cloud.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[
            {"VariantName": "AllTraffic", "ServerlessUpdateConfig": {"MaxConcurrency": 4}},
        ],
    )
    (variant,) = cloud.settled(endpoint)["ProductionVariants"]
    assert variant["CurrentServerlessConfig"]["MaxConcurrency"] == 4
    with ThreadPoolExecutor(len(clients)) as threads:
        assert ("ThrottlingException", 429) not in list(threads.map(invoke, clients))


def test_its_requests_hold_4_mb(cloud):
    endpoint = cloud.make_endpoint(cloud.make_serverless_config(cloud.make_model(scripted("one"))))
    with pytest.raises(ClientError, match="HTTP content length exceeded 4194304 bytes"):
        cloud.invoke(endpoint, b"x" * (MAX_SERVERLESS_BODY_BYTES + 1))
    assert cloud.invoke(endpoint) == "one"
