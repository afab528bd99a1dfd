"""The endpoints of this process: each of moto's endpoint objects with the deployment behind it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend

from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.hosting.deployments import Deployment, show_config
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.invocations.data_capture import DataCapture
from local_sagemaker.invocations.invocations import Invocations
from local_sagemaker.monitoring.alarm_states import AlarmStates
from local_sagemaker.monitoring.alarms import actions
from local_sagemaker.monitoring.auto_scaling import AutoScaling
from local_sagemaker.monitoring.instance_metrics import interval
from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics
from local_sagemaker.monitoring.load_metrics import LoadMetrics
from local_sagemaker.repeating import Repeating

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from moto.sagemaker.models import FakeEndpoint

    from local_sagemaker.invocations.routing import Router

_moto_create = SageMakerModelBackend.create_endpoint


class DataPlane:
    """All endpoints of this process.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud.
    """

    def __init__(self, get_base_url: Callable[[], str]) -> None:
        self._get_base_url = get_base_url
        self._lock = threading.Lock()
        self._deployments: dict[EndpointIdentity, Deployment] = {}
        self._metrics = InvocationMetrics()
        actions.use(get_base_url)
        self._alarm_states = AlarmStates(ACCOUNT_ID)
        self._capture = DataCapture()
        self.invocations = Invocations(self.find_router, self._metrics, self._capture, account_id=ACCOUNT_ID)
        self._load_metrics = LoadMetrics(
            self._metrics, self._routers, self.invocations.backlog, self.invocations.oldest
        )
        self._instance_metrics = Repeating("instance metrics", interval(), self._measure_instances, aligned=True)
        self._auto_scaling = AutoScaling(ACCOUNT_ID, self._deployments.get)

    def find_router(self, identity: EndpointIdentity) -> Router | None:
        """Give the router of an endpoint that takes traffic, else None."""
        deployment = self._deployments.get(identity)
        return None if deployment is None else deployment.router

    def create(
        self,
        backend: SageMakerModelBackend,
        name: str,
        config_name: str,
        tags: Any,
        options: Mapping[str, Any] | None = None,
    ) -> FakeEndpoint:
        """Make moto's endpoint and begin to start its fleet; for `options` see `Deployment.create`."""
        identity = _identity(backend, name)
        with self._lock:
            if name in backend.endpoints:
                raise ValidationError(message=f'Cannot create already existing endpoint "{identity.arn}".')
            resource = _moto_create(backend, name, config_name, tags)
            show_config(resource, backend.describe_endpoint_config(config_name))
            resource.endpoint_status = "Creating"
            deployment = self._deployments[identity] = Deployment(
                identity, resource, backend, self._get_base_url(), self._capture.flush
            )
        deployment.create(options)
        return resource

    def deployment(self, backend: SageMakerModelBackend, name: str) -> Deployment:
        """Find an endpoint.

        Raises
        ------
        ValidationError
            There is none of that name.
        """
        identity = _identity(backend, name)
        if name not in backend.endpoints or identity not in self._deployments:
            raise ValidationError(message=f'Could not find endpoint "{identity.arn}".')
        return self._deployments[identity]

    def delete(self, backend: SageMakerModelBackend, name: str) -> Deployment:
        """Begin to delete an endpoint."""
        deployment = self.deployment(backend, name)

        def forget() -> None:
            with self._lock:
                self._deployments.pop(deployment.identity, None)
                backend.endpoints.pop(name, None)

        deployment.delete(forget)
        return deployment

    def stop(self, wanted: Callable[[EndpointIdentity], bool] = lambda _: True) -> None:
        """Stop the processes of all endpoints that are wanted, now."""
        with self._lock:
            stopped = [self._deployments.pop(identity) for identity in list(self._deployments) if wanted(identity)]
        for deployment in stopped:
            deployment.stop()

    def _routers(self) -> list[tuple[EndpointIdentity, Router]]:
        with self._lock:
            deployments = list(self._deployments.items())
        return [(identity, one.router) for identity, one in deployments if one.router is not None]

    def _measure_instances(self) -> None:
        for _, router in self._routers():
            for variant in router.fleet.all_variants:
                # One that goes away meanwhile is no reason for the others to have no metrics.
                with suppress(OSError):
                    variant.measure()

    def close(self) -> None:
        """Stop everything."""
        self._auto_scaling.close()
        self._load_metrics.close()
        self._instance_metrics.close()
        self.stop()
        self.invocations.close()
        self._capture.close()
        self._alarm_states.close()


def _identity(backend: SageMakerModelBackend, name: str) -> EndpointIdentity:
    return EndpointIdentity(name, backend.account_id, backend.region_name)
