"""What tests of the local cloud share: an empty control plane in this process, and one behind a real socket."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.cloudformation.models import cloudformation_backends
from moto.core.base_backend import BackendDict

from local_sagemaker import endpoints, moto_mends, stack_api, stack_operations
from local_sagemaker.app import ACCOUNT_ID, DEFAULT_REGION, create_app
from local_sagemaker.server import LocalServer
from local_sagemaker.stack_executor import StackRequest


@pytest.fixture
def empty_moto() -> Iterator[None]:
    """Make moto forget everything, before and after."""
    BackendDict.reset()
    yield
    BackendDict.reset()


@pytest.fixture
def cloudformation_backend(empty_moto: None) -> Any:
    """Give moto's CloudFormation with the executor in it."""
    moto_mends.apply_all()
    stack_api.install()
    return cloudformation_backends[ACCOUNT_ID][DEFAULT_REGION]


@pytest.fixture
def local_cloud(empty_moto: None) -> Iterator[LocalServer]:
    """Serve the local cloud on a free port."""
    server = LocalServer(create_app(lambda: server.url), 0)
    server.start()
    yield server
    server.stop()
    endpoints.shutdown()


@pytest.fixture
def client_of(local_cloud: LocalServer) -> Any:
    """Make boto3 clients of the local cloud, which try once and close with the test."""
    clients = []

    def make(service: str, region: str = DEFAULT_REGION) -> Any:
        client = boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=local_cloud.url,
            region_name=region,
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}),
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


class Deployer:
    """Deploys stacks in this process and waits for them."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend

    def deploy(self, name: str, resources: Any, **options: Any) -> Any:
        """Bring a stack to a template with these resources; further sections and options by keyword."""
        names = [name for name in options if name[0].isupper()]
        sections: dict[str, Any] = {name: options.pop(name) for name in names}
        template: dict[str, Any] = {"Resources": resources, **sections}
        request = StackRequest(
            body=json.dumps(template),
            template=template,
            parameters=options.pop("parameters", {}),
            **options,
        )
        stack = stack_operations.find_stack(self.backend, name) or stack_operations.new_stack(self.backend, name)
        stack_operations.deploy(self.backend, stack, request).join()
        return stack

    def delete(self, stack: Any) -> None:
        """Delete a stack."""
        stack_operations.delete(self.backend, stack).join()


@pytest.fixture
def deployer_in() -> Callable[[str], Deployer]:
    """Deploy stacks in this process, in a region of choice."""
    return lambda region: Deployer(cloudformation_backends[ACCOUNT_ID][region])


@pytest.fixture
def stacks(cloudformation_backend: Any) -> Deployer:
    """Deploy stacks in this process."""
    return Deployer(cloudformation_backend)
