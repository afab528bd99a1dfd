"""What tests of the local cloud share: an empty control plane in this process, and one behind a real socket."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.cloudformation.models import cloudformation_backends
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local_sagemaker import moto_mends
from local_sagemaker.app import ACCOUNT_ID, DEFAULT_REGION
from local_sagemaker.cloudformation import stack_api, stack_operations
from local_sagemaker.cloudformation.stack_executor import StackRequest
from local_sagemaker.cloudformation.stack_state import state_of
from local_sagemaker.server import LocalServer


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


@pytest.fixture(scope="session")
def moto_server() -> Iterator[LocalServer]:
    """Serve moto on a free port, without a data plane: endpoints only say that they are in service."""
    server = LocalServer(DomainDispatcherApplication(create_backend_app), 0)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def every_client(moto_server: LocalServer) -> Iterator[Callable[[str, str], Any]]:
    """Make boto3 clients which try once; each is made once, since reading a service's model takes long."""
    clients: dict[tuple[str, str], Any] = {}

    def make(service: str, region: str) -> Any:
        if (service, region) not in clients:
            clients[service, region] = boto3.client(
                service,  # type: ignore[call-overload]
                endpoint_url=moto_server.url,
                region_name=region,
                aws_access_key_id="local",
                aws_secret_access_key="local",
                config=Config(retries={"total_max_attempts": 1}),
            )
        return clients[service, region]

    yield make
    for client in clients.values():
        client.close()


@pytest.fixture
def local_cloud(cloudformation_backend: Any, moto_server: LocalServer) -> LocalServer:
    """Serve an empty control plane."""
    return moto_server


@pytest.fixture
def client_of(local_cloud: LocalServer, every_client: Any) -> Any:
    """Give a boto3 client of an empty control plane, by service and region."""
    return lambda service, region=DEFAULT_REGION: every_client(service, region)


@pytest.fixture
def settle(cloudformation_backend: Any) -> Callable[[str], str]:
    """Wait for what is being done to a stack, by name or id, and give its status."""

    def wait(name: str) -> str:
        stack = stack_operations.find_stack(cloudformation_backend, name)
        thread = state_of(stack).thread
        if thread is not None:
            thread.join()
        status: str = stack.status
        return status

    return wait


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
