"""The whole local cloud, put together."""

from typing import Any

import boto3
import pytest

from local_sagemaker.api_gateway import gateway
from local_sagemaker.app import ACCOUNT_ID, create_app
from local_sagemaker.functions import service
from local_sagemaker.hosting import endpoints
from local_sagemaker.server import LocalServer
from local_sagemaker.training import jobs
from local_sagemaker.transform import transforms
from local_sagemaker.tuning import jobs as tuning_jobs


@pytest.fixture
def whole_cloud(empty_moto):
    server = LocalServer(create_app(lambda: server.url), 0)
    server.start()
    yield server
    server.stop()
    gateway.shutdown()
    service.shutdown()
    tuning_jobs.shutdown()
    transforms.shutdown()
    jobs.shutdown()
    endpoints.shutdown()


def test_every_service_answers_for_the_account(whole_cloud):
    keys: dict[str, Any] = {"aws_access_key_id": "local", "aws_secret_access_key": "local", "region_name": "us-east-1"}
    sts = boto3.client("sts", endpoint_url=whole_cloud.url, **keys)
    sagemaker = boto3.client("sagemaker", endpoint_url=whole_cloud.url, **keys)
    assert sts.get_caller_identity()["Account"] == ACCOUNT_ID
    assert sagemaker.list_endpoints()["Endpoints"] == []
    with pytest.raises(sagemaker.exceptions.ClientError, match="Could not find"):
        sagemaker.describe_endpoint(EndpointName="nothing")
    sts.close()
    sagemaker.close()
